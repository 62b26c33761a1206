"""How many random cases a test tries: few in every run, many where somebody searches.

``HYPOTHESIS_PROFILE=search python -m pytest tests/checks`` tries the many, new ones each time.
"""

from __future__ import annotations

import os

from hypothesis import settings

SEARCHES = os.environ.get("HYPOTHESIS_PROFILE") == "search"


def cases(*, usual: int, search: int = 10_000) -> settings:
    """The settings of a test with so many cases."""
    return settings(max_examples=search if SEARCHES else usual, deadline=None)

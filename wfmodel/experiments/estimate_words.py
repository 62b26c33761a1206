r"""An estimate's interval in words, or its bound.

>>> none = Estimate(0.0, 0.0, 0.0018, 20, 0, Method.BOUND)
>>> interval_words(none, "fraction")
'at most 0.18\xa0%'
"""

from __future__ import annotations

import math

from wfmodel.experiments.statistics import Estimate, Method
from wfmodel.wording.figures import between, number


def interval_words(found: Estimate, unit: str) -> str:
    """``1.2 to 3.4 s``, ``at most 0.2 %``, ``at least 99.8 %``; a dash where there is none."""
    if found.method is not Method.BOUND:
        return between(found.low, found.high, unit)
    if found.low > 0 or math.isinf(found.high):
        return f"at least {number(found.low, unit)}"
    return f"at most {number(found.high, unit)}"

"""How the suite searches: the same examples in every run, so a red test means a change broke it.

``HYPOTHESIS_PROFILE=search python -m pytest`` looks at new examples each time; what that finds
becomes a test of its own.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

SLOW_MACHINES_ARE_FINE = [HealthCheck.too_slow]

settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINES_ARE_FINE
)
settings.register_profile("search", deadline=None, suppress_health_check=SLOW_MACHINES_ARE_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

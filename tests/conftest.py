"""How the suite searches: the same examples in every run, so a red test means a change broke it.

``HYPOTHESIS_PROFILE=search python -m pytest`` looks at new examples each time; what that finds
becomes a test of its own.

Hypothesis also tries constants that it reads in the project's modules, those that are imported by
then: the examples would depend on which tests ran before, and on every number in the code. So it
is given none.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

SLOW_MACHINES_ARE_FINE = [HealthCheck.too_slow]

NO_CONSTANTS = Constants()
setattr(providers, "_get_local_constants", lambda: NO_CONSTANTS)  # noqa: B010

settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINES_ARE_FINE
)
settings.register_profile("search", deadline=None, suppress_health_check=SLOW_MACHINES_ARE_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

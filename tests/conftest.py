"""How the suite searches: the same examples in every run, so a red test means a change broke it.

``HYPOTHESIS_PROFILE=search python -m pytest`` looks at new examples each time; what that finds
becomes a test of its own.

Hypothesis also tries constants that it reads in the project's modules, those that are imported by
then: the examples would depend on which tests ran before, and on every number in the code. So it
is given none.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from wfmodel.checks.effort import Effort

SLOW_MACHINES_ARE_FINE = [HealthCheck.too_slow]

NO_CONSTANTS = Constants()
setattr(providers, "_get_local_constants", lambda: NO_CONSTANTS)  # noqa: B010

MATPLOTLIBS = str(Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib")
"""Its list of fonts takes seconds to make."""

settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=SLOW_MACHINES_ARE_FINE
)
settings.register_profile("search", deadline=None, suppress_health_check=SLOW_MACHINES_ARE_FINE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


def pytest_configure() -> None:
    """A shell lets what it has put into the background ignore Ctrl-C, children included: tests that
    press it would wait for ever.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True, scope="session")
def _no_cache_of_the_users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The suite begins without a cache, and leaves none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("WFMODEL_CACHE_DIR", raising=False)
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("MPLCONFIGDIR", os.environ.get("MPLCONFIGDIR", MATPLOTLIBS))
        yield


@pytest.fixture(autouse=True)
def _patient_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of the processor is little where every line is traced: the clock gives ten."""

    def with_patience(effort: Effort) -> None:
        effort.allowed = effort.steps
        if effort.seconds is not None:
            effort.seconds *= 10

    monkeypatch.setattr(Effort, "__post_init__", with_patience)

"""How long a step can take by its own declaration: time-outs, attempts and pauses."""

from __future__ import annotations

from typing import Final

from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Compensation, Task

MOST_ATTEMPTS: Final = 1000
"""Pauses are added up one by one this far; more attempts only make the sum larger."""

NO_TIMEOUT_NS: Final = parse_duration("365d")
"""A time-out from here on bounds nothing: some formats have one of years by default."""


def longest_ns(state: Task | Compensation) -> int:
    """Nanoseconds until a step gives up; without a time-out its pauses only, 0 if it never does."""
    if state.retry is not None and state.retry.attempts is None:
        return 0
    declared = 1 if state.retry is None else state.retry.attempts
    attempts = min(declared or 1, MOST_ATTEMPTS)
    delays = range(2, attempts + 1) if state.retry is not None else ()
    pauses = sum(state.retry.delay_before(attempt) for attempt in delays if state.retry)
    timeout = state.timeout or 0
    return pauses + (attempts * timeout if timeout < NO_TIMEOUT_NS else 0)

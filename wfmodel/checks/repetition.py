"""Whether an attempt that may have worked can be followed by another."""

from __future__ import annotations

from wfmodel.model.failures import FailureKind
from wfmodel.model.flow import retries
from wfmodel.model.workflow import TIMEOUT, Compensation, Task


def may_repeat(state: Task | Compensation) -> bool:
    """Whether a step is tried again after anything but a clear refusal."""
    if state.retry is None or state.retry.attempts == 1:
        return False
    unclear = [n for n, mode in state.failures.items() if mode.kind is FailureKind.TRANSIENT]
    if state.timeout is not None:
        unclear.append(TIMEOUT)
    undeclared = not state.failures and state.timeout is None
    return undeclared or any(retries(state, event, 1) for event in unclear)

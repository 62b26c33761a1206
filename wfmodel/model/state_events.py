"""Which events a state can raise, and which of them lead to another attempt."""

from __future__ import annotations

from typing import Final as Constant

from wfmodel.model.failures import FailureKind
from wfmodel.model.rows import CONFLICT
from wfmodel.model.workflow import (
    FAILURE,
    TIMEOUT,
    Compensation,
    Lands,
    Outcome,
    Parallel,
    Receive,
    State,
    SubWorkflow,
    Task,
)

BUSINESS_FAILURE: Constant = "business-failure"
TRANSIENT_FAILURE: Constant = "transient-failure"
"""Outcomes of an attempt that a fault injects into a step which does not declare them."""

NOTHING_TO_UNDO: Constant = "nothing-to-undo"
"""Outcome of an undo that has to find an effect, and finds none."""


def lands_outside(state: object) -> bool:
    """Whether a state has an effect that no transaction of its service reaches."""
    return isinstance(state, Task | Compensation) and state.lands is not Lands.WITH_COMMIT


def is_at_row(state: object) -> bool:
    """Whether a state's only effect is what it writes into a row of its service's store."""
    return isinstance(state, Task) and state.row is not None


def tolerates_absence(undo: Task | Compensation, step: Task) -> bool:
    """Whether an undo succeeds where its step never took effect.

    It is said to tolerate that (*null compensation*), or the step has a key by which one can ask
    first whether it was done.
    """
    return undo.tolerates_absence or (step.idempotent and step.status_query)


def may_conflict(state: object) -> bool:
    """Whether a step may find its row to be something else than it expects."""
    return isinstance(state, Task) and state.row is not None and state.row.conflicts


def raised_events(state: State | Compensation) -> tuple[str, ...]:
    """Events other than ``done`` that a state can raise, in order of declaration.

    A transient failure that is retried without end is never raised.
    """
    match state:
        case Task() | Compensation():
            retry = state.retry
            endless = retry is not None and retry.attempts is None
            names = [
                name
                for name, mode in state.failures.items()
                if not (endless and _is_retried(name, mode.kind, retry.on if retry else ()))
            ]
            if may_conflict(state):
                names.append(CONFLICT)
            times_out = state.timeout is not None and not (
                endless and retry is not None and (not retry.on or TIMEOUT in retry.on)
            )
            return (*names, TIMEOUT) if times_out else tuple(names)
        case Receive():
            return (TIMEOUT,) if state.timeout is not None else ()
        case Parallel():
            return (FAILURE,)
        case SubWorkflow():
            return (Outcome.ABORTED.value, Outcome.FAILED.value)
        case _:
            return ()


def interruption(state: object) -> str:
    """The failure of an attempt whose process is gone: the state's first transient one."""
    return name_of_injected(state, FailureKind.TRANSIENT)


def name_of_injected(state: object, kind: FailureKind) -> str:
    """The step's own failure of a kind, where it declares one, so that its handler acts."""
    if isinstance(state, Task | Compensation):
        for name, mode in state.failures.items():
            if mode.kind is kind:
                return name
    return BUSINESS_FAILURE if kind is FailureKind.BUSINESS else TRANSIENT_FAILURE


def _is_retried(name: str, kind: FailureKind, on: tuple[str, ...]) -> bool:
    return name in on if on else kind is FailureKind.TRANSIENT


def retries(state: Task | Compensation, event: str, attempt: int) -> bool:
    """Whether a failure or time-out of this attempt (1, 2, …) is followed by another attempt."""
    policy = state.retry
    if policy is None or (policy.attempts is not None and attempt >= policy.attempts):
        return False
    if event == TIMEOUT:
        return not policy.on or TIMEOUT in policy.on
    mode = state.failures.get(event)
    kind = FailureKind.TRANSIENT if event == TRANSIENT_FAILURE else FailureKind.BUSINESS
    return _is_retried(event, kind if mode is None else mode.kind, policy.on)

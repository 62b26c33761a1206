"""Which events a node can raise, what each says about the effect of a step, and what is repeated.

A run takes only possible edges. An entry in ``on`` for an event that nothing raises is a finding of
its own (``event-never-raised``), not a way for a run to go.
"""

from __future__ import annotations

from enum import StrEnum

from wfmodel.model.failures import FailureKind, RetryPolicy
from wfmodel.model.flow import Edge, Node, raised_events, retries
from wfmodel.model.rows import CONFLICT
from wfmodel.model.state_events import may_conflict
from wfmodel.model.workflow import DONE, FAILURE, TIMEOUT, Compensation, Parallel, Receive, Task


class EventMeaning(StrEnum):
    """What an event says about the effect of the step that raised it."""

    DONE = "done"
    """The effect is there."""
    REFUSED = "refused"
    """A business failure, or a row that is not what was expected: the service answered that it did
    nothing.
    """
    FAILED = "failed"
    """A transient failure: the service answered that it did not finish."""
    UNCLEAR = "unclear"
    """A time-out, or a failure that the declaration does not name: no answer to trust."""


def verdict(state: Task, event: str) -> EventMeaning:
    """What an event of a task says about its effect."""
    if event == DONE:
        return EventMeaning.DONE
    if event == CONFLICT and may_conflict(state):
        return EventMeaning.REFUSED
    mode = state.failures.get(event)
    if mode is None:
        return EventMeaning.UNCLEAR
    return EventMeaning.REFUSED if mode.kind is FailureKind.BUSINESS else EventMeaning.FAILED


def possible_edges(node: Node) -> tuple[Edge, ...]:
    """The edges whose event the node can raise, in order."""
    match node.state:
        case Task():
            raised = {DONE, *raised_events(node.state)}
            if fails_unnamed(node.state):
                raised.add(FAILURE)
        case Receive():
            raised = {*node.state.events, *raised_events(node.state)}
        case Parallel():
            raised = {DONE, FAILURE}
        case _:
            return node.edges
    return tuple(edge for edge in node.edges if edge.event in raised)


def fails_unnamed(state: Task) -> bool:
    """Whether ``on: {failure: ...}`` is about failures that the declaration does not name.

    It is, unless a declared failure or time-out ends there, or retries go on without end.
    """
    if FAILURE not in state.on or _retries_everything(state.retry):
        return False
    return all(event in state.on for event in raised_events(state))


def _retries_everything(retry: RetryPolicy | None) -> bool:
    return retry is not None and retry.attempts is None and not retry.on


def gives_up_silently(state: Task | Compensation) -> bool:
    """A bounded retry over failures that are not declared: it can give up, and nothing says how."""
    bounded = state.retry is not None and state.retry.attempts is not None
    return bounded and not state.failures and state.timeout is None


def may_repeat(state: Task | Compensation) -> bool:
    """Whether a step is tried again after anything but a clear refusal: it may have worked."""
    if state.retry is None or state.retry.attempts == 1:
        return False
    unclear = [n for n, mode in state.failures.items() if mode.kind is FailureKind.TRANSIENT]
    if state.timeout is not None:
        unclear.append(TIMEOUT)
    undeclared = not state.failures and state.timeout is None
    return undeclared or any(retries(state, event, 1) for event in unclear)


def raisable(state: object) -> tuple[str, ...] | None:
    """Every event that ``on`` of a state can usefully name; None for states without ``on``."""
    match state:
        case Task():
            return (*raised_events(state), FAILURE)
        case Receive():
            events = raised_events(state)
            return (*events, FAILURE) if events else ()
        case Parallel():
            return (FAILURE,)
        case _:
            return None

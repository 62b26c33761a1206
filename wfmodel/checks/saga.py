"""What a run does to the effect of one step: statuses, and the one table that moves between them.

A rule follows one step at a time along all runs. The table is used twice: step by step in the
exact search (``StepWatch``), and for all steps at once, as bit sets, in ``effect_status``.

Vocabulary after Garcia-Molina & Salem 1987 (sagas) and Schuldt et al., TODS 2002 (pivot).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from wfmodel.checks.context import Context
from wfmodel.checks.crossings import RunWatch
from wfmodel.checks.raised_events import EventMeaning, verdict
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, Effect, Task


class EffectStatus(IntEnum):
    """What a run has done to a step's effect so far."""

    NEVER = 0
    """It cannot be there: the step was not tried, or it was refused."""
    FAILED = 1
    """The service answered that it failed in passing: compensating it is no mistake, nor needed."""
    MAYBE = 2
    """It may be there: the step timed out, or failed in a way that nobody declared."""
    DONE = 3
    """It is there."""
    LATE = 4
    """It may come to be there after the join has gone on without the step's region."""
    UNDONE = 5
    """It was there and has been compensated."""
    TWICE = 6
    """It is there at least twice: the step stands in a loop."""
    MIXED = 7
    """It is there, and may be there once more."""
    MAYBE_TWICE = 8
    """It may be there twice."""
    EARLIER = 9
    """It is there still: the latest visit's effect alone has been compensated."""
    MAYBE_EARLIER = 10
    """It may be there still."""
    EXCUSED = 11
    """Another rule's business: the pivot is done (W8), or a compensation failed (W6)."""


class StepRole(StrEnum):
    """What a node is to the step that is followed."""

    STEP = "step"
    UNDO = "undo"
    SWEEP = "sweep"
    """An undo in a loop of its own: it is taken to run as often as the step has."""
    ROLLBACK = "rollback"


S = EffectStatus
CERTAIN: Final = frozenset({S.DONE, S.TWICE, S.MIXED, S.EARLIER})
STANDING: Final = CERTAIN | {S.MAYBE, S.MAYBE_TWICE, S.MAYBE_EARLIER}
"""In effect, or perhaps, where a rollback sees it."""
POSSIBLE: Final = STANDING - CERTAIN | {S.LATE}

_ALL: Final = {status: status for status in EffectStatus}
_CLEAN: Final = (S.NEVER, S.FAILED, S.UNDONE)
_MAYBE: Final = (S.MAYBE, S.MAYBE_EARLIER)
_ONCE: Final = (S.DONE, S.EARLIER)
_GONE: Final = dict.fromkeys(STANDING, S.UNDONE)
TRANSITIONS: Final[Mapping[tuple[StepRole, EventMeaning], Mapping[EffectStatus, EffectStatus]]] = {
    (StepRole.STEP, EventMeaning.DONE): _ALL
    | dict.fromkeys(_CLEAN, S.DONE)
    | dict.fromkeys((*_MAYBE, S.MAYBE_TWICE), S.MIXED)
    | dict.fromkeys((*_ONCE, S.MIXED), S.TWICE),
    (StepRole.STEP, EventMeaning.REFUSED): _ALL,
    (StepRole.STEP, EventMeaning.FAILED): _ALL | {S.NEVER: S.FAILED, S.UNDONE: S.FAILED},
    (StepRole.STEP, EventMeaning.UNCLEAR): _ALL
    | dict.fromkeys(_CLEAN, S.MAYBE)
    | dict.fromkeys(_MAYBE, S.MAYBE_TWICE)
    | dict.fromkeys(_ONCE, S.MIXED),
    (StepRole.UNDO, EventMeaning.DONE): _ALL
    | dict.fromkeys((*_CLEAN, *_MAYBE, *_ONCE, S.LATE), S.UNDONE)
    | {S.TWICE: S.EARLIER, S.MIXED: S.MAYBE_EARLIER, S.MAYBE_TWICE: S.MAYBE_EARLIER},
    (StepRole.SWEEP, EventMeaning.DONE): _ALL | _GONE | dict.fromkeys((*_CLEAN, S.LATE), S.UNDONE),
    (StepRole.ROLLBACK, EventMeaning.DONE): _ALL | _GONE,
}
"""(role of a node, what its event says) to the change of status; absent means no change."""


@dataclass(frozen=True)
class Saga:
    """The steps with effects, and what each node is to them.

    ``excusing``: runs past the pivot, or on which a compensation failed, are left to W8 and W6.
    """

    context: Context
    excusing: bool = True

    def roles(self, node: Node, step: Node) -> StepRole | None:
        """What a node is to a step."""
        if node.index == step.index:
            return StepRole.STEP
        if node.undoes == step.index and node.kind is NodeKind.TASK:
            return StepRole.SWEEP if self.sweeps(node) else StepRole.UNDO
        covered = node.kind is NodeKind.ROLLBACK and step.handler is not None
        if covered and step.scope in self.context.nested[node.scope]:
            return StepRole.ROLLBACK
        return None

    def sweeps(self, undo: Node) -> bool:
        """Whether a compensation runs in a loop, and its step in another."""
        circles, step = self.context.circles, undo.undoes
        return undo.index in circles and step in circles and step not in circles[undo.index]

    def says(self, node: Node, event: str) -> EventMeaning:
        """What an event says of the node's own effect."""
        return verdict(node.state, event) if isinstance(node.state, Task) else EventMeaning.DONE

    def excuses(self, node: Node, event: str) -> bool:
        """Whether from here on the run is another rule's business."""
        if not self.excusing or not isinstance(node.state, Task):
            return False
        if node.undoes is not None:
            return event != DONE
        return node.state.effect is Effect.PIVOT and event == DONE

    def after(self, node: Node, event: str, step: Node, status: EffectStatus) -> EffectStatus:
        """The status of a step once a node has been left by an event."""
        role = self.roles(node, step)
        if role is not None:
            change = TRANSITIONS.get((role, self.says(node, event)))
            status = status if change is None else change[status]
        return EffectStatus.EXCUSED if self.excuses(node, event) else status


def effectful_steps(context: Context) -> tuple[Node, ...]:
    """Forward steps that leave something behind: their effect, or how to undo it, is declared."""
    undone = {node.undoes for node in context.flow.nodes}
    return tuple(
        step
        for step in context.flow.steps()
        if step.index in undone
        or (isinstance(step.state, Task) and step.state.effect is not Effect.NONE)
    )


@dataclass(frozen=True)
class StepWatch(RunWatch):
    """Follows one step; offended at some nodes by some statuses."""

    saga: Saga
    step: Node
    nodes: frozenset[int]
    statuses: frozenset[EffectStatus]

    def after(self, node: Node, event: str, status: int) -> int:
        """By the table."""
        return self.saga.after(node, event, self.step, EffectStatus(status))

    def offends(self, node: Node, status: int) -> bool:
        """At these nodes, with these statuses."""
        return status in self.statuses and node.index in self.nodes

    def late(self, status: int, region: int) -> int:
        """What a join did not wait for is out of sight of a rollback."""
        inside = self.step.scope in self.saga.context.nested[region]
        return EffectStatus.LATE if inside and status in STANDING else status

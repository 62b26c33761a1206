"""How an instance ended: exactly one class, and every anomaly that it shows.

Judged at the end of the run: when nothing is left to happen, or when the convergence limit says
that what has not ended by now has not ended. Only declared effects count; a step that merely reads
leaves nothing behind.
"""

from __future__ import annotations

from enum import IntFlag, StrEnum
from typing import Final

from wfmodel.designs.history import Step
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import Status, View
from wfmodel.metrics.globalstate import NO_EFFECT, Count, GlobalState, StateGraph


class Terminal(StrEnum):
    """The one class of an instance."""

    COMMITTED = "committed"
    """The verdict is ``succeeded``, and no anomaly."""
    COMPENSATED = "compensated"
    """The verdict is ``aborted`` or ``failed``, and every landed effect was taken back, each
    landing once (or nothing ever landed)."""
    LOST = "lost"
    """No participant ever held a verdict."""
    SPLIT_VERDICT = "split-verdict"
    """Participants held different verdicts, or one participant first one and then another."""
    PHANTOM_SUCCESS = "phantom-success"
    """The verdict is ``succeeded``, but an effect that a view calls done, and none calls
    compensated, does not stand: it never landed, or was taken back."""
    DUPLICATED_EFFECT = "duplicated-effect"
    """One visit of a step landed more than once, and more landings stand than the verdict allows:
    one under ``succeeded``, none otherwise."""
    DANGLING_COMPENSATION = "dangling-compensation"
    """Compensation was begun and left an effect that it could have taken back; or took back more
    than had landed."""
    ORPHANED_EFFECT = "orphaned-effect"
    """An effect stands that the verdict disowns: any at all under ``aborted`` or ``failed``; under
    ``succeeded`` one that a view with the verdict calls failed or compensated."""


CLEAN: Final = frozenset({Terminal.COMMITTED, Terminal.COMPENSATED})
"""Terminal consistency: what the owner of the process would call an end."""


class Anomaly(IntFlag):
    """Everything that is wrong with an instance; 0 if nothing is."""

    LOST = 1
    SPLIT_VERDICT = 2
    PHANTOM_SUCCESS = 4
    DUPLICATED_EFFECT = 8
    DANGLING_COMPENSATION = 16
    ORPHANED_EFFECT = 32


class Ends:
    """Judges final global states of one history."""

    def __init__(self, graph: StateGraph, steps: tuple[Step, ...]) -> None:
        self.graph = graph
        self._effects = {step.node for step in steps if step.effect != NO_EFFECT}
        self._undoable = {step.node for step in steps if step.compensatable}

    def anomalies(self, state: GlobalState, revisited: frozenset[int]) -> Anomaly:
        """All that is wrong. ``revisited``: steps that were begun in more than one epoch.

        Of those the views do not tell which visit they mean, so what a view says of them proves
        neither an orphan nor a phantom.
        """
        counts = [count for count in state.truth if count.node in self._effects]
        views = [self.graph.view(view) for view in state.views]
        found = Anomaly(0)
        if not state.verdicts:
            found |= Anomaly.LOST
        if len(state.verdicts) > 1:
            found |= Anomaly.SPLIT_VERDICT
        if state.verdicts == {Status.SUCCEEDED}:
            found |= self._untrue_success(views, counts, revisited)
        elif state.verdicts and any(count.net > 0 for count in counts):
            found |= Anomaly.ORPHANED_EFFECT
        allowed = 1 if Status.SUCCEEDED in state.verdicts else 0
        if any(count.landed > 1 and count.net > allowed for count in counts):
            found |= Anomaly.DUPLICATED_EFFECT
        return found | self._dangling(state, counts)

    def _untrue_success(
        self, views: list[View], counts: list[Count], revisited: frozenset[int]
    ) -> Anomaly:
        said: dict[int, set[StepStatus]] = {}
        disowned: set[int] = set()
        for view in views:
            for node, status in view.steps:
                said.setdefault(node, set()).add(status)
                if view.status.is_final and status in (StepStatus.FAILED, StepStatus.COMPENSATED):
                    disowned.add(node)
        standing = {count.node for count in counts if count.net > 0}
        believed = {
            node
            for node, statuses in said.items()
            if StepStatus.DONE in statuses and StepStatus.COMPENSATED not in statuses
        }
        found = Anomaly(0)
        if (believed & self._effects) - standing - revisited:
            found |= Anomaly.PHANTOM_SUCCESS
        if (disowned & standing) - revisited:
            found |= Anomaly.ORPHANED_EFFECT
        return found

    def _dangling(self, state: GlobalState, counts: list[Count]) -> Anomaly:
        if any(count.net < 0 for count in counts):
            return Anomaly.DANGLING_COMPENSATION
        begun = Status.COMPENSATING in state.past and Status.SUCCEEDED not in state.verdicts
        left = any(count.net > 0 and count.node in self._undoable for count in counts)
        return Anomaly.DANGLING_COMPENSATION if begun and left else Anomaly(0)


def primary(state: GlobalState, anomalies: Anomaly) -> Terminal:
    """The one class: the first anomaly in the order of ``Anomaly`` (what explains the others comes
    first), else how the instance ended.
    """
    for anomaly in Anomaly:
        if anomaly in anomalies:
            return Terminal[str(anomaly.name)]
    return Terminal.COMMITTED if Status.SUCCEEDED in state.verdicts else Terminal.COMPENSATED

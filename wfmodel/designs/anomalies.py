"""How an instance ended, defined once for all drivers: one class, and every anomaly that it shows.

Judged when nothing is left to happen (or when a run's convergence limit says that what has not
ended by now has not ended), from three things: what the participants' stores say, what the services
did (the truth), and what was ever said on the way. Metrics hand in a recorded run, the explorer a
configuration; both then mean the same by "lost". Only declared effects count: a step that merely
reads leaves nothing behind.

The sources are those of sagas (Garcia-Molina & Salem, 1987), of atomic commitment (Bernstein,
Hadzilacos & Goodman, 1987, ch. 7) and of exactly-once effects (Helland, 2012);
``metrics.end_shares`` gives one for each.

What it cannot see: an instance that something outside of it would still move (an operator); harm
done on the way and undone before the end; of a step that was begun in more than one epoch, which
visit a view means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntFlag, StrEnum
from typing import Final, NamedTuple

from wfmodel.designs.history import TaskNode
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import Status, View
from wfmodel.model.workflow import Effect

NO_EFFECT: Final = Effect.NONE.value


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

    @property
    def terminal(self) -> Terminal:
        """The class that a single anomaly names.

        Raises:
            KeyError: it is none, or several.
        """
        return Terminal[str(self.name)]


class EffectCount(NamedTuple):
    """What the services' stores say of one visit of a step: how often it was done and undone."""

    node: int
    epoch: int
    landed: int
    undone: int

    @property
    def net(self) -> int:
        """How often the effect stands."""
        return self.landed - self.undone


LASTING: Final = frozenset({Status.COMPENSATING, *(each for each in Status if each.is_final)})
"""What makes a difference although a store says it no longer."""


class Past(NamedTuple):
    """What the end no longer shows: forgetting a verdict does not make it unsaid.

    ``said``: verdicts that some store has ever held, and ``compensating`` if one has ever said so.
    ``revisited``: steps that were begun in more than one epoch.
    """

    said: frozenset[Status] = frozenset()
    revisited: frozenset[int] = frozenset()

    @property
    def verdicts(self) -> frozenset[Status]:
        """Verdicts ever held."""
        return self.said - {Status.COMPENSATING}


@dataclass(frozen=True, slots=True)
class Judge:
    """Knows of one workflow which steps have effects, and which of those can be taken back."""

    effects: frozenset[int]
    undoable: frozenset[int]

    @classmethod
    def of(cls, steps: Iterable[TaskNode]) -> Judge:
        """The judge of a workflow's steps."""
        known = tuple(steps)
        return cls(
            frozenset(step.node for step in known if step.effect != NO_EFFECT),
            frozenset(step.node for step in known if step.compensatable),
        )

    def anomalies(
        self, views: Iterable[View], truth: Iterable[tuple[int, int, int, int]], past: Past
    ) -> Anomaly:
        """All that is wrong at the end.

        ``truth``: (node, epoch, landed, undone) of every visit that landed or was taken back.
        """
        counts = [EffectCount(*count) for count in truth if count[0] in self.effects]
        verdicts = past.verdicts
        found = Anomaly(0)
        if not verdicts:
            found |= Anomaly.LOST
        if len(verdicts) > 1:
            found |= Anomaly.SPLIT_VERDICT
        if verdicts == {Status.SUCCEEDED}:
            found |= self._untrue_success(views, counts, past.revisited)
        elif verdicts and any(count.net > 0 for count in counts):
            found |= Anomaly.ORPHANED_EFFECT
        allowed = 1 if Status.SUCCEEDED in verdicts else 0
        if any(count.landed > 1 and count.net > allowed for count in counts):
            found |= Anomaly.DUPLICATED_EFFECT
        return found | self._dangling(counts, past)

    def _untrue_success(
        self, views: Iterable[View], counts: list[EffectCount], revisited: frozenset[int]
    ) -> Anomaly:
        """Of revisited steps the views do not tell which visit they mean, so what a view says of
        them proves neither an orphan nor a phantom.
        """
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
        if (believed & self.effects) - standing - revisited:
            found |= Anomaly.PHANTOM_SUCCESS
        if (disowned & standing) - revisited:
            found |= Anomaly.ORPHANED_EFFECT
        return found

    def _dangling(self, counts: list[EffectCount], past: Past) -> Anomaly:
        if any(count.net < 0 for count in counts):
            return Anomaly.DANGLING_COMPENSATION
        begun = Status.COMPENSATING in past.said and Status.SUCCEEDED not in past.said
        left = any(count.net > 0 and count.node in self.undoable for count in counts)
        return Anomaly.DANGLING_COMPENSATION if begun and left else Anomaly(0)


def primary(verdicts: frozenset[Status], anomalies: Anomaly) -> Terminal:
    """The one class: the first anomaly in the order of ``Anomaly`` (what explains the others comes
    first), else how the instance ended.
    """
    for anomaly in Anomaly:
        if anomaly in anomalies:
            return anomaly.terminal
    return Terminal.COMMITTED if Status.SUCCEEDED in verdicts else Terminal.COMPENSATED

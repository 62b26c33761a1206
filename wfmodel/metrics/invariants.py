"""Local invariants of an instance: what a service says of its own steps, and what was done.

No visit of a step stands twice or was taken back unlanded, and no service reports an own step done
that never landed, or compensated while it stands. Whoever knows the views and the truth can ask: a
metric of a recorded run, or a Markov chain.

What it cannot see: effects that the workflow does not declare; what other services believe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from wfmodel.designs.anomalies import NO_EFFECT, EffectCount
from wfmodel.designs.history import TaskNode
from wfmodel.designs.messages import StepStatus

Claim: TypeAlias = tuple[int, StepStatus]
"""(step, what the service that does it says of it)."""


class LocalInvariants:
    """Those of one workflow's steps. ``effects``: the steps that leave something behind."""

    def __init__(self, steps: Iterable[TaskNode], participants: Sequence[str]) -> None:
        numbers = {name: number for number, name in enumerate(participants)}
        known = tuple(steps)
        self.effects = frozenset(step.node for step in known if step.effect != NO_EFFECT)
        self._owner = {step.node: numbers.get(step.service, -1) for step in known}

    def owner(self, node: int) -> int:
        """The participant that makes a step's effect, or takes it back; -1: there is none."""
        return self._owner.get(node, -1)

    def broken(
        self, node: int, said: Iterable[Claim], counts: Iterable[tuple[int, int, int, int]]
    ) -> bool:
        """Whether one about a step is broken. ``said``: by its owner, of the step. ``counts``:
        (node, epoch, landed, undone) of its visits.
        """
        if node not in self.effects:
            return False
        visits = [EffectCount(*count) for count in counts]
        landed, standing = any(c.landed for c in visits), any(c.net for c in visits)
        return any(count.net not in (0, 1) for count in visits) or any(
            (status is StepStatus.DONE and not landed)
            or (status is StepStatus.COMPENSATED and standing)
            for _, status in said
        )

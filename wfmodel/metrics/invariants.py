"""Local invariants of an instance: what a service says of its own steps, and what was done.

No visit of a step stands twice or was taken back unlanded, and no service reports an own step done
that never landed, or compensated while it stands. Whoever knows the views and the truth can ask: a
metric of a recorded run, or a Markov chain.

What it cannot see: effects that the workflow does not declare; what other services believe.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from wfmodel.designs.anomalies import NO_EFFECT, Count
from wfmodel.designs.history import Step
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.state import View

Claim: TypeAlias = tuple[int, StepStatus]
"""(step, what the service that does it says of it)."""


class LocalInvariants:
    """Those of one workflow's steps. ``effects``: the steps that leave something behind."""

    def __init__(self, steps: Iterable[Step], participants: Sequence[str]) -> None:
        numbers = {name: number for number, name in enumerate(participants)}
        known = tuple(steps)
        self.effects = frozenset(step.node for step in known if step.effect != NO_EFFECT)
        self._owner = {step.node: numbers.get(step.service, -1) for step in known}

    def claims(self, participant: int, view: View) -> tuple[Claim, ...]:
        """What a view says of effects that its own participant would have made or taken back."""
        return tuple(
            pair  # not a copy: there may be thousands of views, of thousands of steps
            for pair in view.steps
            if self._owner.get(pair[0]) == participant and pair[0] in self.effects
        )

    def hold(self, claims: Iterable[Claim], truth: Iterable[tuple[int, int, int, int]]) -> bool:
        """Whether all hold. ``truth``: (node, epoch, landed, undone) of every visit."""
        mine = [Count(*count) for count in truth if count[0] in self.effects]
        if any(count.net not in (0, 1) for count in mine):
            return False
        landed = {count.node for count in mine if count.landed}
        standing = {count.node for count in mine if count.net}
        return not any(
            (status is StepStatus.DONE and node not in landed)
            or (status is StepStatus.COMPENSATED and node in standing)
            for node, status in claims
        )

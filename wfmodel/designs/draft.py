"""A working copy of ``ParticipantState``, and the actions asked for so far.

It is frozen in canonical order: what happened in another order but comes to the same is the same.
"""

from __future__ import annotations

from typing import TypeVar

from wfmodel.designs.messages import Action, Home, StepStatus
from wfmodel.designs.role import Role
from wfmodel.designs.state import Job, ParticipantState, Status, Token

K = TypeVar("K", bound="tuple[int, ...] | int")
V = TypeVar("V")


class Draft:
    """A mutable copy; ``finish`` freezes it."""

    def __init__(self, role: Role, local: ParticipantState) -> None:
        self.role = role
        self.before = local
        self.status = local.status
        self.steps = dict(local.steps)
        self.tokens = list(local.tokens)
        self.joins = list(local.joins)
        self.jobs = list(local.jobs)
        self.results = dict(local.results)
        self.seen = set(local.seen)
        self.outputs = dict(local.outputs)
        self.cancelled = set(local.cancelled)
        self.actions: list[Action] = []

    def finish(self) -> tuple[ParticipantState, tuple[Action, ...]]:
        """The next state and the actions, in order."""
        local = ParticipantState(
            self.status,
            _sharing(self.before.steps, self.steps),
            tuple(sorted(self.tokens, key=_token_order)),
            tuple(sorted(self.joins, key=lambda join: join.key)),
            tuple(sorted(self.jobs, key=_job_order)),
            _sharing(self.before.results, self.results),
            tuple(sorted(self.seen)),
            _sharing(self.before.outputs, self.outputs),
            tuple(sorted(self.cancelled, key=_home_order)),
        )
        return local, tuple(self.actions)

    def learn(self, node: int, status: StepStatus) -> None:
        """Believe this of a step; a compensation speaks about the step that it undoes."""
        undoes = self.role.flow.nodes[node].undoes
        if undoes is not None:
            if status is not StepStatus.DONE:
                return
            node, status = undoes, StepStatus.COMPENSATED
        self.steps[node] = status

    def progress(self, status: Status) -> None:
        """Believe this of the instance, unless a verdict is already known."""
        if not self.status.is_final:
            self.status = status


def _sharing(before: tuple[tuple[K, V], ...], now: dict[K, V]) -> tuple[tuple[K, V], ...]:
    """The pairs in order, those of before where they are the same: a state of a workflow of
    thousands of steps holds as many pairs, and there are as many states.
    """
    known = dict(before)
    if known == now:
        return before
    pairs = {pair[0]: pair for pair in before}
    return tuple(
        pairs[key] if key in known and known[key] == now[key] else (key, now[key])
        for key in sorted(now)
    )


def _token_order(token: Token) -> tuple[object, ...]:
    homes = tuple(_home_order(home) for home in token.homes)
    rollback = token.rollback or (-1, 0)
    return (token.node, token.epoch, token.attempt, token.phase, rollback, token.slip, homes)


def _home_order(home: Home) -> tuple[int, int, int, str]:
    return (home.fork, home.epoch, home.region, home.keeper)


def _job_order(job: Job) -> tuple[int, int, int, str]:
    return (job.node, job.epoch, job.attempt, job.reply_to)

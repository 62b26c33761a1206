"""A working copy of ``ParticipantState``, and the actions asked for so far.

It is frozen in canonical order: what happened in another order but comes to the same is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any, TypeVar

from wfmodel.designs.messages import LAPS, Action, Home, Key, OpenKey, StepStatus
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.role import Role
from wfmodel.designs.row_rules import begun
from wfmodel.designs.state import Job, Output, ParticipantState, Status, Token

K = TypeVar("K", bound="tuple[int, ...]")
V = TypeVar("V")
V2 = TypeVar("V2")
Held = TypeVar("Held")


class Draft:
    """A mutable copy; ``finish`` freezes it."""

    def __init__(self, role: Role, local: ParticipantState) -> None:
        self.role = role
        self.status = local.status
        self.steps = local.steps
        self.tokens = list(local.tokens)
        self.joins = list(local.joins)
        self.jobs = list(local.jobs)
        self.results = local.results
        self.seen = local.seen
        self.outputs = local.outputs
        self.cancelled = set(local.cancelled)
        self.standing = local.standing
        self.early = local.early
        self.rows = local.rows
        self.actions: list[Action] = []

    def finish(self) -> tuple[ParticipantState, tuple[Action, ...]]:
        """The next state and the actions, in order. Work that begins reads its row."""
        rows = begun(self.role.rows, self.rows, self.actions) if self.role.rows else self.rows
        local = ParticipantState(
            self.status,
            self.steps,
            _in_order(self.tokens, _token_order),
            _in_order(self.joins, lambda join: join.key),
            _in_order(self.jobs, _job_order),
            self.results,
            self.seen,
            self.outputs,
            _in_order(self.cancelled, _home_order),
            self.standing,
            self.early,
            rows,
        )
        return local, tuple(self.actions)

    def knows(self, step: int) -> StepStatus | None:
        """What is believed of a step."""
        return next((status for _, status in self.steps.at(step)), None)

    def learn(self, node: int, status: StepStatus) -> None:
        """Believe this of a step; a compensation speaks about the step that it undoes."""
        undoes = self.role.flow.nodes[node].undoes
        if undoes is not None:
            if status is not StepStatus.DONE:
                return
            node, status = undoes, StepStatus.COMPENSATED
        self.steps = self.steps.filed(node, _said(node, status))

    def result_of(self, visit: Key) -> tuple[int, str] | None:
        """The latest attempt at a command that is finished, and its outcome."""
        return _found(self.results, visit, None)

    def note_result(self, visit: Key, attempt: int, outcome: str) -> None:
        """A command is finished, for now."""
        self.results = _noted(self.results, visit, (attempt, outcome))

    def take_early(self, visit: Key) -> str | None:
        """The event that came before this visit waited for it; it is kept no longer."""
        for cause, event in self.early.at(visit[0]):
            if self.is_meant(cause, visit):
                others = tuple(pair for pair in self.early.at(visit[0]) if pair[0] != cause)
                self.early = self.early.filed(visit[0], others)
                return event
        return None

    def is_meant(self, event: Key, visit: Key) -> bool:
        """Whether an event from outside, of a cause's visit, is for this visit of its receive.

        A loop between the two makes the receive's epoch larger; inside a region, in its last digit.
        """
        if event[0] != visit[0] or event[0] not in self.role.lagging:
            return event == visit
        return event[1] <= visit[1] and event[1] // LAPS == visit[1] // LAPS

    def keep_early(self, visit: Key, event: str) -> None:
        """Nobody waits yet; the first event counts."""
        if _found(self.early, visit, None) is None:
            self.early = _noted(self.early, visit, event)

    def outputs_of(self, origin: OpenKey) -> tuple[Output, ...]:
        """What was published to continue a visit."""
        return _found(self.outputs, origin, ())

    def keep_output(self, origin: OpenKey, output: Output) -> None:
        """Remember what was published to continue a visit."""
        known = self.outputs_of(origin)
        if output not in known:
            self.outputs = _noted(self.outputs, origin, (*known, output))

    def takes_up(self, visit: OpenKey) -> bool:
        """Take a visit up. False if that was done before."""
        before = self.seen
        self.seen = before.with_item(visit)
        return self.seen is not before

    def progress(self, status: Status) -> None:
        """Believe this of the instance, unless a verdict is already known."""
        if not self.status.is_final:
            self.status = status


@cache
def _said(node: int, status: StepStatus) -> tuple[tuple[int, StepStatus], ...]:
    """What is believed of a step, one value for all the states that say it."""
    return ((node, status),)


def _found(pairs: NodeTrie[tuple[K, V]], key: K, otherwise: V2) -> V | V2:
    return next((value for known, value in pairs.at(key[0]) if known == key), otherwise)


def _noted(pairs: NodeTrie[tuple[K, V]], key: K, value: V) -> NodeTrie[tuple[K, V]]:
    others = [pair for pair in pairs.at(key[0]) if pair[0] != key]
    noted = sorted((*others, (key, value)), key=lambda pair: pair[0])
    return pairs.filed(key[0], tuple(noted))


def _in_order(held: Collection[Held], order: Callable[[Held], Any]) -> tuple[Held, ...]:
    """Most often there is one, or none."""
    return tuple(held) if len(held) < 2 else tuple(sorted(held, key=order))


def _token_order(token: Token) -> tuple[object, ...]:
    homes = tuple(_home_order(home) for home in token.homes)
    rollback = token.rollback or (-1, 0)
    return (token.node, token.epoch, token.attempt, token.phase, rollback, token.slip, homes)


def _home_order(home: Home) -> tuple[int, int, int, str]:
    return (home.fork, home.epoch, home.region, home.keeper)


def _job_order(job: Job) -> tuple[int, int, int, str]:
    return (job.node, job.epoch, job.attempt, job.reply_to)

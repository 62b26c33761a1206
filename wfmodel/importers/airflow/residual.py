"""What is left of a DAG run: which tasks have not ended, and what they know of those that have.

The states of the model are these: a DAG is translated by asking, of each thing left, which task is
next and what is left after each of its ends (partial evaluation). What no pending task can ask for
is forgotten, so different pasts come together again.

>>> dag = Dag({"a": DagNode(), "b": DagNode(upstream=("a",)), "c": DagNode("all_done", ("b",))})
>>> after = dag.ended(dag.start(), "a", TaskEnding(frozenset({EndState.FAILED})))
>>> [entry.task for entry in after.pending], after.pending[0].ready
(['c'], True)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from wfmodel.importers.airflow.trigger_rules import Decision, Seen, Sight, decide, matters


class EndState(StrEnum):
    """The states in which a task instance can end."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"


AS_UPSTREAM: Final = {
    EndState.SUCCESS: Seen.SUCCESS,
    EndState.FAILED: Seen.FAILED,
    EndState.SKIPPED: Seen.SKIPPED,
    EndState.UPSTREAM_FAILED: Seen.UPSTREAM_FAILED,
}
_AS_SETUP: Final = {
    EndState.SUCCESS: Seen.SETUP_SUCCESS,
    EndState.FAILED: Seen.SETUP_FAILED,
    EndState.SKIPPED: Seen.SETUP_SKIPPED,
    EndState.UPSTREAM_FAILED: Seen.SETUP_FAILED,
}
_AS_SCOPE: Final = {
    EndState.FAILED: Seen.SCOPE_FAILED,
    EndState.SKIPPED: Seen.SCOPE_SKIPPED,
    EndState.UPSTREAM_FAILED: Seen.SCOPE_FAILED,
}


@dataclass(frozen=True, slots=True)
class DagNode:
    """A task of the DAG, as far as its order goes.

    ``setups`` are those further up in whose scope it runs, ``after`` tasks it only waits for;
    ``skips`` says which sets of tasks it can skip when it succeeds (a branch: one for each way);
    ``counts`` whether its end decides how the run ends; ``ends`` in which states its instances can
    end, taken together, where it has several.
    """

    rule: str = "all_success"
    upstream: tuple[str, ...] = ()
    setups: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    is_setup: bool = False
    can_fail: bool = True
    can_skip: bool = False
    skips: tuple[frozenset[str], ...] = (frozenset(),)
    counts: bool = False
    ends: tuple[frozenset[EndState], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class PendingTask:
    """A task that has not ended: which tasks can still change whether it runs, and what it saw.

    ``holds`` are tasks that it waits for whatever becomes of them.
    """

    task: str
    waits: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    seen: Sight = frozenset()

    @property
    def ready(self) -> bool:
        """Whether it may start."""
        return not self.waits and not self.holds

    @property
    def before(self) -> frozenset[str]:
        """Tasks that must end first."""
        return self.waits | self.holds


@dataclass(frozen=True, slots=True)
class Residual:
    """What is left of a run, or of a part of one.

    ``outside`` are the pending tasks of other parts; ``told`` is what those have learnt from this
    one: a task and what it saw, None if it was skipped whatever it sees. ``failed``: a task that
    decides about the run has failed.
    """

    pending: tuple[PendingTask, ...] = ()
    outside: frozenset[str] = frozenset()
    told: frozenset[tuple[str, Seen | None]] = frozenset()
    failed: bool = False

    @property
    def tasks(self) -> frozenset[str]:
        """Names of the tasks that have not ended."""
        return frozenset(entry.task for entry in self.pending)

    @property
    def ready(self) -> tuple[str, ...]:
        """Tasks that may start."""
        return tuple(entry.task for entry in self.pending if entry.ready)


@dataclass(frozen=True, slots=True)
class TaskEnding:
    """One way in which a task can end: its state, or those of its copies, and whom it skips."""

    ends: frozenset[EndState]
    skips: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Dag:
    """Tasks by name, upstream tasks before those that wait for them."""

    nodes: Mapping[str, DagNode]

    @cached_property
    def readers(self) -> Mapping[str, tuple[str, ...]]:
        """Tasks that look at a task, or wait for it."""
        found: dict[str, list[str]] = {name: [] for name in self.nodes}
        for name, node in self.nodes.items():
            for other in dict.fromkeys((*node.upstream, *node.setups, *node.after)):
                found[other].append(name)
        return {name: tuple(readers) for name, readers in found.items()}

    def start(self) -> Residual:
        """Nothing has happened yet."""
        entries = []
        for name, node in self.nodes.items():
            free = node.rule == "always" or not node.upstream
            waits = frozenset() if free else frozenset((*node.upstream, *node.setups))
            entries.append(PendingTask(name, waits, frozenset(node.after)))
        return Residual(tuple(entries))

    def ways(self, task: str) -> tuple[TaskEnding, ...]:
        """How a task that runs can end, success first."""
        node = self.nodes[task]
        if node.ends:
            return tuple(TaskEnding(ends) for ends in node.ends)
        found = [TaskEnding(frozenset({EndState.SUCCESS}), skips) for skips in node.skips]
        if node.can_fail:
            found.append(TaskEnding(frozenset({EndState.FAILED})))
        if node.can_skip:
            found.append(TaskEnding(frozenset({EndState.SKIPPED})))
        return tuple(found)

    def ended(self, left: Residual, task: str, way: TaskEnding) -> Residual:
        """What is left when a task has ended, and with it whatever its end decides."""
        return self.settled(left, task, way)[0]

    def settled(
        self, left: Residual, task: str, way: TaskEnding
    ) -> tuple[Residual, Mapping[str, frozenset[EndState]]]:
        """As ``ended``, and the states of the tasks that ended by it, the task's own first."""
        settling = _Settling(self, left).end(task, way)
        return settling.left(), settling.ends

    def joined(self, left: Residual, part: Residual, tasks: frozenset[str]) -> Residual:
        """What is left when a part has ended: what it told is heard, nobody waits for its tasks."""
        return _Settling(self, left).hear(part).release(tasks).left()

    def play(self, fates: Mapping[str, TaskEnding]) -> dict[str, frozenset[EndState]]:
        """The state in which each task ends, if those that run end as given, else well."""
        left, found = self.start(), dict[str, frozenset[EndState]]()
        while left.pending:
            task = left.ready[0]
            left, ends = self.settled(left, task, fates.get(task, self.ways(task)[0]))
            found |= ends
        return found


class _Settling:
    """One change of a residual, with everything that follows from it at once."""

    def __init__(self, dag: Dag, left: Residual) -> None:
        self.dag = dag
        self.pending = {entry.task: entry for entry in left.pending}
        self.outside = left.outside
        self.told = set(left.told)
        self.failed = left.failed
        self.ends: dict[str, frozenset[EndState]] = {}

    def left(self) -> Residual:
        return Residual(
            tuple(self.pending.values()), self.outside, frozenset(self.told), self.failed
        )

    def end(self, task: str, way: TaskEnding) -> _Settling:
        """A task ends; what it skips is skipped before anybody looks at how it ended."""
        ended = [self._close(task, way.ends)]
        for name in sorted(way.skips):
            if self._undecided(name):
                ended.append(self._close(name, frozenset({EndState.SKIPPED})))
            elif name in self.outside:
                self.told.add((name, None))
        for name in ended:
            self._spread(name)
        return self

    def hear(self, part: Residual) -> _Settling:
        """What a part that has ended told; its tasks are still to be released."""
        self.failed = self.failed or part.failed
        skipped = sorted(n for n, seen in part.told if seen is None and self._undecided(n))
        for name in skipped:
            self._close(name, frozenset({EndState.SKIPPED}))
        for name, seen in part.told:
            entry = self.pending.get(name)
            if entry is not None and seen is not None and entry.waits:
                self._put(replace(entry, seen=entry.seen | {seen}))
            elif entry is None and name in self.outside:
                self.told.add((name, seen))
        for name in skipped:
            self._spread(name)
        for name in tuple(self.pending):
            self._decide(name)
        return self

    def release(self, tasks: frozenset[str]) -> _Settling:
        for entry in tuple(self.pending.values()):
            if entry.before & tasks:
                self._put(replace(entry, waits=entry.waits - tasks, holds=entry.holds - tasks))
                if entry.waits:
                    self._decide(entry.task, released=True)
        return self

    def _undecided(self, name: str) -> bool:
        """Whether a task can still be skipped by another one: one that may start is not."""
        return name in self.pending and bool(self.pending[name].waits)

    def _put(self, entry: PendingTask) -> None:
        self.pending[entry.task] = entry

    def _close(self, task: str, ends: frozenset[EndState]) -> str:
        self.pending.pop(task)
        self.ends[task] = ends
        if self.dag.nodes[task].counts and ends & {EndState.FAILED, EndState.UPSTREAM_FAILED}:
            self.failed = True
        return task

    def _spread(self, task: str) -> None:
        """Whoever looks at a task that has ended sees it, and may end by that: in waves."""
        waiting = [task]
        while waiting:
            name = waiting.pop()
            for reader in self.dag.readers[name]:
                waiting += self._see(reader, name)
            for entry in tuple(self.pending.values()):
                if name in entry.holds:
                    self._put(replace(entry, holds=entry.holds - {name}))

    def _see(self, reader: str, name: str) -> list[str]:
        seen = self._seen(reader, name)
        if reader in self.outside:
            kept = matters(self.dag.nodes[reader].rule, seen)
            self.told |= {(reader, each) for each in kept}
            return []
        entry = self.pending.get(reader)
        if entry is None or name not in entry.waits:
            return []
        self._put(replace(entry, waits=entry.waits - {name}, seen=entry.seen | seen))
        return self._settle(reader)

    def _seen(self, reader: str, name: str) -> Sight:
        node, ends = self.dag.nodes[reader], self.ends[name]
        seen = set[Seen]()
        if name in node.upstream:
            seen |= {AS_UPSTREAM[end] for end in ends}
            if self.dag.nodes[name].is_setup:
                seen |= {_AS_SETUP[end] for end in ends}
        if name in node.setups:
            seen |= {_AS_SCOPE[end] for end in ends if end in _AS_SCOPE}
        return frozenset(seen)

    def _decide(self, task: str, *, released: bool = False) -> None:
        entry = self.pending.get(task)
        if entry is not None and (entry.waits or released):
            for name in self._settle(task):
                self._spread(name)

    def _settle(self, task: str) -> list[str]:
        """Decide about a task if it can be decided; the task itself if it ended by that."""
        entry, node = self.pending[task], self.dag.nodes[task]
        decision = _decision(entry, node)
        if decision is None:
            self._put(replace(entry, seen=matters(node.rule, entry.seen)))
            return []
        if decision is not Decision.RUN:
            state = EndState(decision.value)
            return [self._close(task, frozenset({state}))]
        self._put(replace(entry, waits=frozenset(), seen=frozenset()))
        return []


def _decision(entry: PendingTask, node: DagNode) -> Decision | None:
    """What becomes of a task: setups further up decide before its rule does."""
    if Seen.SCOPE_FAILED in entry.seen:
        return Decision.UPSTREAM_FAILED
    if entry.waits & frozenset(node.setups):
        return None
    if Seen.SCOPE_SKIPPED in entry.seen:
        return Decision.SKIPPED
    more = bool(entry.waits & frozenset(node.upstream))
    return decide(node.rule, entry.seen, open_ended=more)

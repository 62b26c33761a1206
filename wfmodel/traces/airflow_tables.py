"""A run of an imported DAG as Airflow's tables have it: the states of task_instance and dag_run.

Nothing is simulated for it: a history is read once more, in Airflow's words. A task is *scheduled*
when somebody decides that it is next, *queued* when its service is told, *running* when a worker
has it; its end is that of its service's commit. Tasks that never run (skipped, upstream_failed,
without work) follow from the DAG's trigger rules and are noted when whoever decides goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import CRASHES, History, Kind, Row
from wfmodel.designs.knobs import Interrupted
from wfmodel.designs.messages import (
    Chosen,
    Command,
    Event,
    External,
    Received,
    Restarted,
    Timer,
    TimerFired,
    WorkDone,
)
from wfmodel.designs.state import Status
from wfmodel.importers.airflow.dag_order import DagOrder, DagProgress, Unrun
from wfmodel.importers.airflow.operators import SKIPPED
from wfmodel.importers.airflow.residual import EndState
from wfmodel.model.flow import Node, NodeKind, interruption, retries
from wfmodel.model.workflow import DONE, TIMEOUT, Task

RUN: Final = ""
"""In place of a task: the row of dag_run."""

_OPEN: Final = ("scheduled", "queued", "running")
_OVER: Final = tuple(end.value for end in EndState)


@dataclass(frozen=True, slots=True)
class TableChange:
    """A row gets another state; ``index`` is the mapped instance (-1: not mapped)."""

    time_ns: int
    task: str
    index: int
    attempt: int
    state: str


@dataclass(slots=True)
class _Instance:
    """A task instance as far as it has come."""

    node: Node
    task: str
    copy: tuple[str, int] | None
    state: str = "none"
    attempt: int = 1


def table_states(history: History, order: DagOrder, instance: int) -> tuple[TableChange, ...]:
    """What the rows of an instance's tables became, in order of time.

    Raises:
        KeyError: no such instance arrived.
        ValueError: the history is of another workflow.
    """
    nodes = tuple(node.name for node in order.flow.nodes)
    if history.nodes[: len(nodes)] != nodes:  # what follows is the DAG run's own time-out
        raise ValueError(f"the history is one of {history.workflow!r}, and not of this DAG")
    reading = _Reading(history, order)
    for row in history.of_instance(instance):
        reading.row(row)
    return tuple(sorted(reading.found, key=lambda change: change.time_ns))


class _Reading:
    def __init__(self, history: History, order: DagOrder) -> None:
        self.history, self.order = history, order
        self.commits = CommitPolicy.of(history.knobs).synchronous
        self.progress = DagProgress(order)
        self.found: list[TableChange] = []
        self.known: dict[int, _Instance] = {}
        self.uncommitted: dict[int, list[Callable[[int], None]]] = defaultdict(list)
        self.unrun: list[Unrun] = []
        self.branching: dict[int, int] = {}
        self.resumed = 0
        self.run = "none"
        self.stopped = False

    def row(self, row: Row) -> None:
        """One row, with all that it says about the tables."""
        now, who = row.time_ns, row.participant
        match row.kind:
            case Kind.ARRIVE:
                self._run(now, "queued")
            case Kind.REACT:
                self._event(row, self.history.events[row.a])
                view = self.history.views[who][row.b]
                for node in view.active:
                    self._begin(now, who, node)
                if view.status.is_final and self.run == "running":
                    self._once_committed(now, who, partial(self._verdict, view.status))
            case Kind.SEND:
                message = self.history.messages[row.a]
                if isinstance(message, Command) and message.node in self.known:
                    self._change(now, self.known[message.node], "queued", after=("scheduled",))
            case Kind.BEGIN if row.a in self.known:
                self._works(now, self.known[row.a])
            case Kind.COMMIT:
                for end in self.uncommitted.pop(who, ()):
                    end(now)
            case Kind.FAULT_ON if row.a in CRASHES:
                self.uncommitted.pop(who, None)

    def _once_committed(self, now: int, who: int, then: Callable[[int], None]) -> None:
        if self.commits:
            self.uncommitted[who].append(then)
        else:
            then(now)

    # ------------------------------------------------------------------------------- events

    def _event(self, row: Row, event: Event) -> None:
        now, who = row.time_ns, row.participant
        if self.run == "queued":
            self._run(now, "running")
            self.unrun += self.progress.start()
        match event:
            case WorkDone():
                end = partial(self._ended, event.node, event.attempt, event.outcome)
                self._once_committed(now, who, end)
            case TimerFired(timer=Timer("timeout", node, _, attempt)):
                self._ended(node, attempt, TIMEOUT, now)
            case TimerFired(timer=Timer("backoff", node, _, attempt)) if node in self.known:
                self._again(now, who, self.known[node], attempt)
            case TimerFired(timer=Timer("wait", node)) if node >= len(self.order.flow.nodes):
                self._timed_out(now)
            case TimerFired(timer=Timer("wait", node)):
                self._ended(node, 1, DONE, now)
            case Received(message=External(node=node)) if self._is_open(node):
                for state in _OPEN:
                    self._change(now, self.known[node], state)
                self._ended(node, 1, DONE, now)
            case Chosen(node=node, branch=branch):
                self._chosen(now, node, branch)
            case Restarted():
                self._restarted(now, who)

    def _is_open(self, number: int) -> bool:
        """Whether a task waits still: what comes after its time-out changes nothing."""
        return number in self.known and self.known[number].state not in _OVER

    def _begin(self, now: int, who: int, number: int) -> None:
        """A node is somebody's to move for the first time."""
        if number >= len(self.order.flow.nodes):
            return
        node = self.order.flow.nodes[number]
        task = self.order.tasks.get(node.path)
        kinds = (NodeKind.TASK, NodeKind.WAIT, NodeKind.RECEIVE)
        if number in self.known or task is None or node.kind not in kinds:
            return
        if self.stopped and not self.order.operators[task].get("is_teardown"):
            return
        copy = self.order.copy_of(number)
        one = self.known[number] = _Instance(node, task, copy)
        self._note(now)
        if node.kind is NodeKind.WAIT:
            return
        self._scheduled(now, who, one)
        if node.kind is NodeKind.RECEIVE:
            sensor = self.order.operators[task].get("_is_sensor")
            for state in ("queued", "running", "up_for_reschedule" if sensor else "deferred"):
                self._change(now, one, state)

    def _scheduled(self, now: int, who: int, one: _Instance) -> None:
        self._change(now, one, "scheduled")
        if one.node.service == self.history.participants[who]:  # nobody has to be told
            self._change(now, one, "queued")

    def _again(self, now: int, who: int, one: _Instance, attempt: int) -> None:
        if one.state == "up_for_retry":
            one.attempt = attempt
            self._scheduled(now, who, one)

    def _works(self, now: int, one: _Instance) -> None:
        if one.state == "running":  # an orphan: somebody looked, and it is run anew
            for state in ("none", "scheduled", "queued"):
                self._change(self.resumed, one, state)
        self._change(now, one, "running", after=("scheduled", "queued"))

    def _restarted(self, now: int, who: int) -> None:
        self.resumed = now
        if self.history.knobs.interrupted is not Interrupted.FAILS:
            return
        for number, one in self.known.items():
            state = one.node.state
            mine = one.node.service == self.history.participants[who]
            if mine and one.state == "running" and isinstance(state, Task):
                self._ended(number, one.attempt, interruption(state), now)

    def _timed_out(self, now: int) -> None:
        """``dagrun_timeout``: the scheduler skips whatever is not finished, and fails the run."""
        self._note(now)
        self._stop(now, EndState.SKIPPED, frozenset())

    def _failed_fast(self, now: int) -> None:
        """``fail_fast``: who runs fails, the others are skipped, and only teardowns are left."""
        spared = frozenset(
            name for name, each in self.order.operators.items() if each.get("is_teardown")
        )
        self.stopped = True
        self._stop(now, EndState.FAILED, spared)
        if not spared:
            self._run(now, "failed")

    def _stop(self, now: int, running: EndState, spared: frozenset[str]) -> None:
        """Whatever is not finished ends: what runs as said, the rest is skipped."""
        for one in self.known.values():
            if one.state not in _OVER and one.task not in spared:
                state = running if one.state == "running" else EndState.SKIPPED
                self._change(now, one, state)
        begun = {(one.task, -1 if one.copy is None else one.copy[1]) for one in self.known.values()}
        told = {(each.task, each.index) for each in self.found}
        for task in dict.fromkeys(self.order.tasks.values()):
            if task in spared:
                continue
            if (task, -1) not in begun | told and not any(name == task for name, _ in begun):
                self.found.append(TableChange(now, task, -1, 0, str(EndState.SKIPPED)))

    # --------------------------------------------------------------------------------- ends

    def _ended(self, number: int, attempt: int, outcome: str, now: int) -> None:
        one = self.known.get(number)
        if one is None or one.state in _OVER:
            return
        late = attempt != one.attempt or one.state == "up_for_retry"
        if late and outcome != DONE:
            return
        state = one.node.state
        if isinstance(state, Task) and outcome != DONE and retries(state, outcome, attempt):
            self._change(now, one, "up_for_retry")
            return
        ends = {DONE: EndState.SUCCESS, SKIPPED: EndState.SKIPPED}
        end = ends.get(outcome, EndState.FAILED)
        if end is EndState.SUCCESS and len(self._ways(one)) > 1:
            self.branching[number] = len(self.found)  # before this, whom it skips is skipped
            self._change(now, one, end)
            return
        self._change(now, one, end)
        self.unrun += self.progress.end(one.task, end, 0, one.copy)
        if end is EndState.FAILED and self.order.fail_fast and not self.stopped:
            self._failed_fast(now)

    def _ways(self, one: _Instance) -> tuple[frozenset[str], ...]:
        graph = self.order.graph
        dag = graph.dag if one.copy is None else graph.bodies[one.copy[0]].dag
        return dag.nodes[one.task].skips

    def _chosen(self, now: int, number: int, branch: str) -> None:
        """A branching task has said whom it skips: they are skipped before it succeeds."""
        before = self.order.tasks.get(self.order.flow.nodes[number].path)
        copy = self.order.copy_of(number)
        one = next((o for o in self.known.values() if (o.task, o.copy) == (before, copy)), None)
        place = None if one is None else self.branching.pop(one.node.index, None)
        if one is None or place is None:
            return
        edges = self.order.flow.nodes[number].edges
        way = next(i for i, edge in enumerate(edges) if edge.event == branch)
        unrun = self.progress.end(one.task, EndState.SUCCESS, way, copy)
        done = self.found[place]
        by_it = [each for each in unrun if each[0] in self._ways(one)[way]]
        self.found[place:place] = [
            TableChange(done.time_ns, name, index, 0, state.value) for name, index, state in by_it
        ]
        self.unrun += [each for each in unrun if each not in by_it]

    def _note(self, now: int) -> None:
        """Whoever decides goes on: tasks that will not run have got their last state."""
        told = {(each.task, each.index) for each in self.found} if self.stopped else set()
        self.found += [
            TableChange(now, task, index, 0, state.value)
            for task, index, state in self.unrun
            if (task, index) not in told
        ]
        self.unrun = []

    def _change(
        self, now: int, one: _Instance, state: str, after: tuple[str, ...] | None = None
    ) -> None:
        if after is None or one.state in after:
            one.state = state
            index = -1 if one.copy is None else one.copy[1]
            self.found.append(TableChange(now, one.task, index, one.attempt, str(state)))

    def _verdict(self, status: Status, now: int) -> None:
        if self.run == "running":
            self._note(now)
            self._run(now, "success" if status is Status.SUCCEEDED else "failed")

    def _run(self, now: int, state: str) -> None:
        self.run = state
        self.found.append(TableChange(now, RUN, -1, 0, state))

"""Hand-made histories: a run is told row by row, times in milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, Drop, History, Kind, TaskNode
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.messages import Event, Message, Received, StepStatus
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import Status, View

MS = 10**6
A, B, C = 0, 1, 2
"""Nodes: step A at service a, and so on."""


def view(status: str = "unknown", active: Iterable[int] = (), **steps: str) -> View:
    """``view("running", A="done")``."""
    known = {name: StepStatus(said) for name, said in steps.items()}
    pairs = (("ABC".index(name), said) for name, said in known.items())
    return View(Status(status), NodeTrie(pairs), tuple(active))


def step(node: int, effect: str = "compensatable") -> TaskNode:
    name = "ABC"[node]
    return TaskNode(node, name, name.lower(), effect, None, effect == "compensatable")


class Run:
    """One orchestrator ``o`` and the services a, b, c, each with one step."""

    def __init__(self, *, steps: tuple[TaskNode, ...] | None = None, **knobs: object) -> None:
        self.knobs = Knobs(**knobs)  # type: ignore[arg-type]
        self.steps = steps or (step(A), step(B), step(C))
        self.participants = ("o", "a", "b", "c")
        self.rows: list[tuple[int, ...]] = []
        self.views: list[list[View]] = [[View()] for _ in self.participants]
        self.events: list[Event] = []
        self.messages: list[Message] = []

    def _row(self, ms: float, kind: Kind, instance: int, who: str, a: int = 0, b: int = 0) -> Run:
        participant = self.participants.index(who) if who else -1
        self.rows.append((round(ms * MS), kind, instance, participant, a, b))
        return self

    def arrive(self, ms: float, instance: int = 0) -> Run:
        return self._row(ms, Kind.ARRIVE, instance, "")

    def says(self, ms: float, who: str, said: View, instance: int = 0) -> Run:
        """The store of ``who`` now holds this view (with memory: the process does)."""
        known = self.views[self.participants.index(who)]
        if said not in known:
            known.append(said)
        state = known.index(said)
        if self.knobs.persistence == "memory":
            return self._row(ms, Kind.REACT, instance, who, self._event(Received(None)), state)  # type: ignore[arg-type]
        return self._row(ms, Kind.COMMIT, instance, who, state)

    def lands(self, ms: float, node: int, instance: int = 0, epoch: int = 0) -> Run:
        return self._row(ms, Kind.EFFECT, instance, "abc"[node], node, epoch)

    def undoes(self, ms: float, node: int, instance: int = 0, epoch: int = 0) -> Run:
        return self._row(ms, Kind.UNDO, instance, "abc"[node], node, epoch)

    def begins(self, ms: float, node: int, instance: int = 0, epoch: int = 0) -> Run:
        return self._row(ms, Kind.BEGIN, instance, "abc"[node], node, epoch)

    def sends(self, ms: float, who: str, message: Message, instance: int = 0) -> Run:
        return self._row(ms, Kind.SEND, instance, who, self._message(message))

    def receives(self, ms: float, who: str, message: Message, instance: int = 0) -> Run:
        event = self._event(Received(message))
        return self._row(ms, Kind.REACT, instance, who, event, 0)

    def drops(self, ms: float, who: str, message: Message, cause: Drop, instance: int = 0) -> Run:
        return self._row(ms, Kind.DROP, instance, who, self._message(message), cause)

    def phantom(self, ms: float, who: str, message: Message, instance: int = 0) -> Run:
        return self._row(ms, Kind.PHANTOM, instance, who, self._message(message))

    def fault(
        self, ms: float, who: str, kind: FaultKind = FaultKind.CRASH, *, over: bool = False
    ) -> Run:
        row = Kind.FAULT_OFF if over else Kind.FAULT_ON
        return self._row(ms, row, -1, who, FAULT_KINDS.index(kind))

    def no_more_arrivals(self, ms: float) -> Run:
        return self._row(ms, Kind.ARRIVALS_END, -1, "")

    def ends(self, ms: float, *, at_rest: bool = True, warm_up_ms: float = 0) -> History:
        self._row(ms, Kind.END, -1, "", int(at_rest))
        return self.history(warm_up_ms)

    def history(self, warm_up_ms: float = 0) -> History:
        return History(
            workflow="test",
            design="orchestration",
            seed=0,
            replication=0,
            knobs=self.knobs,
            participants=self.participants,
            steps=self.steps,
            nodes=("A", "B", "C"),
            rows=np.array(self.rows, dtype=np.int64).reshape(-1, 6),
            views=tuple(tuple(known) for known in self.views),
            events=tuple(self.events),
            messages=tuple(self.messages),
            warm_up_ns=round(warm_up_ms * MS),
        )

    def _event(self, event: Event) -> int:
        if event not in self.events:
            self.events.append(event)
        return self.events.index(event)

    def _message(self, message: Message) -> int:
        if message not in self.messages:
            self.messages.append(message)
        return self.messages.index(message)


def one_step(run: Run, at: float = 0, instance: int = 0) -> Run:
    """A clean instance of one step: the orchestrator hears of the landing 2 ms later."""
    return (
        run.arrive(at, instance)
        .says(at + 1, "o", view("running", [A], A="running"), instance)
        .says(at + 3, "a", view(active=[A], A="running"), instance)
        .lands(at + 10, A, instance)
        .says(at + 10, "a", view(A="done"), instance)
        .says(at + 12, "o", view("succeeded", A="done"), instance)
    )


def with_participants_reversed(history: History) -> History:
    """The same run with participants numbered from the other end."""
    rows = history.rows.copy()
    named = rows[:, 3] >= 0
    rows[named, 3] = len(history.participants) - 1 - rows[named, 3]
    return replace(
        history, rows=rows, participants=history.participants[::-1], views=history.views[::-1]
    )

"""Every step that a configuration allows, and what each costs.

Two reductions, neither of which hides an end or an order that a participant can tell: with no
crash to come, a commit and a publication happen at once, because nothing can come between; and a
failure detector (a step's time-out, a watchdog) fires for nothing only when all else is still.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from wfmodel.designs.messages import Chosen, Timer, TimerFired
from wfmodel.exploration.budget import FaultBudget
from wfmodel.exploration.configuration import Cell, Configuration, Post, take
from wfmodel.exploration.resolution import SILENCE, Resolution
from wfmodel.exploration.semantics import Semantics
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE, NodeKind
from wfmodel.model.workflow import TIMEOUT


class StepKind(StrEnum):
    """What kind of step."""

    REACT = "reacts to"
    COMMIT = "commits"
    FLUSH = "flushes"
    PUBLISH = "publishes"
    ANSWER = "is answered"
    CRASH = "crashes"
    RESTART = "restarts"
    LOSE = "never gets"
    DUPLICATE = "gets twice"


class Step(NamedTuple):
    """One step: who, and the number of the event (REACT) or message (the others), or -1."""

    kind: StepKind
    participant: int
    number: int = -1


Move: TypeAlias = tuple[Step, Configuration, FaultBudget]


class Moves:
    """The successor function."""

    def __init__(self, semantics: Semantics, resolution: Resolution) -> None:
        self.semantics = semantics
        self.table = semantics.table
        self.nodes = semantics.flow.nodes
        self.resolution = resolution

    def of(self, config: Configuration, budget: FaultBudget) -> list[Move]:
        """All moves; empty where the instance rests for good."""
        if not budget.crashes and not any(cell.down for cell in config.cells):
            urgent = next(self._internal(config, budget), None)
            if urgent is not None:
                return [urgent]
        moves = [*self._internal(config, budget), *self._progress(config, budget)]
        if not moves:
            moves = list(self._detections(config, budget))
        elif early := budget.spend("timeouts"):
            moves.extend(self._detections(config, early))
        moves.extend(self._faults(config, budget))
        return moves

    # ----------------------------------------------------------------- commit and publish

    def _internal(self, config: Configuration, budget: FaultBudget) -> Iterator[Move]:
        for p, cell in enumerate(config.cells):
            if cell.down:
                continue
            for post in self._posts(cell):
                after = self.semantics.publish(config, p, post)
                yield Step(StepKind.PUBLISH, p, post[0]), after, budget
            if cell.pending is not None and not cell.pending.unpublished:
                yield Step(StepKind.COMMIT, p), self.semantics.commit(config, p)[0], budget
            if self.semantics.log and budget.crashes and cell.durable != cell.volatile:
                yield Step(StepKind.FLUSH, p), self.semantics.flush(config, p), budget

    def _posts(self, cell: Cell) -> tuple[Post, ...]:
        """An outbox is emptied in order; from a gap, which a crash may cut short, in any order."""
        queue = cell.pending.unpublished if cell.pending is not None else ()
        queue = (*queue, *cell.queue)
        return queue[:1] if self.semantics.outbox else tuple(dict.fromkeys(queue))

    # ---------------------------------------------------------------------------- progress

    def _progress(self, config: Configuration, budget: FaultBudget) -> Iterator[Move]:
        for p, cell in enumerate(config.cells):
            if cell.down:
                yield Step(StepKind.RESTART, p), self._restart(config, p), budget
            elif cell.pending is None:
                for event in self._events(config, p, cell):
                    yield self._react(config, p, event, budget)
                if left := budget.spend("failures"):
                    for event in self._injected(cell):
                        yield self._react(config, p, event, left)
        yield from self._answers(config, budget)

    def _react(self, config: Configuration, p: int, event: int, budget: FaultBudget) -> Move:
        return Step(StepKind.REACT, p, event), self.semantics.react(config, p, event)[0], budget

    def _restart(self, config: Configuration, p: int) -> Configuration:
        after = self.semantics.restart(config, p)
        cell = after.cells[p]
        if cell.restarting and self.semantics.restart_changes_nothing(cell, p):
            return after.with_cell(p, cell._replace(restarting=False))
        return after

    def _events(self, config: Configuration, p: int, cell: Cell) -> Iterator[int]:
        table = self.table
        if cell.restarting:
            yield table.restarted
            return
        for message in dict.fromkeys(m for recipient, m in config.channel if recipient == p):
            yield table.received(message)
        for timer in cell.timers:
            if self._fires_freely(table.timers.values[timer]):
                yield table.events.number(TimerFired(table.timers.values[timer]))
        for node, epoch, attempt in dict.fromkeys(cell.work):
            for outcome in self.resolution.outcomes(self.nodes[node], epoch, attempt):
                yield table.work_done(node, epoch, attempt, outcome)
        for node, epoch in dict.fromkeys(cell.choices):
            for branch in self.resolution.branches(self.nodes[node], epoch):
                yield table.events.number(Chosen(node, epoch, branch))

    def _injected(self, cell: Cell) -> Iterator[int]:
        if cell.restarting:
            return
        for node, epoch, attempt in dict.fromkeys(cell.work):
            for outcome in (BUSINESS_FAILURE, TRANSIENT_FAILURE):
                yield self.table.work_done(node, epoch, attempt, outcome)

    def _answers(self, config: Configuration, budget: FaultBudget) -> Iterator[Move]:
        for wanted in dict.fromkeys(config.expected):
            p, node, epoch = wanted
            step = Step(StepKind.ANSWER, p)
            for event in self.resolution.answers(self.nodes[node], epoch):
                if event == SILENCE:
                    left = take(config.expected, wanted)
                    yield step, config._replace(expected=left), budget
                elif event != TIMEOUT:
                    yield step, self.semantics.answer(config, p, node, epoch, event), budget

    # ------------------------------------------------------------------------------ timers

    def _is_detector(self, timer: Timer) -> bool:
        if timer.kind != TIMEOUT:
            return timer.kind == "watchdog"
        return self.nodes[timer.node].kind is not NodeKind.RECEIVE

    def _fires_freely(self, timer: Timer) -> bool:
        if self._is_detector(timer):
            return False
        if timer.kind != TIMEOUT:
            return True
        return TIMEOUT in self.resolution.answers(self.nodes[timer.node], timer.epoch)

    def _detections(self, config: Configuration, budget: FaultBudget) -> Iterator[Move]:
        for p, cell in enumerate(config.cells):
            if cell.down or cell.pending is not None or cell.restarting:
                continue
            for timer in cell.timers:
                content = self.table.timers.values[timer]
                if self._is_detector(content):
                    event = self.table.events.number(TimerFired(content))
                    yield self._react(config, p, event, budget)

    # ------------------------------------------------------------------------------ faults

    def _faults(self, config: Configuration, budget: FaultBudget) -> Iterator[Move]:
        if left := budget.spend("crashes"):
            for p, cell in enumerate(config.cells):
                if not cell.down:
                    yield Step(StepKind.CRASH, p), self.semantics.crash(config, p)[0], left
        on_the_way = dict.fromkeys(config.channel)
        if not self.semantics.at_least_once and (left := budget.spend("losses")):
            for p, message in on_the_way:
                after = self.semantics.lose(config, p, message)
                yield Step(StepKind.LOSE, p, message), after, left
        if left := budget.spend("duplicates"):
            for p, message in on_the_way:
                after = self.semantics.duplicate(config, p, message)
                yield Step(StepKind.DUPLICATE, p, message), after, left

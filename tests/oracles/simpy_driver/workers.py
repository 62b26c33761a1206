"""Work at a service: a queue, workers, how long an attempt takes, and how it turns out.

Durations and outcomes belong to (instance, step, epoch, attempt), not to the order of execution,
so both designs draw the same ones.
"""

from __future__ import annotations

from collections import Counter

from tests.oracles.simpy_driver.cells import Cell, Occurrence, Process
from tests.oracles.simpy_driver.effects import Effects
from tests.oracles.simpy_driver.run import Offer, Run, Sampler
from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.history import Kind
from wfmodel.model.failures import FailureKind
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE, Node
from wfmodel.model.workflow import DONE, Compensation, Lands, Task
from wfmodel.simulation.randomness import uniform

_BEGIN = int(Kind.BEGIN)
ATTEMPTS = 1 << 20
REPEATS = 1 << 48
"""Index of a draw: epoch * ATTEMPTS + attempt + again * REPEATS."""

Odds = tuple[tuple[str, float], ...]
"""Failures with their cumulative probabilities."""


class Workers:
    """Every service's workers."""

    def __init__(self, run: Run, offer: Offer, effects: Effects) -> None:
        self.run = run
        self.effects = effects
        self.env = run.env
        self.row = run.row
        self._offer = offer
        self.step_faults: list[tuple[int, Fault, int]] = []
        """(fault's number, fault, process) of injected failures that are on."""
        nodes = run.flow.nodes
        self._durations = [self._duration(node) for node in nodes]
        self._odds = [self._odds_of(node) for node in nodes]
        self._on_end = (self._end,)
        self.begun: Counter[tuple[int, int, int]] = Counter()

    def _duration(self, node: Node) -> Sampler:
        if isinstance(node.state, Task | Compensation):
            return self.run.sampler("work", node.state.duration, node.name)
        return lambda entity, index: 0

    def _odds_of(self, node: Node) -> tuple[int, Odds, int, Odds] | None:
        if not isinstance(node.state, Task | Compensation):
            return None
        business = cumulative(node.state, FailureKind.BUSINESS)
        transient = cumulative(node.state, FailureKind.TRANSIENT)
        if not business and not transient:
            return None
        base = self.run.streams.base
        return (
            base("business", node.name),
            business,
            base("transient", node.name),
            transient,
        )

    # ------------------------------------------------------------------------------- queue

    def start(self, cell: Cell, node: int, epoch: int, attempt: int) -> None:
        """An attempt wants a worker."""
        process = cell.process
        if process.capacity is None:
            self._begin(cell, node, epoch, attempt)
        elif process.in_use < process.capacity:
            process.in_use += 1
            self._begin(cell, node, epoch, attempt)
        else:
            process.queue.append((cell, node, epoch, attempt))

    def _begin(self, cell: Cell, node: int, epoch: int, attempt: int) -> None:
        process, instance = cell.process, cell.instance.index
        self.row((self.env._now, _BEGIN, instance, process.index, node, epoch))
        key = (instance, node, epoch * ATTEMPTS + attempt)
        again = self.begun[key]
        self.begun[key] += 1
        duration = self._durations[node](instance, key[2] + again * REPEATS)
        if process.service_factor != 1.0:
            duration = int(duration * process.service_factor)
        value = (cell, process.incarnation, node, epoch, attempt, again)
        lands = getattr(self.run.flow.nodes[node].state, "lands", Lands.WITH_COMMIT)
        if lands is Lands.WITH_COMMIT:
            self.env.after(duration, self._on_end, (*value, None))
            return
        first = 0
        if lands is Lands.IN_CALL:
            base = self.run.streams.base("lands", self.run.flow.nodes[node].name)
            first = int(duration * uniform(base, instance, key[2] + again * REPEATS))
        self.env.after(first, (self._lands,), (*value, duration - first))

    def _lands(self, event: Occurrence) -> None:
        """Outside, an attempt that succeeds has its effect before it ends."""
        cell, incarnation, node, epoch, attempt, again, left = event.value
        process: Process = cell.process
        if incarnation != process.incarnation:
            return
        if process.paused:
            process.deferred.append((self._lands, event))
            return
        done = self._outcome(cell, node, epoch, attempt + again * REPEATS) == DONE
        if done:
            self.effects.land(cell.instance, process, node, epoch)
        value = (cell, incarnation, node, epoch, attempt, again, done)
        self.env.after(left, self._on_end, value)

    def _end(self, event: Occurrence) -> None:
        cell, incarnation, node, epoch, attempt, again, landed = event.value
        process: Process = cell.process
        if incarnation != process.incarnation:
            return
        if process.paused:
            process.deferred.append((self._end, event))
            return
        if process.capacity is not None:
            self._release(process)
        outcome = DONE
        if not landed:
            outcome = self._outcome(cell, node, epoch, attempt + again * REPEATS)
            if landed is False and outcome == DONE:
                self.effects.land(cell.instance, process, node, epoch)
        done = self.run.table.work_done(node, epoch, attempt, outcome)
        inside = landed is None and outcome == DONE
        self._offer(cell, done, (node, epoch) if inside else None)

    def _release(self, process: Process) -> None:
        if process.queue:
            self._begin(*process.queue.popleft())
        else:
            process.in_use -= 1

    def stop(self, process: Process) -> None:
        """A crash: whatever was being worked on, or queued, is gone."""
        process.in_use = 0
        process.queue.clear()

    # ----------------------------------------------------------------------------- outcome

    def _outcome(self, cell: Cell, node: int, epoch: int, attempt: int) -> str:
        instance = cell.instance.index
        if self.step_faults:
            injected = self._injected(cell, node, epoch, attempt)
            if injected is not None:
                return injected
        odds = self._odds[node]
        if odds is None:
            return DONE
        business_base, business, transient_base, transient = odds
        if business:
            u = uniform(business_base, instance, epoch)
            for name, threshold in business:
                if u < threshold:
                    return name
        if transient:
            u = uniform(transient_base, instance, epoch * ATTEMPTS + attempt)
            for name, threshold in transient:
                if u < threshold:
                    return name
        return DONE

    def _injected(self, cell: Cell, node: int, epoch: int, attempt: int) -> str | None:
        name = self.run.flow.nodes[node].name
        for number, fault, target in self.step_faults:
            if cell.process.index != target or fault.step not in (None, name):
                continue
            base = self.run.streams.base("injected", number, name)
            business = fault.kind is FaultKind.BUSINESS_FAILURE
            index = epoch * ATTEMPTS + (0 if business else attempt)
            if uniform(base, cell.instance.index, index) < fault.probability:
                kind = FailureKind.BUSINESS if business else FailureKind.TRANSIENT
                return name_of_injected(self.run.flow.nodes[node].state, kind)
        return None


def name_of_injected(state: object, kind: FailureKind) -> str:
    """The step's own failure of a kind, where it declares one, so that its handler acts."""
    if isinstance(state, Task | Compensation):
        for name, mode in state.failures.items():
            if mode.kind is kind:
                return name
    return BUSINESS_FAILURE if kind is FailureKind.BUSINESS else TRANSIENT_FAILURE


def cumulative(state: Task | Compensation, kind: FailureKind) -> Odds:
    """A step's failures of a kind, each with the sum of the probabilities up to it."""
    total, odds = 0.0, []
    for name, mode in state.failures.items():
        if mode.kind is kind and mode.probability > 0:
            total += mode.probability
            odds.append((name, total))
    return tuple(odds)

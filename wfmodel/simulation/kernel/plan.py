"""A run's constant part, written into the kernel's memory: processes, nodes, draws, faults.

All of it comes from where the driver takes it: ``Run``'s policies, the samplers' streams, the
workers' odds. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.faults import PER_MESSAGE, Fault, FaultKind
from wfmodel.designs.history import FAULT_KINDS
from wfmodel.designs.knobs import Delivery
from wfmodel.model import distributions as families
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import FailureKind
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, Choice, Compensation, Receive, Task
from wfmodel.native.chunks import address
from wfmodel.native.header import KEY_WORDS
from wfmodel.simulation.effects import lands_once
from wfmodel.simulation.injection import BROKER
from wfmodel.simulation.kernel import layout as at
from wfmodel.simulation.kernel.events import HEAP_WORDS
from wfmodel.simulation.kernel.store import Store
from wfmodel.simulation.run import OUTSIDE, Run
from wfmodel.simulation.workers import cumulative, name_of_injected

HEAP = 1 << 10
MAP = 1 << 10
"""Slots to begin with; both grow."""


class Plan:
    """Writes records; knows which distribution, outcome and branch a number stands for."""

    def __init__(self, run: Run, store: Store) -> None:
        self.run = run
        self.store = store
        self.streams = run.streams
        self.by_python: list[Distribution] = []
        """Distributions whose quantiles only Python computes, by number."""
        self.outcomes = tuple(_outcomes_of(node) for node in run.flow.nodes)
        """By node: done, then its failures, by number."""

    # ----------------------------------------------------------------------------- samplers

    def sampler(self, distribution: Distribution, *stream: str | int) -> int:
        """The record of a stream's draws."""
        family, a, b, count = self._family(distribution)
        base = signed(self.streams.base(*stream)) if stream else 0
        return self.store.record([family, base, a, b, count])

    def _family(self, distribution: Distribution) -> tuple[int, int, int | float, int]:
        match distribution:
            case Constant(value):
                return at.CONSTANT, value, 0, 0
            case families.Uniform(low, high):
                return at.UNIFORM, low, high, 0
            case families.Exponential(mean):
                return at.EXPONENTIAL, mean, 0, 0
            case families.LogNormal(median):
                return at.LOGNORMAL, median, float(distribution.sigma), 0
            case families.Weibull(scale, shape):
                return at.WEIBULL, scale, float(shape), 0
            case families.Empirical():
                values, weights = distribution.cumulative()
                a, b = self.store.record(values), self.store.record(weights)
                return at.EMPIRICAL, a, b, len(values)
            case _:
                self.by_python.append(distribution)
                return at.PYTHON, len(self.by_python) - 1, 0, 0

    # ---------------------------------------------------------------------------- processes

    def processes(self) -> int:
        """One record for each participant, side by side."""
        run, knobs = self.run, self.run.knobs
        words = self.store.zeros(at.P_WORDS * len(run.processes))
        for process in run.processes:
            mine = words[at.P_WORDS * process.index :][: at.P_WORDS]
            mine[at.P_INDEX] = process.index
            mine[at.P_CAPACITY] = process.capacity or 0
            mine[at.P_COMMIT] = self.sampler(knobs.commit, "commit", process.name)
            mine[at.P_PUBLISH] = self.sampler(knobs.publish, "publish", process.name)
            mine[at.P_RELAY] = self.sampler(knobs.relay_delay, "relay", process.name)
            for factor in (at.P_STORE_FACTOR, at.P_SERVICE_FACTOR):
                mine.view(float)[factor] = 1.0
        return address(words)

    # -------------------------------------------------------------------------------- nodes

    def blocks(self) -> int:
        """One record for each node of the flow, side by side."""
        nodes = self.run.flow.nodes
        words = self.store.zeros(at.B_WORDS * len(nodes))
        for node in nodes:
            mine = words[at.B_WORDS * node.index :][: at.B_WORDS]
            mine[at.B_UNDOES] = -1 if node.undoes is None else node.undoes
            mine[at.B_IS_COMPENSATION] = node.kind is NodeKind.COMPENSATION
            mine[at.B_ONCE] = lands_once(node, self.run.knobs)
            for field, value in self._fields_of(node):
                mine[field] = value
        return address(words)

    def _fields_of(self, node: Node) -> Iterable[tuple[int, int]]:
        state, name = node.state, node.name
        if isinstance(state, Task | Compensation):
            yield at.B_DURATION, self.sampler(state.duration, "work", name)
            for odds, base, kind, chosen in (
                (at.B_BUSINESS, at.B_BUSINESS_BASE, FailureKind.BUSINESS, at.B_BUSINESS_NAME),
                (at.B_TRANSIENT, at.B_TRANSIENT_BASE, FailureKind.TRANSIENT, at.B_TRANSIENT_NAME),
            ):
                yield odds, self._odds(node, cumulative(state, kind))
                yield base, signed(self.streams.base(kind.value, name))
                injected = name_of_injected(state, kind)
                yield chosen, self.outcomes[node.index].index(injected)
        else:
            yield at.B_DURATION, self.sampler(Constant(0))
        if isinstance(state, Choice):
            yield at.B_ODDS, self._shares(state.probabilities())
            yield at.B_ODDS_BASE, signed(self.streams.base("choice", name))
        if isinstance(state, Receive):
            yield at.B_ODDS, self._shares(state.probabilities())
            yield at.B_ODDS_BASE, signed(self.streams.base("external", name))
            yield at.B_DELAY, self.sampler(state.delay)
            yield at.B_BUSINESS_BASE, signed(self.streams.base("external-delay", name))

    def _odds(self, node: Node, odds: tuple[tuple[str, float], ...]) -> int:
        if not odds:
            return 0
        words: list[int | float] = [len(odds)]
        for name, threshold in odds:
            words += [self.outcomes[node.index].index(name), float(threshold)]
        return self.store.record(words)

    def _shares(self, shares: tuple[float, ...]) -> int:
        """Numbered from 1; the last share reaches 1 where the sum does, up to rounding."""
        words: list[int | float] = [len(shares)]
        thresholds = list(accumulate(shares, initial=0.0))[1:]
        if thresholds and thresholds[-1] > 1 - 1e-9:
            thresholds[-1] = 2.0
        for number, threshold in enumerate(thresholds, start=1):
            words += [number, float(threshold)]
        return self.store.record(words)

    # ------------------------------------------------------------------------------- faults

    def injected(self, processes: int) -> list[int]:
        """A record for each fault at each of its targets, in the driver's order."""
        run = self.run
        return [
            self._fault(number, fault, target, processes)
            for number, fault in enumerate(run.setting.faults)
            for target in fault.targets(run.table.names, run.system.services)
        ]

    def _fault(self, number: int, fault: Fault, target: str, processes: int) -> int:
        whole = fault.kind is FaultKind.BROKER_OUTAGE
        index = None if whole else self.run.table.index[target]
        words: list[int | float] = [0] * at.J_WORDS
        words[at.J_PARTICIPANT] = OUTSIDE if index is None or target == BROKER else index
        words[at.J_KIND] = FAULT_KINDS.index(fault.kind)
        words[at.J_PROCESS] = 0 if index is None else processes + 8 * at.P_WORDS * index
        words[at.J_TIMES] = self.store.record(sorted(fault.at))
        words[at.J_TIMES_LENGTH] = len(fault.at)
        words[at.J_EVERY] = 0 if fault.every is None else self.sampler(fault.every)
        words[at.J_GAP_BASE] = signed(self.streams.base("fault-gap", number, target))
        words[at.J_LASTS] = self.sampler(fault.lasts, "fault-length", number, target)
        words[at.J_PROBABILITY] = float(fault.probability)
        words[at.J_FACTOR] = float(fault.factor)
        words[at.J_DELAY] = self.sampler(fault.delay)
        words[at.J_PEERS] = self._peers(fault)
        if fault.kind in PER_MESSAGE and index is not None:
            words[at.J_BASE] = signed(self.streams.base("message", number, fault.kind.value, index))
        words[at.J_IS_BUSINESS] = fault.kind is FaultKind.BUSINESS_FAILURE
        words[at.J_STEP] = self._steps(fault)
        words[at.J_STEP_BASES] = self.store.record(
            [signed(self.streams.base("injected", number, n.name)) for n in self.run.flow.nodes]
            if fault.kind in (FaultKind.BUSINESS_FAILURE, FaultKind.TRANSIENT_FAILURE)
            else []
        )
        return self.store.record(words)

    def _peers(self, fault: Fault) -> int:
        """A flag for each participant; 0: a partition from everybody."""
        if not fault.peers:
            return 0
        return self.store.record([int(name in fault.peers) for name in self.run.table.names])

    def _steps(self, fault: Fault) -> int:
        """A flag for each node; 0: all steps."""
        if fault.step is None:
            return 0
        return self.store.record([int(node.name == fault.step) for node in self.run.flow.nodes])

    # ------------------------------------------------------------------------------- header

    def header(self, ask: int) -> NDArray[np.int64]:
        """The run's record, ready to begin."""
        run, knobs, setting = self.run, self.run.knobs, self.run.setting
        h = self.store.zeros(at.H_WORDS)
        h[at.H_ASK] = ask
        h[at.H_HEAP] = address(self.store.zeros(HEAP * HEAP_WORDS))
        h[at.H_HEAP_CAPACITY] = HEAP
        h[at.H_MAP] = address(self.store.zeros(MAP * KEY_WORDS))
        h[at.H_MAP_MASK] = MAP - 1
        h[at.H_PROCESSES] = self.processes()
        h[at.H_PARTICIPANTS] = len(run.processes)
        h[at.H_BLOCKS] = self.blocks()
        h[at.H_SYNCHRONOUS] = run.synchronous
        h[at.H_LOG] = run.log
        h[at.H_ATOMIC] = run.atomic
        h[at.H_PUBLISH_FIRST] = run.publish_first
        h[at.H_GAP] = run.gap
        quick = run.quick_commit_ns()
        h[at.H_QUICK_COMMIT] = -1 if quick is None else quick
        h[at.H_REDELIVERS] = knobs.delivery is Delivery.AT_LEAST_ONCE
        h[at.H_REDELIVERY] = knobs.redelivery_timeout
        h[at.H_FLUSH_INTERVAL] = knobs.flush_interval
        h[at.H_RELAYS_AT_ONCE] = knobs.relay_delay == Constant(0)
        h[at.H_REPLAY] = run.replay_ns(1)
        h[at.H_NETWORK] = self.sampler(setting.network, "network")
        h[at.H_HORIZON] = setting.horizon
        h[at.H_RESTARTED] = run.table.restarted
        arrivals = setting.arrivals
        h[at.H_EVERY] = 0 if arrivals.every is None else self.sampler(arrivals.every, "arrivals")
        h[at.H_TRACE] = self.store.record(sorted(arrivals.at))
        h[at.H_TRACE_LENGTH] = len(arrivals.at)
        h[at.H_MOST] = -1 if arrivals.most is None else arrivals.most
        return h


def signed(word: int) -> int:
    """A stream's base as the word that holds it."""
    return word - (1 << 64) if word >> 63 else word


def _outcomes_of(node: Node) -> tuple[str, ...]:
    state = node.state
    if not isinstance(state, Task | Compensation):
        return (DONE,)
    injected = (name_of_injected(state, kind) for kind in FailureKind)
    return tuple(dict.fromkeys((DONE, *state.failures, *injected)))

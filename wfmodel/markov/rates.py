"""Which clock runs how long: a system's knobs and workflow, and what surrounds it, as stages.

Only faults without memory are taken: crashes with exponential times between and to restart, and
messages lost or delivered twice with a probability. Anything else is refused by its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.knob_registry import why_no_chain
from wfmodel.designs.messages import Timer
from wfmodel.designs.row_rules import REFRESH, lag_of
from wfmodel.designs.system import System
from wfmodel.markov.phase_type import AT_ONCE, Erlang, Lengths, NotExponentialError
from wfmodel.model.distributions import Distribution, Uniform
from wfmodel.model.failures import Jitter
from wfmodel.model.state_events import lands_outside
from wfmodel.model.workflow import Compensation, Receive, Task, Wait


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a chain needs to know besides the system: latency of the network, and faults."""

    network: Distribution
    faults: tuple[Fault, ...] = ()


class FaultProcess(NamedTuple):
    """One fault process: who crashes, how long until it does, and until it is over."""

    participant: int
    gap: Erlang
    lasts: Erlang


class Rates:
    """All lengths. Timers, work and answers are looked up on first use."""

    def __init__(self, system: System, around: Surroundings, *, stages: int | None = None) -> None:
        self.system = system
        self.nodes = system.flow.nodes
        self.lengths = lengths = Lengths(stages)
        knobs = system.knobs
        if why := why_no_chain(system):
            raise NotExponentialError(why)
        for node in system.flow.nodes:
            if isinstance(node.state, Receive) and node.state.staff is not None:
                raise NotExponentialError(
                    f"staff of {node.name!r}: instances would wait for each other"
                )
            if lands_outside(node.state):
                raise NotExponentialError(
                    f"the effect of {node.name!r} lands at some instant of the call, not at its end"
                )
        if system.channel.value != "multiset" or system.atomic:
            raise NotExponentialError(f"the system {system.design!r} has no broker with latencies")
        self.network = lengths.of(around.network, "setting.network")
        commits = CommitPolicy.of(knobs).synchronous
        self.commit = lengths.of(knobs.commit, "knobs.commit") if commits else AT_ONCE
        self._work: dict[int, Erlang] = {}
        self._timers: dict[Timer, Erlang] = {}
        self._answers: dict[int, Erlang] = {}
        self.strikes: list[FaultProcess] = []
        self.losses = [1.0 for _ in system.participants]
        """Probability that a message to a participant is not lost."""
        self.doubles = [0.0 for _ in system.participants]
        for number, fault in enumerate(around.faults):
            self._add(fault, f"setting.faults.{number}")

    @property
    def gap(self) -> Erlang:
        """Dual write: the time between the two operations."""
        return self.lengths.of(self.system.knobs.publish, "knobs.publish")

    @property
    def relay(self) -> Erlang:
        """Outbox: from commit to publication."""
        return self.lengths.of(self.system.knobs.relay_delay, "knobs.relay_delay")

    @cached_property
    def redelivery(self) -> Erlang:
        """Until a message that failed to be delivered sets out again."""
        return self.lengths.fixed(self.system.knobs.redelivery_timeout, "knobs.redelivery_timeout")

    def work(self, node: int) -> Erlang:
        """How long an attempt at a step takes."""
        found = self._work.get(node)
        if found is None:
            state = self.nodes[node].state
            assert isinstance(state, Task | Compensation)
            place = f"the duration of {self.nodes[node].name!r}"
            found = self._work[node] = self.lengths.of(state.duration, place)
        return found

    def answer(self, node: int) -> Erlang:
        """How long the outside takes to answer."""
        found = self._answers.get(node)
        if found is None:
            state = self.nodes[node].state
            assert isinstance(state, Receive)
            place = f"the delay of {self.nodes[node].name!r}"
            found = self._answers[node] = self.lengths.of(state.delay, place)
        return found

    def timer(self, timer: Timer) -> Erlang:
        """How long a timer runs.

        Raises:
            NotExponentialError: it is constant, or a system's own, whose length nobody declares.
        """
        found = self._timers.get(timer)
        if found is None:
            found = self._timers[timer] = self._timer(timer)
        return found

    def _timer(self, timer: Timer) -> Erlang:
        if not isinstance(timer, Timer):
            raise NotExponentialError(f"the timer {timer!r} is the system's own, and has no length")
        if timer.kind == "watchdog":
            assert self.system.knobs.watchdog is not None
            return self.lengths.fixed(self.system.knobs.watchdog, "knobs.watchdog")
        node = self.nodes[timer.node]
        state, name = node.state, node.name
        if timer.kind == "wait":
            assert isinstance(state, Wait)
            return self.lengths.of(state.duration, f"the wait {name!r}")
        if timer.kind == REFRESH:
            return self.lengths.fixed(lag_of(self.system.flow, node), f"the lag behind {name!r}")
        if timer.kind == "timeout":
            assert isinstance(state, Task | Compensation | Receive)
            assert state.timeout is not None
            return self.lengths.fixed(state.timeout, f"the time-out of {name!r}")
        assert isinstance(state, Task | Compensation)
        assert state.retry is not None
        pause = state.retry.delay_before(timer.attempt)
        place = f"the back-off of {name!r} before attempt {timer.attempt}"
        if pause and state.retry.jitter is not Jitter.NONE:
            return self.lengths.of(Uniform(low=0, high=pause), f"{place} (full jitter)")
        return self.lengths.fixed(pause, place)

    # ------------------------------------------------------------------------------ faults

    def _add(self, fault: Fault, place: str) -> None:
        names = self.system.participants
        targets = [names.index(n) for n in fault.targets(names, self.system.services) if n in names]
        if fault.kind is FaultKind.CRASH and fault.every is not None:
            gap = self.lengths.of(fault.every, f"{place}.every")
            lasts = self.lengths.of(fault.lasts, f"{place}.lasts")
            if not gap.stages:
                raise NotExponentialError(f"{place}.every is zero")
            self.strikes.extend(FaultProcess(target, gap, lasts) for target in targets)
        elif fault.at or fault.every is not None or fault.kind not in _BY_CHANCE:
            raise NotExponentialError(
                f"{place}: {fault.kind} is not among what an exact answer knows: crashes with"
                " every, and loss or duplication of messages that is always on"
            )
        else:
            for target in targets:
                if fault.kind is FaultKind.LOSS:
                    self.losses[target] *= 1 - fault.probability
                else:
                    self.doubles[target] = _either(self.doubles[target], fault.probability)


_BY_CHANCE = (FaultKind.LOSS, FaultKind.DUPLICATION)


def _either(one: float, other: float) -> float:
    if one and other:
        raise NotExponentialError("setting.faults: two duplications strike one participant")
    return one + other

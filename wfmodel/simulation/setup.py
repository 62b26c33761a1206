"""A run's constant part, made into records: processes, nodes, draws, faults.

The same for every engine; a ``Maker`` says what a record is made of. Nothing is decided here but
where numbers come from: the knobs, the streams, the declared odds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import accumulate
from typing import Any, Final, Protocol

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.fault_facts import PER_ATTEMPT, PER_MESSAGE, PER_PROCESS, why_impossible
from wfmodel.designs.faults import FACTS, PER_REPLICA, Fault, FaultScope
from wfmodel.designs.history import FAULT_KINDS
from wfmodel.designs.knob_registry import KNOBS
from wfmodel.model import distributions as families
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import FailureKind
from wfmodel.model.flow import Node, NodeKind, name_of_injected
from wfmodel.model.state_events import is_at_row
from wfmodel.model.workflow import DONE, Choice, Compensation, Lands, Receive, Task
from wfmodel.native.record_layout import NULL
from wfmodel.semantics.effect_rules import lands_once
from wfmodel.simulation import declared as d
from wfmodel.simulation import records as r
from wfmodel.simulation.event_codes import LIVES, OUTSIDE
from wfmodel.simulation.run_context import RunContext
from wfmodel.simulation.run_record import SharedLine, Staff
from wfmodel.simulation.setting import Arrivals

_OUTSIDE: Final = {Lands.WITH_COMMIT: 0, Lands.AT_START: d.AT_START, Lands.IN_CALL: d.IN_CALL}

_POLICY: Final = {each.name for each in fields(CommitPolicy)}
_AS_THEY_ARE: Final = [each.name for each in fields(d.Manner) if each.name in KNOBS]
"""Knobs whose number the run's record has under its own name; 0 for none."""
_OF_POLICY: Final = [each.name for each in fields(d.Manner) if each.name in _POLICY]

BROKER: Final = "broker"

Reference = Any
"""A record, or an array, as the engine has it: an object, or an address."""


class Maker(Protocol):
    """Makes records and arrays."""

    def make(self, record: type, **fields: Any) -> Reference:  # noqa: ANN401 - of any kind
        """A record with these fields; the others as they are declared."""
        ...

    def array(self, items: Sequence[Any]) -> Reference:
        """Numbers, or records, side by side."""
        ...


class Objects:
    """Records are Python objects."""

    def make(self, record: type, **fields: Any) -> Reference:  # noqa: ANN401 - of any kind
        """A record with these fields."""
        return record(**fields)

    def array(self, items: Sequence[Any]) -> Reference:
        """A list."""
        return list(items)


class RunSetup:
    """Makes the records of one run; knows which outcome a number stands for."""

    def __init__(self, context: RunContext, maker: Maker) -> None:
        self.context = context
        self.maker = maker
        self.streams = context.streams
        self.by_python: list[Distribution] = []
        """Distributions whose quantiles only Python computes, by number."""
        self.outcomes = tuple(_outcomes_of(node) for node in context.flow.nodes)
        """By node: done, then its failures, by number."""
        self.groups = self._groups()
        """By participant, its replicas."""
        self.processes = [group[0] for group in self.groups]

    # ----------------------------------------------------------------------------- samplers

    def sampler(self, distribution: Distribution, *stream: str | int) -> Reference:
        """A stream's draws from a distribution."""
        base = self.streams.base(*stream) if stream else 0
        family, numbers = self._family(distribution)
        return self.maker.make(
            d.Sampler, family=family, base=base, distribution=distribution, **numbers
        )

    def _family(self, distribution: Distribution) -> tuple[int, dict[str, Any]]:
        match distribution:
            case Constant(value):
                return d.CONSTANT, {"a": value}
            case families.Uniform(low, high):
                return d.UNIFORM, {"a": low, "b": high}
            case families.Exponential(mean):
                return d.EXPONENTIAL, {"a": mean}
            case families.LogNormal(median):
                return d.LOGNORMAL, {"a": median, "real": float(distribution.sigma)}
            case families.Weibull(scale, shape):
                return d.WEIBULL, {"a": scale, "real": float(shape)}
            case families.Empirical():
                values, weights = distribution.cumulative()
                arrays = {"values": self.maker.array(values), "weights": self.maker.array(weights)}
                return d.EMPIRICAL, {**arrays, "count": len(values)}
            case _:
                self.by_python.append(distribution)
                return d.ANY_OTHER, {"a": len(self.by_python) - 1}

    # ---------------------------------------------------------------------------- processes

    def _groups(self) -> list[list[Reference]]:
        context, groups, first = self.context, list[list[Reference]](), 0
        for index, name in enumerate(context.table.names):
            count = context.replicas(name)
            place = {"index": index, "name": name, "first": first, "count": count}
            groups.append([self._process(name, place, number) for number in range(count)])
            first += count
        return groups

    def _process(self, name: str, place: dict[str, Any], number: int) -> Reference:
        knobs, faults = self.context.knobs, self._striking(name)
        back = [fault.goes_back_ns for fault in faults if fault.goes_back_ns]
        return self.maker.make(
            r.Process,
            **place,
            number=number,
            life=number * LIVES,
            capacity=self.context.capacity(name),
            commit=self.sampler(knobs.commit, "commit", name),
            publish=self.sampler(knobs.publish, "publish", name),
            kept=max(back, default=0),
            restorers=len(back),
            relay=self.sampler(knobs.relay_delay, "relay", name),
            mortal=any(FACTS[fault.kind].kills for fault in faults),
            **self.context.fields_of(name),
        )

    def _striking(self, name: str) -> tuple[Fault, ...]:
        system, faults = self.context.system, self.context.setting.faults
        return tuple(
            fault for fault in faults if name in fault.targets(system.participants, system.services)
        )

    # -------------------------------------------------------------------------------- nodes

    def _block(self, node: Node) -> Reference:
        tombstones = self.context.knobs.tombstones
        return self.maker.make(
            d.Block,
            undoes=-1 if node.undoes is None else node.undoes,
            is_compensation=node.kind is NodeKind.COMPENSATION,
            at_row=is_at_row(node.state),
            once=lands_once(node, self.context.knobs),
            handler=-1 if node.handler is None or not tombstones else node.handler,
            tombstones=tombstones,
            **dict(self._fields_of(node)),
        )

    def _staffs(self) -> list[Reference]:
        """By node; copies of one state, for the items of a list, have their staff in common."""
        made: dict[str, Reference] = {}
        found = []
        for node in self.context.flow.nodes:
            size, place = getattr(node.state, "staff", None), repr(node.path)
            if size is not None and place not in made:
                made[place] = self.maker.make(Staff, size=size)
            found.append(NULL if size is None else made[place])
        return found

    def _fields_of(self, node: Node) -> Iterable[tuple[str, Reference]]:
        state, name, base = node.state, node.name, self.streams.base
        if isinstance(state, Task | Compensation):
            yield "duration", self.sampler(state.duration, "work", name)
            yield "outside", _OUTSIDE[state.lands]
            yield "outside_base", base("lands", name)
            yield "priority", state.priority
            for kind in FailureKind:
                yield kind.value, self._odds(node, cumulative(state, kind))
                yield f"{kind.value}_base", base(kind.value, name)
                injected = name_of_injected(state, kind)
                yield f"{kind.value}_outcome", self.outcomes[node.index].index(injected)
        else:
            yield "duration", self.sampler(Constant(0))
        if isinstance(state, Choice):
            yield "odds", self._shares(state.probabilities())
            yield "odds_base", base("choice", name)
        if isinstance(state, Receive):
            yield "odds", self._shares(state.probabilities())
            yield "odds_base", base("external", name)
            yield "delay", self.sampler(state.delay)
            yield "delay_base", base("external-delay", name)

    def _odds(self, node: Node, odds: tuple[tuple[str, float], ...]) -> Reference:
        if not odds:
            return NULL
        outcomes = [self.outcomes[node.index].index(name) for name, _ in odds]
        return self._made_odds(outcomes, [threshold for _, threshold in odds])

    def _shares(self, shares: tuple[float, ...]) -> Reference:
        """Numbered from 1; the last share reaches 1 where the sum does, up to rounding."""
        thresholds = list(accumulate(shares, initial=0.0))[1:]
        if thresholds and thresholds[-1] > 1 - 1e-9:
            thresholds[-1] = 2.0
        return self._made_odds(list(range(1, len(shares) + 1)), thresholds)

    def _made_odds(self, outcomes: list[int], thresholds: list[float]) -> Reference:
        return self.maker.make(
            d.Odds,
            count=len(outcomes),
            outcomes=self.maker.array(outcomes),
            thresholds=self.maker.array([float(each) for each in thresholds]),
        )

    # ------------------------------------------------------------------------------- faults

    def faults(self) -> Iterator[Reference]:
        """Each fault at each of its targets, in order."""
        context = self.context
        for number, fault in enumerate(context.setting.faults):
            for target in fault.targets(context.table.names, context.system.services):
                yield from self.faults_at(fault, target, number)

    def faults_at(
        self, fault: Fault, target: str, number: int, *, own: bool = False
    ) -> Iterator[Reference]:
        """One fault at each replica of a target that it strikes."""
        for replica in self._struck(fault, target):
            yield self.fault(fault, target, number, replica=replica, own=own)

    def replicas_struck(self, fault: Fault, target: str) -> int:
        """How many replicas of a target a fault strikes."""
        return len(self._struck(fault, target))

    def _struck(self, fault: Fault, target: str) -> Sequence[int]:
        """Which replicas of a target a fault strikes: each for itself, or their store together."""
        if fault.kind not in PER_PROCESS:
            return (0,)
        count = len(self.groups[self.context.table.index[target]])
        if fault.replica is None:
            return range(count)
        return (fault.replica,) if fault.replica < count else ()

    def fault(
        self, fault: Fault, target: str, number: int, *, replica: int = 0, own: bool = False
    ) -> Reference:
        """One fault at one replica of a target; ``number`` names its draws.

        Raises:
            ValueError: it cannot be with the system's knobs.
        """
        why = why_impossible(fault, self.context.knobs)
        if why:
            raise ValueError(f"{fault.kind.value}: unseen cannot be: {why}")
        base, maker = self.streams.base, self.maker
        facts, known = FACTS[fault.kind], self.context.table.index
        index = None if facts.scope is FaultScope.BROKER else known[target]
        mine = f"{target}/{replica}" if replica and fault.kind in PER_REPLICA else target
        mine = "*" if fault.together else mine
        outside = index is None or target == BROKER
        strikes_messages = fault.kind in PER_MESSAGE and index is not None
        return maker.make(
            r.Injected,
            participant=OUTSIDE if outside else index,
            kind=FAULT_KINDS.index(fault.kind),
            process=NULL if index is None else self.groups[index][replica],
            times=maker.array(sorted(fault.at)),
            times_length=len(fault.at),
            every=NULL if fault.every is None else self.sampler(fault.every),
            gap_base=base("fault-gap", number, mine),
            lasts=self.sampler(fault.lasts, "fault-length", number, mine),
            probability=float(fault.probability),
            factor=float(fault.factor),
            delay=self.sampler(fault.delay),
            age=fault.age or 0,
            backups=fault.backups or 0,
            unseen=fault.unseen,
            together=fault.together,
            base=base("message", number, fault.kind.value, index or 0) if strikes_messages else 0,
            peers=self._peers(fault),
            is_business=facts.fails is FailureKind.BUSINESS,
            steps=self._steps(fault),
            step_bases=self._step_bases(fault, number),
            own=own,
            told=not replica or fault.kind in PER_REPLICA,
        )

    def _peers(self, fault: Fault) -> Reference:
        """A flag for each participant; NULL: a partition from everybody."""
        if not fault.peers:
            return NULL
        return self.maker.array([int(name in fault.peers) for name in self.context.table.names])

    def _steps(self, fault: Fault) -> Reference:
        """A flag for each node; NULL: all steps."""
        if fault.step is None:
            return NULL
        return self.maker.array([int(node.name == fault.step) for node in self.context.flow.nodes])

    def _step_bases(self, fault: Fault, number: int) -> Reference:
        if fault.kind not in PER_ATTEMPT:
            return NULL
        nodes, base = self.context.flow.nodes, self.streams.base
        return self.maker.array([base("injected", number, node.name) for node in nodes])

    # ----------------------------------------------------------------------------- the run

    def fields(self) -> dict[str, Any]:
        """Of the run's record, ready to begin."""
        context, maker = self.context, self.maker
        knobs, setting = context.knobs, context.setting
        arrivals = setting.arrivals
        return {
            **{name: getattr(knobs, name) or 0 for name in _AS_THEY_ARE},
            "horizon": setting.horizon,
            "faults_end": setting.horizon
            + (setting.convergence if setting.faults_until == "end" else 0),
            "participants": len(self.processes),
            "processes": maker.array(self.processes),
            "replica_count": sum(map(len, self.groups)),
            "replicas": maker.array([each for group in self.groups for each in group]),
            "blocks": maker.array([self._block(node) for node in context.flow.nodes]),
            "staffs": maker.array(self._staffs()),
            "restarted": context.table.restarted,
            **{name: getattr(context.policy, name) for name in _OF_POLICY},
            "quick_commit": context.quick_commit_ns(),
            "relays_at_once": knobs.relay_delay == Constant(0),
            "replay": context.replay_ns(),
            "redelivery": knobs.redelivery_timeout,
            "repeats": context.repeats,
            "look": knobs.redelivery_look,
            "most_deliveries": knobs.max_deliveries or 0,
            **context.order_fields(),
            "watches": bool(context.system.watches),
            **self._lines(),
            "network": self.sampler(setting.network, "network"),
            "every": NULL if arrivals.every is None else self.sampler(arrivals.every, "arrivals"),
            "trace": maker.array(sorted(arrivals.at)),
            "trace_length": len(arrivals.at),
            **self._pattern(arrivals),
            "most": -1 if arrivals.most is None else arrivals.most,
        }

    def _lines(self) -> dict[str, Any]:
        """A line for each partition and participant, if instances share them."""
        partitions = self.context.knobs.partitions
        if partitions is None:
            return {}
        lines = [self.maker.make(SharedLine) for _ in range(partitions * len(self.processes))]
        base = self.streams.base("partition")
        return {
            "partitions": partitions,
            "partition_base": base,
            "lines": self.maker.array(lines),
        }

    def _pattern(self, arrivals: Arrivals) -> dict[str, Any]:
        pattern = arrivals.pattern
        if pattern is None:
            return {}
        parts = len(pattern.factors)
        length = pattern.period // parts
        ends = accumulate(int(factor * length) for factor in pattern.factors)
        return {
            "parts": parts,
            "part_length": length,
            "part_ends": self.maker.array(list(ends)),
            "part_factors": self.maker.array(list(map(float, pattern.factors))),
        }


def cumulative(state: Task | Compensation, kind: FailureKind) -> tuple[tuple[str, float], ...]:
    """A step's failures of a kind, each with the sum of the probabilities up to it."""
    total, odds = 0.0, []
    for name, mode in state.failures.items():
        if mode.kind is kind and mode.probability > 0:
            total += mode.probability
            odds.append((name, total))
    return tuple(odds)


def _outcomes_of(node: Node) -> tuple[str, ...]:
    state = node.state
    if not isinstance(state, Task | Compensation):
        return (DONE,)
    injected = (name_of_injected(state, kind) for kind in FailureKind)
    return tuple(dict.fromkeys((DONE, *state.failures, *injected)))

"""Exact answers about one instance: a scenario's variant as a Markov chain, solved.

>>> found = exact(scenario, workflow)
>>> found[0].value("lost")

The instance arrives when every process is up; other instances are not there. Faults strike until
the scenario's horizon and then no more, as in a simulation, whose convergence limit is not looked
at (``run`` answers); times to a verdict and to the end are those of a world in which faults never
stop. docs/exact.md tells what else is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.history import steps_of
from wfmodel.designs.state import View
from wfmodel.display import Shown, Tabular
from wfmodel.experiments.recovery_of_chain import recovery_of
from wfmodel.experiments.replications import most_of, possible
from wfmodel.experiments.run_spec import RunSpec, run_cells
from wfmodel.experiments.scenario import Scenario, Variant, system_of
from wfmodel.experiments.statistics import Estimate, interval, share
from wfmodel.experiments.storms import StormsError, calm, storms_in
from wfmodel.markov import (
    InstanceChain,
    NotExponentialError,
    Surroundings,
    build,
    expected_reward,
    expected_time_if_hit,
    hits,
    hits_within,
    transient,
)
from wfmodel.markov.building import MOST_STATES
from wfmodel.markov.chain import Marks, Vector
from wfmodel.markov.implicit_steps import TooStiffError
from wfmodel.metrics import METRICS
from wfmodel.metrics.distance import distance
from wfmodel.metrics.invariants import LocalInvariants
from wfmodel.model.workflow import Workflow
from wfmodel.semantics.outcome_monitor import OutcomeMonitor
from wfmodel.simulation import Arrivals

ARRIVAL_NS: Final = 1
"""When the simulated instance arrives: at 0 the faults that are always on have yet to begin."""


@dataclass(frozen=True, slots=True)
class ChainLimits:
    """How large a chain may grow. ``stages``: Erlang stages for what is not exponential (None:
    refuse it); ``laps``, ``patience`` and ``copies`` bound loops, attempts at a step, and how many
    of one message are on their way.
    """

    stages: int | None = None
    states: int = MOST_STATES
    laps: int = 3
    patience: int = 10
    copies: int = 1


@dataclass(frozen=True, slots=True)
class ExactValue:
    """One answer. ``name`` is the metric's where a simulation measures the same."""

    name: str
    title: str
    value: float
    unit: str


@dataclass(frozen=True, repr=False)
class ExactAnswers(Shown):
    """All answers about one variant. ``cut``: the probability of ever leaving what was looked
    into; every probability is off by at most that. ``approximated``: places and their stages.
    """

    variant: str
    states: int
    transitions: int
    cut: float
    approximated: dict[str, int]
    values: tuple[ExactValue, ...]

    def value(self, name: str) -> float:
        """The answer of this name.

        Raises:
            KeyError: there is none.
        """
        for each in self.values:
            if each.name == name:
                return each.value
        known = ", ".join(each.name for each in self.values)
        raise KeyError(f"no exact answer {name!r}; there are {known}")


class ExactTable(Tabular, tuple[ExactAnswers, ...]):
    """Answers about each variant: a tuple that shows itself as a table, variants side by side.

    ``refused``: variants without answers, with the reason.
    """

    refused: dict[str, str]

    def __new__(
        cls, answers: Iterable[ExactAnswers], refused: Mapping[str, str] = MappingProxyType({})
    ) -> ExactTable:
        """A table of these answers."""
        made = super().__new__(cls, answers)
        made.refused = dict(refused)
        return made


def chain_of(
    scenario: Scenario, workflow: Workflow, variant: Variant, limits: ChainLimits | None = None
) -> InstanceChain:
    """The chain of one instance of a variant.

    Raises:
        NotExponentialError: a time or a fault has no finite chain; the text names its place.
        TooManyStatesError: it has more states than allowed.
        ZeroTimeLoopError: steps without time follow one another for ever.
    """
    limits = limits or ChainLimits()
    if scenario.setting.faults_until == "end":
        raise NotExponentialError("setting.faults_until: a chain's faults stop with the arrivals")
    return build(
        system_of(workflow, variant),
        Surroundings(scenario.setting.network, scenario.setting.faults),
        stages=limits.stages,
        limit=limits.states,
        laps=limits.laps,
        patience=limits.patience,
        copies=limits.copies,
    )


def exact(
    scenario: Scenario,
    workflow: Workflow,
    *,
    within_ns: int | None = None,
    limits: ChainLimits | None = None,
) -> ExactTable:
    """Exact answers about each variant that has a chain; the others are ``refused`` by name.
    ``within_ns``: also the chance of a verdict by then.

    Raises:
        NotExponentialError, TooManyStatesError, ZeroTimeLoopError: as ``chain_of``, of the first
            variant if there is an answer about none.
        TooStiffError: the same, where rates and ``within_ns`` differ by too much.
    """
    found: list[ExactAnswers] = []
    errors: dict[str, ValueError | ArithmeticError] = {}
    for name, variant in scenario.variants_by_name().items():
        try:
            chain = chain_of(scenario, workflow, variant, limits)
            found.append(_answers(name, chain, scenario, within_ns))
        except (ValueError, ArithmeticError) as error:
            errors[name] = error
    if not found:
        raise next(iter(errors.values()))
    return ExactTable(found, {name: str(error) for name, error in errors.items()})


def _answers(
    name: str, built: InstanceChain, scenario: Scenario, within_ns: int | None
) -> ExactAnswers:
    chain, labels = built.chain, built.chain.labels
    verdict, cut = labels["verdict"], labels["cut"]
    ever, latency_s = expected_time_if_hit(chain, verdict)
    values = [
        ExactValue("verdict", "Ever a verdict, faults never stopping", ever, "fraction"),
        ExactValue("latency_mean", "Time to the verdict, where there is one", latency_s, "s"),
    ]
    if within_ns is not None:
        soon = hits_within(chain, verdict, within_ns / 1e9)
        title = f"A verdict within {within_ns / 1e9:g} s"
        values.append(ExactValue("verdict_within", title, soon, "fraction"))
    values += _life(built)
    values += _ends(built, scenario.setting.horizon / 1e9)
    return ExactAnswers(
        name,
        chain.size,
        chain.rates.nnz,
        float(chain.initial @ hits(chain, cut)) if cut.any() else 0.0,
        built.approximated,
        tuple(values),
    )


def _ends(built: InstanceChain, horizon_s: float) -> list[ExactValue]:
    """How the instance ends, if faults strike until the horizon and no longer.

    Where the horizon is too far to be followed, they never stop, and the title says so.
    """
    chain, labels, note = built.chain, built.chain.labels, ""
    try:
        then = transient(chain, horizon_s)
        of = {each: then @ hits(built.calm, labels[each]) for each in Terminal}
    except TooStiffError:
        note = " (faults never stopping)"
        over = labels["over"]
        of = {each: chain.initial @ hits(chain, labels[each] & over) for each in Terminal}
    metrics = {each: METRICS[each.name.lower()] for each in Terminal}
    return [
        ExactValue(metric.name, metric.title + note, float(of[each]), "fraction")
        for each, metric in metrics.items()
    ]


def _life(built: InstanceChain) -> list[ExactValue]:
    """How long until the instance is over for good, and how much of that something is wrong."""
    chain, views = built.chain, _stored_views(built)
    end = chain.labels["over"] | chain.labels["cut"]
    apart = _apart(views)
    wrong = apart | ~_locally_sound(built, views)
    rewards = np.column_stack((np.ones(chain.size), apart, wrong)).astype(np.float64)
    life, divergent, inconsistent = _mean(chain.initial, expected_reward(chain, rewards, end))
    found = [
        ExactValue("life", "Time until nothing is left to happen", life, "s"),
        ExactValue("divergent_life", "Of that, views disagree for", divergent, "s"),
        ExactValue(
            "inconsistent_life", "Of that, the state is inconsistent for", inconsistent, "s"
        ),
    ]
    if life:
        title = "Long-run share of instance time in which"
        divergence, consistency = divergent / life, 1 - inconsistent / life
        found += [
            ExactValue("divergent_share", f"{title} views disagree", divergence, "fraction"),
            ExactValue(
                "consistent_share", f"{title} the state is consistent", consistency, "fraction"
            ),
        ]
    return found + _recovery(built, views)


def _recovery(built: InstanceChain, views: list[tuple[View, ...]]) -> list[ExactValue]:
    """After crashes only: a lost message leaves no state to ask about."""
    found = recovery_of(built, views)
    if found is None:
        return []
    return [
        ExactValue("recovery", "From a crash to the next durable progress", found.mean_s, "s"),
        ExactValue("no_recovery", "Never recovered, of what met a crash", found.never, "fraction"),
    ]


def _stored_views(built: InstanceChain) -> list[tuple[View, ...]]:
    """By state: what every participant's store says."""
    observer = OutcomeMonitor(built.table)
    return [observer.views(state.configuration) for state in built.states]


def _apart(views: list[tuple[View, ...]]) -> Marks:
    """Where two participants' stores that know of the instance say different things."""
    found = np.zeros(len(views), dtype=np.bool_)
    for number, seen in enumerate(views):
        known = [view for view in seen if view != View()]
        pairs = ((a, b) for i, a in enumerate(known) for b in known[i + 1 :])
        found[number] = any(distance(a, b) for a, b in pairs)
    return found


def _locally_sound(built: InstanceChain, views: list[tuple[View, ...]]) -> Marks:
    """Where the local invariants hold."""
    table = built.table
    invariants = LocalInvariants(steps_of(table.system.flow), table.names)
    found = np.zeros(len(views), dtype=np.bool_)
    for number, (seen, state) in enumerate(zip(views, built.states, strict=True)):
        found[number] = not any(
            invariants.broken(
                node,
                seen[owner].steps.at(node) if (owner := invariants.owner(node)) >= 0 else (),
                state.world.effects.at(node),
            )
            for node in invariants.effects
        )
    return found


def _mean(initial: Vector, values: Vector) -> list[float]:
    """Of each column, over the states in which the chain may begin."""
    inside = initial > 0
    return [float(mean) for mean in initial[inside] @ values[inside]]


def simulated(
    scenario: Scenario,
    workflow: Workflow,
    variant: Variant,
    *,
    instances: int,
    jobs: int | None = None,
) -> dict[str, Estimate]:
    """The same instance simulated so many times: each metric with its 95 % interval.

    How one instance ends is yes or no, so the shares of ends have binomial intervals.

    Raises:
        ValueError: the workflow cannot run.
        StormsError: a run goes on without end.
    """
    setting = replace(scenario.setting, arrivals=Arrivals(at=(ARRIVAL_NS,)), warm_up=0)
    cells = [
        RunSpec(variant, setting, scenario.seed, number, twin=False) for number in range(instances)
    ]
    runs = run_cells(workflow, cells, jobs=jobs, label="simulation", progress=None)
    storms = storms_in({str(variant.design): runs})
    if storms:
        raise StormsError(storms)
    seen = calm(runs)
    ends = {each.name.lower() for each in Terminal}
    found: dict[str, Estimate] = {}
    for name, metric in METRICS.items():
        values = [run.values[name] for run in seen]
        found[name] = (
            share(values) if name in ends else possible(interval(values), most_of(metric.unit))
        )
    return found

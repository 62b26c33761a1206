"""Both sides of one question: whether an anomaly can happen at all, and how often it did.

Exploration answers the first within stated bounds, simulation the second with an interval. The two
share the machines and the vocabulary, so they can contradict each other: an anomaly simulated,
although declared impossible by a complete search whose budget covers all that the instance met. A
contradiction is a defect of wfmodel or of a machine of one's own, never a matter of luck. An
instance that met more than any budget is no contradiction; such instances are counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from wfmodel.designs.anomalies import Anomaly
from wfmodel.display import Tabular
from wfmodel.escaping import shell_line
from wfmodel.experiments.comparison import Comparison
from wfmodel.experiments.reachability import (
    MOST_STATES,
    Possibility,
    Searched,
    budget_words,
    budgets,
    possibility,
)
from wfmodel.experiments.run_spec import Progress
from wfmodel.experiments.scenario import Scenario, system_of
from wfmodel.experiments.statistics import Estimate
from wfmodel.experiments.worker_count import cores, worker_context
from wfmodel.exploration import Spent
from wfmodel.model.workflow import Workflow
from wfmodel.native.pools import WorkerPool


@dataclass(frozen=True, slots=True)
class Contradiction:
    """An instance that shows what exploration declares impossible for it."""

    variant: str
    replication: int
    instance: int
    anomaly: Anomaly
    met: Spent
    searched: Searched


@dataclass(frozen=True, slots=True)
class Pair:
    """One anomaly in one variant: what exploration says is in the possibility, how often here.

    ``beyond``: instances that show it after more faults than any complete search allowed.
    """

    anomaly: Anomaly
    share: Estimate
    beyond: int


@dataclass(frozen=True)
class Side:
    """One variant: what can happen to it, and how often each anomaly did."""

    possibility: Possibility
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, repr=False)
class BothSides(Tabular):
    """One side per variant, in order, and whatever contradicts."""

    sides: tuple[Side, ...]
    contradictions: tuple[Contradiction, ...]


def both_sides(
    comparison: Comparison,
    *,
    jobs: int | None = None,
    most_states: int = MOST_STATES,
    progress: Progress | None = None,
) -> BothSides:
    """Explore every variant of a comparison, and hold its incidents against what was found.

    ``jobs``: worker processes (None: one per core; 1: this process); the result is the same.

    Raises:
        ValueError: ``most_states`` or ``jobs`` is not positive.
    """
    if most_states < 1:
        raise ValueError(f"most_states must be at least 1; got {most_states}")
    names = tuple(each.name for each in comparison.variants)
    explore = partial(_explored, comparison.scenario, comparison.workflow, most_states)
    workers = min(jobs or cores(), len(names))
    if workers < 1:
        raise ValueError(f"jobs must be at least 1; got {jobs}")
    if workers == 1:
        return _against(comparison, _told(map(explore, names), len(names), progress))
    with WorkerPool(workers, worker_context()) as pool:
        return _against(comparison, _told(pool.map(explore, names), len(names), progress))


def explored(
    comparison: Comparison,
    *,
    jobs: int | None = None,
    most_states: int = MOST_STATES,
    progress: Progress | None = None,
) -> BothSides | None:
    """The same, where 0 configurations mean that nobody asks."""
    if not most_states:
        return None
    return both_sides(comparison, jobs=jobs, most_states=most_states, progress=progress)


def _explored(scenario: Scenario, workflow: Workflow, most_states: int, name: str) -> Possibility:
    system = system_of(workflow, scenario.variants_by_name()[name])
    return possibility(name, system, budgets(scenario, system), most_states=most_states)


def _told(
    results: Iterable[Possibility], total: int, progress: Progress | None
) -> tuple[Possibility, ...]:
    """All results; ``progress`` is told of each as it comes."""
    found = []
    for each in results:
        found.append(each)
        if progress is not None:
            progress("exploration", len(found), total)
    return tuple(found)


def _against(comparison: Comparison, found: tuple[Possibility, ...]) -> BothSides:
    contradictions = tuple(
        each
        for place in range(len(found))
        for each in contradicted(comparison, place, found[place])
    )
    sides = tuple(
        Side(each, tuple(_pair(comparison, place, each, anomaly) for anomaly in Anomaly))
        for place, each in enumerate(found)
    )
    return BothSides(sides, contradictions)


def contradicted(
    comparison: Comparison, place: int, possible: Possibility
) -> tuple[Contradiction, ...]:
    """Incidents of a variant that its exploration rules out."""
    variant = comparison.variants[place]
    return tuple(
        Contradiction(variant.name, replication, each.instance, anomaly, each.met, searched)
        for replication, incidents in variant.incidents.items()
        for each in incidents
        if each.rested
        for anomaly in each.anomalies
        if (searched := possible.rules_out(anomaly, each.met)) is not None
    )


def _pair(comparison: Comparison, place: int, possible: Possibility, anomaly: Anomaly) -> Pair:
    share = comparison.metric(str(anomaly.name).lower()).estimates[place]
    if anomaly in possible.stories:
        return Pair(anomaly, share, 0)
    incidents = (each for run in comparison.variants[place].incidents.values() for each in run)
    shown = [each for each in incidents if anomaly in each.anomalies and each.rested]
    covered = [each for each in shown if possible.rules_out(anomaly, each.met) is not None]
    return Pair(anomaly, share, sum(e.count for e in shown) - sum(e.count for e in covered))


def contradiction_words(found: Contradiction, path: str, seed: int) -> str:
    """What contradicts what, and the line that shows the instance again."""
    replay = ("wfmodel", "simulate", path, "--design", found.variant, "--seed", str(seed))
    place = ("--replication", str(found.replication), "--instance", str(found.instance))
    what = found.anomaly.terminal.value.replace("-", " ")
    return (
        f"contradiction: instance {found.instance} of replication {found.replication} of"
        f" {found.variant!r} ended with {what} after {budget_words(found.met.faults)}, which"
        f" exploration declares impossible within {budget_words(found.searched.budget)}"
        f" ({found.searched.states:,} configurations, complete);"
        f" replay: {shell_line(*replay, *place)}"
    )

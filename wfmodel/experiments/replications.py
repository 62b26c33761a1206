"""Run a scenario: every variant, in every replication, with the same draws; then compare.

>>> from wfmodel.importers import load_any
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> from wfmodel.simulation import Arrivals, Setting
>>> setting = Setting(arrivals=Arrivals(every="1s"), horizon="10s")
>>> result = run(Scenario(question="Who loses?", setting=setting, replications=3), order, jobs=1)
>>> str(result.metric("lost").difference.verdict)
'the same in every run'

The result depends on the scenario and the workflow alone: not on the number of workers, nor on the
order in which they finish.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from wfmodel.experiments.cautions import TRACE
from wfmodel.experiments.comparison import Comparison, MetricResult, VariantResult
from wfmodel.experiments.hit_alike import all_struck
from wfmodel.experiments.pooled_quantiles import paired_quantiles, quantile
from wfmodel.experiments.ratio_estimates import paired_ratios, ratio
from wfmodel.experiments.relevance import smallest_relevant
from wfmodel.experiments.run_observation import RunObservation
from wfmodel.experiments.run_spec import Progress, RunSpec, run_cells
from wfmodel.experiments.scenario import Scenario, system_of
from wfmodel.experiments.startup import startup_of
from wfmodel.experiments.statistics import CONFIDENCE, Difference, Estimate, compared, holm
from wfmodel.experiments.storms import StormsError, calm, storms_in
from wfmodel.experiments.survival import kaplan_meier
from wfmodel.experiments.why_wrong import worst_first
from wfmodel.metrics import Metric, Per
from wfmodel.model.workflow import Workflow
from wfmodel.wording.figures import number

Results: TypeAlias = Sequence[Sequence[RunObservation]]
"""By variant, then by replication."""


def run(
    scenario: Scenario,
    workflow: Workflow,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a scenario.

    ``jobs``: worker processes (None: one per core; 1: this process).

    Raises:
        ValueError: the workflow cannot run, or ``primary`` names a metric that does not exist.
        StormsError: a run goes on without end.
    """
    check_primary(scenario)
    cells = [
        RunSpec(variant, scenario.setting, scenario.seed, replication, terms=scenario.terms)
        for replication in range(scenario.replications)
        for variant in scenario.variants_by_name().values()
    ]
    observed = run_cells(workflow, cells, jobs=jobs, label="comparison", progress=progress)
    names = tuple(scenario.variants_by_name())
    runs = {name: observed[place :: len(names)] for place, name in enumerate(names)}
    storms = storms_in(runs)
    if storms:
        raise StormsError(storms)
    return _compared(scenario, workflow, tuple(calm(each) for each in runs.values()))


def check_primary(scenario: Scenario) -> None:
    """Refuse primary metrics that do not exist.

    Raises:
        ValueError: naming the first of them, and all that there are.
    """
    known = scenario.terms.every_metric()
    for name in scenario.primary:
        if name not in known:
            raise ValueError(f"primary: no metric {name!r}; there are {', '.join(known)}")


def indices_of_pair(scenario: Scenario) -> tuple[int, int] | None:
    """The reference pair as positions among the variants."""
    pair, names = scenario.pair(), tuple(scenario.variants_by_name())
    return None if pair is None else (names.index(pair[0]), names.index(pair[1]))


def metric_results(scenario: Scenario, observed: Results) -> tuple[MetricResult, ...]:
    """One line per metric, in the registry's order."""
    lines = []
    for metric in scenario.terms.every_metric().values():
        estimates = tuple(metric_estimate(metric, runs) for runs in observed)
        unknown = [each.needed for each in estimates if math.isnan(each.mean) and each.needed]
        reason = _refused(metric, max(unknown)) if unknown else _reason(metric.name, observed)
        primary = metric.name in scenario.primary
        gap = _difference(scenario, metric, observed, estimates)
        if gap is not None and (uneven := _uneven(scenario, metric, observed)):
            gap, reason = compared(np.zeros(0), 0, relevant=gap.relevant), uneven
        parts = _parts(metric, observed)
        lines.append(MetricResult(metric, primary, estimates, gap, False, reason, *parts))
    return _decided(lines)


def _uneven(scenario: Scenario, metric: Metric, observed: Results) -> str:
    """That a mean over instances with a verdict leaves out more of one variant than of the other:
    the difference would be one of those that are left.
    """
    pair = indices_of_pair(scenario)
    if metric.per is not Per.VERDICTS or pair is None:
        return ""
    names, shares = list(scenario.variants_by_name()), []
    for place in pair:
        some = sum(run.counts[Per.VERDICTS] for run in observed[place])
        shares.append(1 - some / max(sum(run.instances for run in observed[place]), 1))
    if abs(shares[1] - shares[0]) <= TRACE:
        return ""
    each = (
        f"{number(share, 'fraction')} of {names[i]}" for i, share in zip(pair, shares, strict=True)
    )
    return f"leaves out {' and '.join(each)}, which have no verdict"


def metric_estimate(
    metric: Metric, runs: Sequence[RunObservation], *, confidence: float = CONFIDENCE
) -> Estimate:
    """A metric over all runs of one variant."""
    if metric.pooled is not None:
        return quantile([run.latencies for run in runs], metric.pooled, confidence=confidence)
    values, weights = [run.values[metric.name] for run in runs], _weights(metric, runs)
    counts = metric.unit == "fraction" and metric.per is not Per.RUNS
    found = ratio(values, weights, counts=counts, confidence=confidence)
    if metric.unit == "fraction" and metric.better == "higher" and not counts:
        # What is skewed is what they lack of 1.
        lacks = ratio([1 - each for each in values], weights, confidence=confidence)
        found = replace(lacks, mean=found.mean, low=1 - lacks.high, high=1 - lacks.low)
    most = most_of(metric.unit)
    if metric.restricted:
        most = max((run.limit_s for run in runs), default=math.inf)
    return possible(found, most)


def metric_difference(
    metric: Metric,
    one: Sequence[RunObservation],
    other: Sequence[RunObservation],
    *,
    relevant: float = 0.0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """A metric of the second runs minus that of the first, replication by replication."""
    how = {"relevant": relevant, "confidence": confidence}
    if metric.pooled is not None:
        first, second = ([run.latencies for run in runs] for runs in (one, other))
        return paired_quantiles(first, second, metric.pooled, **how)
    sample, against = (
        ([run.values[metric.name] for run in runs], _weights(metric, runs)) for runs in (one, other)
    )
    return paired_ratios(sample, against, **how)


def _weights(metric: Metric, runs: Sequence[RunObservation]) -> list[float]:
    return [1 if metric.per is Per.RUNS else run.counts[metric.per] for run in runs]


def _difference(
    scenario: Scenario, metric: Metric, observed: Results, estimates: Sequence[Estimate]
) -> Difference | None:
    pair = indices_of_pair(scenario)
    if pair is None:
        return None
    one, other = (observed[place] for place in pair)
    means = tuple(estimates[place].mean for place in pair)
    given = scenario.relevant.get(metric.name)
    relevant = smallest_relevant(metric.unit, *means) if given is None else given
    return metric_difference(metric, one, other, relevant=relevant)


def _parts(metric: Metric, observed: Results) -> tuple[tuple[Estimate, ...], tuple[Estimate, ...]]:
    """What each variant gave without faults, and what they added."""
    whole = metric.per is Per.INSTANCES or (metric.per is Per.RUNS and metric.pooled is None)
    if not whole or not all(run.baseline for runs in observed for run in runs):
        return (), ()
    baseline, added = [], []
    for runs in observed:
        weights, name = _weights(metric, runs), metric.name
        baseline.append(ratio([run.baseline[name] for run in runs], weights))
        added.append(ratio([run.values[name] - run.baseline[name] for run in runs], weights))
    known = any(not math.isnan(each.mean) for each in baseline)
    return (tuple(baseline), tuple(added)) if known else ((), ())


def _refused(metric: Metric, runs: int) -> str:
    return f"too few instances for {metric.title}: it takes {runs} replications"


def most_of(unit: str) -> float:
    """The largest value in a unit."""
    return 1.0 if unit == "fraction" else math.inf


def possible(found: Estimate, most: float) -> Estimate:
    """The interval without values that the metric cannot take: none is negative, or above ``most``:
    no share is more than 1, no restricted mean longer than its limit.
    """
    if math.isnan(found.low):
        return found
    return replace(found, low=max(0.0, found.low), high=min(most, found.high))


def _reason(name: str, observed: Results) -> str:
    """Why a metric is undefined in every run of a variant; the most frequent reason."""
    counts = Counter(
        run.reasons[name]
        for runs in observed
        if all(math.isnan(run.values[name]) for run in runs)
        for run in runs
        if name in run.reasons
    )
    return min(counts, key=lambda text: (-counts[text], text), default="")


def _decided(lines: list[MetricResult]) -> tuple[MetricResult, ...]:
    """Mark primary metrics whose differences are shown with all of them tested together."""
    gaps: dict[str, Difference] = {
        line.name: line.difference for line in lines if line.primary and line.difference is not None
    }
    rejected = holm({name: gap.p_value for name, gap in gaps.items()})
    return tuple(
        replace(line, decided=line.name in rejected and gaps[line.name].sign != 0)
        if line.name in gaps
        else line
        for line in lines
    )


def _compared(scenario: Scenario, workflow: Workflow, observed: Results) -> Comparison:
    variants = tuple(
        VariantResult(
            name,
            variant,
            sum(each.instances for each in runs),
            kaplan_meier([each.recovery for each in runs]),
            _endings(runs),
            tuple(np.mean([each.divergence for each in runs], axis=0).tolist()),
            {place: each.incidents for place, each in enumerate(runs) if each.incidents},
            system_of(workflow, variant).participants,
            all_struck([each.struck for each in runs]),
            worst_first([each.worst for each in runs]),
            startup_of([each.calm for each in runs]),
            *_derailed(runs),
        )
        for (name, variant), runs in zip(scenario.variants_by_name().items(), observed, strict=True)
    )
    return Comparison(
        scenario,
        workflow,
        variants,
        metric_results(scenario, observed),
        indices_of_pair(scenario),
        observed[0][0].times_s,
    )


def _derailed(runs: Sequence[RunObservation]) -> tuple[int, dict[str, float]]:
    """How many instances faults made end worse, and what was lost on them by metric."""
    lost: Counter[str] = Counter()
    for each in runs:
        lost.update(each.lost_on_derailed)
    many = (each.values["derailed"] * each.instances for each in runs if each.lost_on_derailed)
    return round(sum(number for number in many if not math.isnan(number))), dict(lost)


def _endings(runs: Sequence[RunObservation]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in runs:
        total.update(each.endings)
    return {name: total[name] for name in runs[0].endings}

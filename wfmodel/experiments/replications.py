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

from wfmodel.experiments.comparison import Comparison, MetricResult, VariantResult
from wfmodel.experiments.run_observation import RunObservation
from wfmodel.experiments.run_spec import Progress, RunSpec, run_cells
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.statistics import Difference, Estimate, holm, interval, paired
from wfmodel.experiments.storms import StormsError, calm, storms_in
from wfmodel.experiments.survival import kaplan_meier
from wfmodel.metrics import METRICS
from wfmodel.model.workflow import Workflow

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
        RunSpec(variant, scenario.setting, scenario.seed, replication)
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
    for name in scenario.primary:
        if name not in METRICS:
            raise ValueError(f"primary: no metric {name!r}; there are {', '.join(METRICS)}")


def indices_of_pair(scenario: Scenario) -> tuple[int, int] | None:
    """The reference pair as positions among the variants."""
    pair, names = scenario.pair(), tuple(scenario.variants_by_name())
    return None if pair is None else (names.index(pair[0]), names.index(pair[1]))


def metric_results(scenario: Scenario, observed: Results) -> tuple[MetricResult, ...]:
    """One line per metric, in the registry's order."""
    pair = indices_of_pair(scenario)
    lines = []
    for metric in METRICS.values():
        samples = [[run.values[metric.name] for run in runs] for runs in observed]
        gap = None if pair is None else paired(samples[pair[0]], samples[pair[1]])
        estimates = tuple(possible(interval(each), metric.unit) for each in samples)
        reason = _reason(metric.name, observed)
        primary = metric.name in scenario.primary
        lines.append(MetricResult(metric, primary, estimates, gap, reason=reason))
    return _decided(lines)


def possible(found: Estimate, unit: str) -> Estimate:
    """The interval without values that the metric cannot take: none is negative."""
    if math.isnan(found.low):
        return found
    high = min(1.0, found.high) if unit == "fraction" else found.high
    return replace(found, low=max(0.0, found.low), high=high)


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


def _endings(runs: Sequence[RunObservation]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for each in runs:
        total.update(each.endings)
    return {name: total[name] for name in runs[0].endings}

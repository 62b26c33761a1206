"""Run a scenario's sweep: every variant at every value of the fault's parameter, as paired runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from wfmodel.display import Plotted, Tabular
from wfmodel.experiments.one_factor import Sweep
from wfmodel.experiments.replications import check_primary, metric_estimate
from wfmodel.experiments.run_observation import RunObservation
from wfmodel.experiments.run_spec import Progress, RunSpec, run_cells
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.statistics import Estimate, nothing_known
from wfmodel.experiments.storms import calm, storms_in
from wfmodel.metrics import NO_TERMS, Metric, Terms
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import StormError
from wfmodel.wording.declarations import FAULTS
from wfmodel.wording.figures import significant

HOUR_NS: Final = 3600e9


@dataclass(frozen=True, repr=False)
class SweepResult(Tabular, Plotted):
    """``estimates[metric][variant][i]`` belongs to ``values[i]``, in ``unit``; undefined where a
    run of that variant goes on without end. ``storms``: those, in words, with their values.
    """

    sweep: Sweep
    values: tuple[float, ...]
    unit: str
    variants: tuple[str, ...]
    estimates: dict[str, tuple[tuple[Estimate, ...], ...]]
    storms: tuple[str, ...] = ()
    terms: Terms = NO_TERMS

    def metric(self, name: str) -> Metric:
        """One of those that were estimated."""
        return self.terms.every_metric()[name]


def run_sweep(
    scenario: Scenario,
    workflow: Workflow,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> SweepResult | None:
    """The primary metrics at each value; None if the scenario has no sweep.

    Raises:
        ValueError: the workflow cannot run, or ``primary`` names a metric that does not exist.
    """
    check_primary(scenario)
    sweep = scenario.sweep
    if sweep is None:
        return None
    variants, known = scenario.variants_by_name(), scenario.terms.every_metric()
    cells = [
        RunSpec(variant, setting, scenario.seed, replication, terms=scenario.terms)
        for value in sweep.values
        for setting in [sweep.applied(scenario.setting, value)]
        for variant in variants.values()
        for replication in range(sweep.replications)
    ]
    observed = run_cells(workflow, cells, jobs=jobs, label="sweep", progress=progress)

    def runs_of(value: int, variant: int) -> Sequence[RunObservation | StormError]:
        start = (value * len(variants) + variant) * sweep.replications
        return observed[start : start + sweep.replications]

    def estimate(metric: str, value: int, variant: int) -> Estimate:
        runs = runs_of(value, variant)
        if storms_in({"": runs}):
            return nothing_known(len(runs))
        return metric_estimate(known[metric], calm(runs))

    estimates = {
        metric: tuple(
            tuple(estimate(metric, value, variant) for value in range(len(sweep.values)))
            for variant in range(len(variants))
        )
        for metric in scenario.primary
    }
    shown, unit = _shown(sweep)
    storms = tuple(
        f"{unit} {significant(at)}: {storm}"
        for value, at in enumerate(shown)
        for storm in storms_in({name: runs_of(value, i) for i, name in enumerate(variants)})
    )
    return SweepResult(sweep, shown, unit, tuple(variants), estimates, storms, scenario.terms)


def _shown(sweep: Sweep) -> tuple[tuple[float, ...], str]:
    """Values as a plot shows them, and the words for its axis."""
    what, at = FAULTS[sweep.fault], sweep.target or "target"
    match sweep.parameter:
        case "every":
            return tuple(HOUR_NS / v for v in sweep.values), f"{what} per hour and {at}"
        case "lasts":
            return tuple(v / 1e9 for v in sweep.values), f"mean duration of {what}, s"
        case parameter:
            return sweep.values, f"{parameter} of {what}"

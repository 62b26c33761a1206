"""Rerun the comparison under each what-if, and say what becomes of the conclusion.

Fates are judged against the unchanged scenario with as many replications, so that fewer of them
never look like a changed assumption.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from wfmodel.display import Shown, Tabular
from wfmodel.experiments.comparison import Comparison, MetricResult
from wfmodel.experiments.replications import metric_results
from wfmodel.experiments.run_observation import RunObservation
from wfmodel.experiments.run_spec import Progress, RunSpec, run_cells
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.sensitivity_cases import WhatIf, what_ifs
from wfmodel.experiments.storms import Storm, calm, storms_in
from wfmodel.simulation import StormError


class Fate(StrEnum):
    """What a changed assumption does to the difference in one metric."""

    HOLDS = "holds"
    VANISHES = "no longer shown"
    REVERSES = "reverses"
    APPEARS = "now shown"
    STILL_NONE = "still none shown"


@dataclass(frozen=True, repr=False)
class Changed(Shown):
    """One what-if: the primary metrics' lines, before and after, and each one's fate, in the
    scenario's order; none after, and no fate, where a run goes on without end (``storms``).
    """

    what_if: WhatIf
    before: tuple[MetricResult, ...]
    lines: tuple[MetricResult, ...]
    fates: tuple[Fate, ...]
    storms: tuple[Storm, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether it changes anything."""
        return bool(self.storms) or any(
            fate not in (Fate.HOLDS, Fate.STILL_NONE) for fate in self.fates
        )


class ChangedAnswers(Tabular, tuple[Changed, ...]):
    """What-ifs in order, as a tuple that shows itself as a table: what becomes of each metric."""

    __slots__ = ()


def run_what_ifs(
    comparison: Comparison, *, jobs: int | None = None, progress: Progress | None = None
) -> ChangedAnswers:
    """Every what-if of the scenario; none if it asks for none, or has one variant only.

    Raises:
        ValueError: the workflow cannot run.
    """
    scenario = comparison.scenario
    replications = what_if_replications(scenario)
    if not replications or comparison.pair is None:
        return ChangedAnswers()
    unchanged = WhatIf("as it is", scenario.setting, scenario.variants_by_name())
    changes = (unchanged, *what_ifs(scenario))
    # Changes innermost: those of the same variant and replication share a twin where they can.
    cells = [
        RunSpec(variant, change.setting, scenario.seed, replication, terms=scenario.terms)
        for replication in range(replications)
        for name in scenario.variants_by_name()
        for change in changes
        for variant in (change.variants[name],)
    ]
    workflow = comparison.workflow
    observed = run_cells(workflow, cells, jobs=jobs, label="what-ifs", progress=progress)
    names, many = tuple(scenario.variants_by_name()), len(changes)
    runs = [
        {name: observed[i * many + change :: len(names) * many] for i, name in enumerate(names)}
        for change in range(many)
    ]
    before, storms = _primary(scenario, unchanged, runs[0])
    if storms:  # more replications than the comparison has: there is nothing to compare with
        return ChangedAnswers([Changed(unchanged, (), (), (), storms)])
    return ChangedAnswers(
        Changed(change, before, lines, tuple(map(fate, before, lines)), storms)
        for change, (lines, storms) in (
            (change, _primary(scenario, change, each))
            for change, each in zip(changes[1:], runs[1:], strict=True)
        )
    )


def _primary(
    scenario: Scenario, change: WhatIf, runs: Mapping[str, Sequence[RunObservation | StormError]]
) -> tuple[tuple[MetricResult, ...], tuple[Storm, ...]]:
    """The primary metrics' lines; none where there are storms."""
    storms = storms_in(runs)
    if storms:
        return (), storms
    # Without what is about faults that may go.
    changed = replace(scenario, setting=change.setting, sweep=None, experiment=None)
    observed = [calm(each) for each in runs.values()]
    found = {line.name: line for line in metric_results(changed, observed)}
    return tuple(found[name] for name in scenario.primary), ()


def what_if_replications(scenario: Scenario) -> int:
    """Replications of each rerun."""
    return scenario.replications if scenario.what_ifs is None else scenario.what_ifs


def fate(before: MetricResult, after: MetricResult) -> Fate:
    """What became of a difference."""
    old, new = _sign(before), _sign(after)
    if old == new:
        return Fate.STILL_NONE if old == 0 else Fate.HOLDS
    if old == 0:
        return Fate.APPEARS
    return Fate.VANISHES if new == 0 else Fate.REVERSES


def _sign(line: MetricResult) -> int:
    return 0 if line.difference is None else line.difference.sign

"""Answers beyond one comparison: over many cells, at a threshold, exact, and of what is rare.

>>> from wfmodel.designs import Knobs
>>> from wfmodel.model.distributions import Exponential
>>> from wfmodel.simulation import Arrivals, Setting
>>> from wfmodel.model.workflow import Final, Task, Workflow
>>> parcel = Workflow(
...     name="parcel",
...     initial="pack",
...     states={
...         "pack": Task(service="store", duration=Exponential(mean="2s"), next="done"),
...         "done": Final(),
...     },
... )
>>> at_once = Scenario(
...     question="How long does a parcel take?",
...     setting=Setting(arrivals=Arrivals(at=("0s",)), horizon="1m", network="0s"),
...     designs=("orchestration",),
...     knobs=Knobs(commit="0s"),
... )
>>> [found] = exact(at_once, parcel)
>>> round(found.value("latency_mean"), 3)
2.0

Each takes a scenario as ``compare`` does: its file, what was loaded of it, or beside its workflow.
"""

from __future__ import annotations

from pathlib import Path

from wfmodel.experiments import LoadedScenario, Scenario
from wfmodel.experiments.exact_answers import ChainLimits, ExactTable
from wfmodel.experiments.exact_answers import exact as solve
from wfmodel.experiments.factorial.executors import local_executor
from wfmodel.experiments.factorial.experiment_runs import ExperimentResult, run_experiment
from wfmodel.experiments.factorial.threshold import ThresholdResult, find_threshold
from wfmodel.experiments.rare_answers import RareQuestion, RareTable, rare_answer
from wfmodel.experiments.rare_events import Splitting
from wfmodel.experiments.run_spec import Progress
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Workflow
from wfmodel.surface.asking import question


def sweep(
    scenario: Scenario | LoadedScenario | str | Path,
    workflow: Workflow | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ExperimentResult:
    """Run a scenario's experiment: its responses at every point of its plan.

    ``jobs``: worker processes (None: one per core; 1: this process).

    Raises:
        LoadError: the scenario's file cannot be run.
        ValueError: it declares no experiment, or one that cannot be run.
    """
    asked, process = question(scenario, workflow)
    return run_experiment(asked, process, executor=local_executor(jobs), progress=progress)


def threshold(
    scenario: Scenario | LoadedScenario | str | Path,
    workflow: Workflow | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> ThresholdResult:
    """Search for the value of a factor from which on the other variant is ahead.

    The scenario's experiment declares it. ``jobs`` as in ``sweep``.

    Raises:
        LoadError: the scenario's file cannot be run.
        ValueError: it declares no threshold, or one that cannot be searched.
    """
    asked, process = question(scenario, workflow)
    return find_threshold(asked, process, executor=local_executor(jobs), progress=progress)


def exact(
    scenario: Scenario | LoadedScenario | str | Path,
    workflow: Workflow | None = None,
    *,
    within: str | None = None,
    stages: int | None = None,
) -> ExactTable:
    """Solve one instance of each variant as a Markov chain: no runs, no intervals.

    ``within``: also the chance of a verdict by then, such as "2s". ``stages``: Erlang stages for
    times that are not exponential (None: refuse them). docs/exact.md has what is assumed. Variants
    that cannot be solved are in the answer's ``refused``, with the reason.

    Raises:
        LoadError: the scenario's file cannot be run.
        ValueError: no variant has a finite chain; the text names the place of the first.
    """
    asked, process = question(scenario, workflow)
    within_ns = None if within is None else parse_duration(within)
    return solve(asked, process, within_ns=within_ns, limits=ChainLimits(stages=stages))


def rare(
    scenario: Scenario | LoadedScenario | str | Path,
    workflow: Workflow | None = None,
    *,
    event: str = "lost",
    stages: int | None = None,
    walks: int = 500,
    repetitions: int = 30,
) -> RareTable:
    """Estimate how likely a rare end of one instance is, by splitting; also solve small chains.

    Walks start at each level, in each repetition; ``stages`` as in ``exact``.

    Raises:
        LoadError: the scenario's file cannot be run.
        ValueError: there is no such end, or a time or a fault has no finite chain.
    """
    asked, process = question(scenario, workflow)
    how = Splitting(walks, repetitions, seed=asked.seed)
    about = RareQuestion(event, splitting=how, stages=stages)
    return RareTable(rare_answer(asked, process, name, about) for name in asked.variants_by_name())

"""Run an experiment: the plan's points become works, an executor runs them, a store keeps them.

>>> result = run_experiment(scenario, workflow)
>>> result.points[0].outcome.row("lost", "orchestration").estimate.mean

The result depends on the scenario and the workflow alone. Points whose values come to the same
scenario (levels that round to one) share a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wfmodel.display import Plotted, Tabular
from wfmodel.experiments.experiment import Experiment
from wfmodel.experiments.factorial.cell_store import opened
from wfmodel.experiments.factorial.cell_work import CellWork
from wfmodel.experiments.factorial.executors import Became, Executor, Failed, local_executor
from wfmodel.experiments.factorial.factors import FactorError, Setup, applied
from wfmodel.experiments.factorial.outcome import CellOutcome, Finished, difference_name, reached_by
from wfmodel.experiments.factorial.plans import Point, points
from wfmodel.experiments.factorial.provenance import WorkflowKeys, key_of, provenance
from wfmodel.experiments.factorial.stopping import is_enough, looks_of
from wfmodel.experiments.relevance import smallest_relevant
from wfmodel.experiments.run_spec import Progress
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.statistics import CONFIDENCE
from wfmodel.metrics import Metric
from wfmodel.model.spelling import hint
from wfmodel.model.workflow import Workflow


class ExperimentError(ValueError):
    """An experiment that cannot be run as it is declared."""


@dataclass(frozen=True)
class Prepared:
    """A plan, ready to run: ``keys[point.number]`` names the point's work in ``works``."""

    scenario: Scenario
    workflow: Workflow
    experiment: Experiment
    points: tuple[Point, ...]
    keys: Mapping[int, str]
    works: Mapping[str, CellWork]

    @property
    def variants(self) -> tuple[str, ...]:
        """Names that rows can have for a variant, differences left out."""
        names = (name for work in self.works.values() for name, _ in work.variants)
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True, repr=False)
class ExperimentResult(Tabular, Plotted):
    """Every point with its outcome, in the order of the plan. ``new``: cells that were run now, the
    others had been finished before. ``storms``: of each point left out, its values and which run
    goes on without end.
    """

    prepared: Prepared
    points: tuple[Finished, ...]
    new: int
    storms: tuple[str, ...] = ()

    @property
    def experiment(self) -> Experiment:
        """What was declared."""
        return self.prepared.experiment

    def metric(self, response: str) -> Metric:
        """The metric of a response."""
        return self.prepared.scenario.terms.every_metric()[response]

    def is_small(self, each: Finished, response: str) -> bool:
        """Whether the pair's difference at a point is smaller than matters (``relevance``)."""
        pair = self.prepared.scenario.pair()
        rows = {r.variant: r.estimate for r in each.outcome.rows if r.response == response}
        if pair is None or difference_name(pair) not in rows:
            return False
        given = self.prepared.scenario.relevant.get(response)
        means = (rows[name].mean for name in pair)
        least = smallest_relevant(self.metric(response).unit, *means) if given is None else given
        return abs(rows[difference_name(pair)].mean) < least

    def imprecise(self) -> tuple[Finished, ...]:
        """Points at which an interval is wider than was asked, or says nothing of its width."""
        return tuple(each for each in self.points if not is_enough(reached_by(each.outcome.rows)))


def prepare(scenario: Scenario, workflow: Workflow) -> Prepared:
    """Everything that is to be run.

    Raises:
        ExperimentError: the scenario declares no experiment, a response is no metric, a path leads
            nowhere, a value is impossible there, or the plan is too large.
    """
    experiment = scenario.experiment
    if experiment is None:
        raise ExperimentError("the scenario declares no experiment: give it the key 'experiment'")
    check_responses(experiment, scenario.terms.every_metric())
    try:
        plan = points(experiment, seed=scenario.seed)
    except ValueError as error:
        raise ExperimentError(str(error)) from None
    keys: dict[int, str] = {}
    works: dict[str, CellWork] = {}
    hashes = WorkflowKeys()
    for point in plan:
        work = work_at(scenario, workflow, point, hashes)
        keys[point.number] = work.key
        works.setdefault(work.key, work)
    return Prepared(scenario, workflow, experiment, plan, keys, works)


def check_responses(experiment: Experiment, known: Mapping[str, Metric]) -> None:
    """Refuse responses that are no metrics.

    Raises:
        ExperimentError: naming the first, and the nearest metric.
    """
    threshold = experiment.threshold
    for name in (*experiment.responses, *(() if threshold is None else (threshold.response,))):
        if name not in known:
            instead = hint(name, known) or f"; there are {', '.join(known)}"
            raise ExperimentError(f"responses: no metric {name!r}{instead}")


def work_at(scenario: Scenario, workflow: Workflow, point: Point, hashes: WorkflowKeys) -> CellWork:
    """The cell of a point.

    Raises:
        ExperimentError: a path leads nowhere, or a value is impossible there.
    """
    experiment = scenario.experiment
    assert experiment is not None
    setup = setup_at(scenario, workflow, point)
    pair = setup.scenario.pair()
    work = CellWork(
        key="",
        workflow_key=hashes.key(setup.workflow),
        workflow=setup.workflow,
        variants=tuple(setup.scenario.variants_by_name().items()),
        pair=pair,
        setting=setup.scenario.setting,
        seed=scenario.seed,
        responses=experiment.responses,
        looks=looks_of(experiment),
        precision=experiment.precision,
        confidence=CONFIDENCE,
        terms=scenario.terms,
    )
    return replace(work, key=key_of(work))


def setup_at(scenario: Scenario, workflow: Workflow, point: Point) -> Setup:
    """Scenario and workflow with the point's values; ``design`` and ``variant`` come last, so that
    knobs are set before one is chosen.

    Raises:
        ExperimentError: a path leads nowhere, or a value is impossible there.
    """
    assert scenario.experiment is not None
    factors = scenario.experiment.factors
    setup = Setup(scenario, workflow)
    for name in sorted(point.values, key=lambda name: factors[name].chooses_system):
        try:
            setup = applied(setup, factors[name], point.values[name])
        except FactorError as error:
            raise ExperimentError(f"factor {name!r}: {error}") from None
    return setup


def run_experiment(
    scenario: Scenario,
    workflow: Workflow,
    *,
    executor: Executor | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> ExperimentResult:
    """Run a scenario's experiment.

    ``executor``: where (None: one process per core). ``out``: a directory that keeps each cell as
    it finishes, and ``results.parquet`` in the end (None: nothing is kept); ``resume``: go on with
    what it holds. Points with a run that goes on without end are left out and named; then
    ``results.parquet`` is not written, and finished cells stay.

    Raises:
        ExperimentError: see ``prepare``; or a point's scenario cannot run.
        StoreError: the directory cannot be used; finished cells stay.
        WorkersLostError: workers died again and again; finished cells stay.
        ModuleNotFoundError: ``out`` needs pyarrow and filelock (extra ``sweeps``).
    """
    executor = executor or local_executor()  # before the plan: processes start meanwhile
    prepared = prepare(scenario, workflow)
    storms: dict[str, str] = {}
    if out is None:
        outcomes: dict[str, CellOutcome] = {}
        for outcome in _run(prepared, executor, outcomes, storms, progress):
            outcomes[outcome.key] = outcome
        return _result(prepared, outcomes, storms, len(outcomes))
    with opened(Path(out), provenance(scenario, workflow), prepared.works) as store:
        outcomes = store.begin(resume=resume)
        before = len(outcomes)
        for outcome in _run(prepared, executor, outcomes, storms, progress):
            store.keep(outcome)
            outcomes[outcome.key] = outcome
        result = _result(prepared, outcomes, storms, len(outcomes) - before)
        if not storms:
            store.finish(result.points, prepared.experiment.factors)
    return result


def _result(
    prepared: Prepared, outcomes: Mapping[str, CellOutcome], storms: Mapping[str, str], new: int
) -> ExperimentResult:
    """Points with an outcome; and of those without, why.

    Raises:
        ExperimentError: no point has one.
    """
    calm = [point for point in prepared.points if prepared.keys[point.number] not in storms]
    found = tuple(Finished(each, outcomes[prepared.keys[each.number]]) for each in calm)
    told = tuple(
        f"{_named(point)}: {storms[prepared.keys[point.number]]}"
        for point in prepared.points
        if prepared.keys[point.number] in storms
    )
    if not found:
        raise ExperimentError(f"at every point a run goes on without end; {told[0]}")
    return ExperimentResult(prepared, found, new, told)


def _run(
    prepared: Prepared,
    executor: Executor,
    finished: Mapping[str, CellOutcome],
    storms: dict[str, str],
    progress: Progress | None,
) -> Iterator[CellOutcome]:
    """Outcomes of the works that are not finished yet; ``storms`` takes up those without one."""
    todo = [work for key, work in prepared.works.items() if key not in finished]
    total, done = len(prepared.works), len(prepared.works) - len(todo)
    if progress is not None:
        progress("cells", done, total)
    for became in executor.outcomes(todo) if todo else ():
        if isinstance(became, Failed) and became.is_storm:
            storms[became.key] = became.reason
        else:
            yield sound(prepared, became)
        done += 1
        if progress is not None:
            progress("cells", done, total)


def sound(prepared: Prepared, became: Became) -> CellOutcome:
    """An outcome, unless its cell cannot run.

    Raises:
        ExperimentError: it cannot; the message names the values.
    """
    if isinstance(became, CellOutcome):
        return became
    assert isinstance(became, Failed)
    point = next(p for p in prepared.points if prepared.keys[p.number] == became.key)
    raise ExperimentError(f"{_named(point)}: {became.reason}")


def _named(point: Point) -> str:
    values = ", ".join(f"{name} {value}" for name, value in point.values.items())
    return f"point {point.number} ({values or 'as it is'})"

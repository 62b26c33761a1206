"""A ``RunSpec`` is one run, whole: variant, setting, seed, replication. None knows of another.

So they may run anywhere and in any order; results come back in the order of the specs, the same
for any number of workers. Machines are closures and do not travel: a worker is sent the workflow
once, and builds its systems itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from wfmodel.designs import History, Table
from wfmodel.experiments.run_observation import RunObservation, TwinRun, observe, twin_run
from wfmodel.experiments.scenario import Variant, system_of
from wfmodel.experiments.worker_count import cores, worker_context
from wfmodel.metrics import NO_TERMS, StateGraph, Terms
from wfmodel.metrics.instance_paths import came_to_rest, without_verdict
from wfmodel.model.workflow import Workflow
from wfmodel.native.pools import WorkerPool
from wfmodel.simulation import AUTO, Setting, StormError, simulate

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called as work goes on: what is under way, how many runs are done, of how many."""

Result = TypeVar("Result")

MOST_TABLES: Final = 16
"""Systems that a worker keeps tabulated."""
MOST_TWINS: Final = 256
"""Runs without faults that a worker keeps: some words per instance each."""
LONGEST: Final = 8
"""Convergence limits that a run which was cut is run on for, to see who still moves."""
FARTHEST: Final = 4096
"""The same where little happens meanwhile: a run of long waits costs the same however long."""
BUSIEST: Final = 4
"""As many rows as the run itself had: one that is run on has no more if little happens in it."""
MOST_STATES: Final = 50_000
"""Global states that a worker keeps of each, and states of participants, if few share them."""
SHARED: Final = 16
"""Rows of a run for each state of a participant; with less, most paths are taken once."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run. Equal cells give equal results. ``twin``: whether it is held against the same run
    without faults, which is run for that if it is not at hand. ``terms``: what is measured besides.
    """

    variant: Variant
    setting: Setting
    seed: int
    replication: int
    twin: bool = True
    terms: Terms = NO_TERMS


class Runner:
    """Runs cells of one workflow, keeping what it has tabulated for each variant."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._tables: dict[Variant, Table] = {}
        self._graphs: dict[Variant, StateGraph] = {}
        self._twins: dict[RunSpec, TwinRun] = {}

    def history(self, cell: RunSpec) -> History:
        """The cell's run.

        Raises:
            ValueError: the workflow cannot run (a name leads nowhere).
        """
        table = self.table(cell.variant)
        return simulate(
            table.system,
            cell.setting,
            seed=cell.seed,
            replication=cell.replication,
            table=table,
            engine=AUTO,
        )

    def observation(self, cell: RunSpec) -> RunObservation:
        """The cell's run, measured.

        Raises:
            ValueError: the workflow cannot run (a name leads nowhere).
        """
        self.prepare(cell)
        return self.observed(cell, self.history(cell))

    def prepare(self, cell: RunSpec) -> None:
        """Have the cell's twin measured before the cell is run: so one history at a time is in
        memory.
        """
        if cell.twin and cell.setting.faults:
            with suppress(StormError):  # the run itself may storm too, and is named then
                self.twin(cell)

    def observed(self, cell: RunSpec, history: History) -> RunObservation:
        """The same of a cell whose run is at hand."""
        system, moving = self.table(cell.variant).system, self.moving(cell, history)
        if cell.twin and cell.setting.faults:
            self.twin(cell)  # run while the table is there
        self._give_up_table(cell, history)
        twin = self.twin(cell, history) if cell.twin else None
        graph = self._graph(cell, history)
        return observe(
            history, system=system, graph=graph, twin=twin, moving=moving, terms=cell.terms
        )

    def twin(self, cell: RunSpec, history: History | None = None) -> TwinRun:
        """The cell's run without faults; cells that differ in their faults alone share it. A run
        that has none, whose ``history`` may be at hand, is its own.
        """
        same = replace(cell, setting=replace(cell.setting, faults=()))
        found = self._twins.pop(same, None)
        if found is None:
            calm = history if history is not None and same == cell else self.history(same)
            found = twin_run(calm, graph=self._graph(same, calm), terms=cell.terms)
        self._twins[same] = found  # the last of them is the latest used
        if len(self._twins) > MOST_TWINS:
            del self._twins[next(iter(self._twins))]
        return found

    def _give_up_table(self, cell: RunSpec, history: History) -> None:
        """Before a run is measured, unless what was tabulated for it is of use to another: it
        would be most of the memory.
        """
        size = self.table(cell.variant).size
        if size > MOST_STATES and SHARED * size > len(history.rows):
            del self._tables[cell.variant]

    def _graph(self, cell: RunSpec, history: History) -> StateGraph:
        graph = self._graphs.get(cell.variant)
        if graph is None or len(graph.states) > MOST_STATES:
            graph = self._graphs[cell.variant] = StateGraph(history)
        return graph

    def moving(self, cell: RunSpec, history: History) -> frozenset[int]:
        """Instances of a run that was cut which go on if it is run on: draws are keyed, so the same
        run with a longer convergence limit begins with what was seen. It ends when all that have no
        verdict have moved, or nothing is left to happen, or ``LONGEST`` limits are over, of which
        a run in which little happens has more: who waits for an hour is not lost after a minute.
        """
        if came_to_rest(history) or not len(history.rows):
            return frozenset()
        end_ns, setting = int(history.rows[-1, 0]), cell.setting
        waiting = frozenset(without_verdict(history))
        found: frozenset[int] = frozenset()
        times = 2
        rows = 0
        while found != waiting and _goes_on(times, rows / len(history.rows)):
            longer = replace(setting, convergence=setting.convergence * times)
            later = self.history(replace(cell, setting=longer))
            found = waiting & frozenset(later.rows[later.rows[:, 0] > end_ns, 2].tolist())
            if came_to_rest(later):
                break
            times, rows = times * 2, len(later.rows)
        return found

    def attempt(self, cell: RunSpec) -> RunObservation | StormError:
        """The cell's run, measured; or that it goes on without end.

        Raises:
            ValueError: the workflow cannot run (a name leads nowhere).
        """
        try:
            return self.observation(cell)
        except StormError as storm:
            return storm

    def table(self, variant: Variant) -> Table:
        """The variant's system, tabulated.

        Raises:
            ValueError: the workflow cannot run (a name leads nowhere).
        """
        found = self._tables.get(variant)
        if found is None:
            if len(self._tables) >= MOST_TABLES:
                self._tables.clear()
                self._graphs.clear()
            found = self._tables[variant] = Table(system_of(self._workflow, variant))
        return found


def _goes_on(times: int, rows: float) -> bool:
    """Whether a run is run on for so many limits, if for half of them it had so many rows, of its
    own.
    """
    return times <= LONGEST or (times <= FARTHEST and rows <= BUSIEST)


def run_cells(
    workflow: Workflow,
    cells: Sequence[RunSpec],
    *,
    jobs: int | None = None,
    label: str = "runs",
    progress: Progress | None = None,
) -> tuple[RunObservation | StormError, ...]:
    """Every cell's observation, or its storm, in the order of the cells.

    ``jobs``: worker processes (None: one per core; 1: this process).

    Raises:
        ValueError: ``jobs`` is not positive, or the workflow cannot run.
        WorkersLostError: a worker was killed.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs must be at least 1; got {jobs}")
    workers = min(jobs or cores(), max(1, len(cells)))
    if workers == 1:
        return tuple(_told(map(Runner(workflow).attempt, cells), len(cells), label, progress))
    pool = WorkerPool(workers, worker_context(), initializer=_set_up, initargs=(workflow,))
    with pool:
        results = pool.map(_attempt, cells, chunksize=_chunk(len(cells), workers))
        return tuple(_told(results, len(cells), label, progress))


def _told(
    results: Iterable[Result], total: int, label: str, progress: Progress | None
) -> Iterator[Result]:
    if progress is not None:
        progress(label, 0, total)
    for number, result in enumerate(results, start=1):
        if progress is not None:
            progress(label, number, total)
        yield result


def _chunk(cells: int, workers: int) -> int:
    """Large enough to amortise sending, small enough to keep every worker busy."""
    return max(1, min(8, cells // (workers * 4)))


_runners: list[Runner] = []
"""In a worker process: its runner. A pool's initialiser has no other way to hand it over."""


def _set_up(workflow: Workflow) -> None:
    _runners[:] = [Runner(workflow)]


def _attempt(cell: RunSpec) -> RunObservation | StormError:
    return _runners[0].attempt(cell)

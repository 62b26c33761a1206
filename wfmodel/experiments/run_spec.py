"""A cell is one run, whole: variant, setting, seed, replication. Cells know nothing of each other.

So they may run anywhere and in any order; results come back in the order of the cells, the same
for any number of workers. Machines are closures and do not travel: a worker is sent the workflow
once, and builds its systems itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from wfmodel.designs import History, Table
from wfmodel.experiments.run_observation import RunObservation, observe
from wfmodel.experiments.scenario import Variant, system_of
from wfmodel.experiments.worker_count import cores, worker_context
from wfmodel.metrics import StateGraph
from wfmodel.model.workflow import Workflow
from wfmodel.native.pools import WorkerPool
from wfmodel.simulation import AUTO, Setting, StormError, simulate

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called as work goes on: what is under way, how many runs are done, of how many."""

Result = TypeVar("Result")

MOST_TABLES: Final = 16
"""Systems that a worker keeps tabulated."""
MOST_STATES: Final = 50_000
"""Global states that a worker keeps of each."""


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run. Equal cells give equal results."""

    variant: Variant
    setting: Setting
    seed: int
    replication: int


class Runner:
    """Runs cells of one workflow, keeping what it has tabulated for each variant."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._tables: dict[Variant, Table] = {}
        self._graphs: dict[Variant, StateGraph] = {}

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
        history, system = self.history(cell), self.table(cell.variant).system
        graph = self._graphs.get(cell.variant)
        if graph is None or len(graph.states) > MOST_STATES:
            graph = self._graphs[cell.variant] = StateGraph(history)
        return observe(history, system=system, graph=graph)

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
        return _collect(map(Runner(workflow).attempt, cells), len(cells), label, progress)
    pool = WorkerPool(workers, worker_context(), initializer=_set_up, initargs=(workflow,))
    with pool:
        results = pool.map(_attempt, cells, chunksize=_chunk(len(cells), workers))
        return _collect(results, len(cells), label, progress)


def _collect(
    results: Iterable[Result], total: int, label: str, progress: Progress | None
) -> tuple[Result, ...]:
    return tuple(_told(results, total, label, progress))


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


_benches: list[Runner] = []
"""In a worker process: its bench. A pool's initialiser has no other way to hand it over."""


def _set_up(workflow: Workflow) -> None:
    _benches[:] = [Runner(workflow)]


def _attempt(cell: RunSpec) -> RunObservation | StormError:
    return _benches[0].attempt(cell)

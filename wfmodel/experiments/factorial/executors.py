"""Where cells run: one interface, and no number depends on what stands behind it.

An executor takes works and yields what became of them, in whatever order they finish. A worker that
dies costs the cells it had in hand; they run again elsewhere. Read ``dask_cluster`` for a cluster.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing.context import BaseContext
from typing import Final, Protocol, TypeAlias

from wfmodel.experiments.factorial.cell_work import CellWork, carry_out
from wfmodel.experiments.factorial.outcome import CellOutcome
from wfmodel.experiments.storms import StormsError
from wfmodel.experiments.worker_count import cores
from wfmodel.native.lost import WorkersLostError
from wfmodel.native.pools import WorkerPool, start_server

IN_HAND: Final = 4
"""Cells per worker that are handed out at a time: enough to keep it busy, few to hold in memory."""
MOST_DEATHS: Final = 3
"""A pool that breaks so often without finishing a cell in between is given up."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell that cannot run, and why: its values do not make a sound scenario; or a run of it goes
    on without end, which says nothing of other cells.
    """

    key: str
    reason: str
    is_storm: bool = False


Became: TypeAlias = CellOutcome | Failed


class Executor(Protocol):
    """Runs cells."""

    def outcomes(self, works: Iterable[CellWork]) -> Iterator[Became]:
        """Every work's outcome once, as they finish.

        Raises:
            WorkersLostError: workers die again and again.
        """
        ...


def attempt(work: CellWork) -> Became:
    """Run a cell; what is wrong with its declaration becomes data."""
    try:
        return carry_out(work)
    except StormsError as storms:
        return Failed(work.key, str(storms), is_storm=True)
    except ValueError as error:
        return Failed(work.key, str(error))


class InProcess:
    """Runs cells one after the other, here."""

    def outcomes(self, works: Iterable[CellWork]) -> Iterator[Became]:
        """Every work's outcome, in order."""
        yield from map(attempt, works)


class LocalProcesses:
    """Runs cells on this machine's cores, in processes that start afresh (never a copy of this one,
    whose threads a copy would not have).
    """

    def __init__(self, workers: int | None = None) -> None:
        """``workers``: processes (None: one per core).

        Raises:
            ValueError: it is not positive.
        """
        if workers is not None and workers < 1:
            raise ValueError(f"workers must be at least 1; got {workers}")
        self.workers = workers or cores()
        self._context = _context()

    def outcomes(self, works: Iterable[CellWork]) -> Iterator[Became]:
        """Every work's outcome, as they finish.

        Raises:
            WorkersLostError: processes died ``MOST_DEATHS`` times without finishing anything.
        """
        waiting, deaths = iter(works), 0
        again: list[CellWork] = []
        while True:
            try:
                for became in self._until_broken(waiting, again):
                    deaths = 0
                    yield became
                return
            except BrokenProcessPool:
                deaths += 1
                if deaths >= MOST_DEATHS:
                    raise WorkersLostError(
                        f"worker processes died {deaths} times in a row (out of memory?)"
                    ) from None

    def _until_broken(self, waiting: Iterator[CellWork], again: list[CellWork]) -> Iterator[Became]:
        """Yield outcomes; if the pool breaks, ``again`` holds what was in hand."""
        in_hand: dict[Future[Became], CellWork] = {}
        pool = WorkerPool(self.workers, self._context)
        try:
            while True:
                room = self.workers * IN_HAND - len(in_hand)
                taken = [again.pop() for _ in range(min(room, len(again)))]
                taken += islice(waiting, room - len(taken))
                for number, work in enumerate(taken):
                    try:
                        in_hand[pool.submit(attempt, work)] = work
                    except BrokenProcessPool:
                        again.extend(taken[number:])
                        raise
                if not in_hand:
                    return
                done, _ = wait(in_hand, return_when=FIRST_COMPLETED)
                for future in done:
                    became = future.result()
                    del in_hand[future]
                    yield became
        finally:
            again.extend(in_hand.values())
            pool.abandon()


def _context() -> BaseContext:
    """A server that has imported us once and forks clean children; where there is none, spawn.

    It starts at once, so that it imports while the caller prepares the works.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    start_server(["wfmodel.experiments.factorial.cell_work"], context)
    return context


def local_executor(workers: int | None = None) -> Executor:
    """This process for one worker, else as many processes (None: one per core).

    Raises:
        ValueError: ``workers`` is not positive.
    """
    local = LocalProcesses(workers)
    return InProcess() if local.workers == 1 else local

"""Cells on an existing Dask cluster: a worker that dies costs only the cells it had in hand.

The scheduler hands those out again (Dask does so up to ``distributed.scheduler.allowed-failures``
times for one task, 3 by default); results come back here as they finish, and only this process
writes them. Workers need wfmodel installed, in the same version.

A task is a batch of cells that takes about ``TASK_S``: Dask spends milliseconds of its own on every
task, as much as a small cell takes. How cells are batched changes no result.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final

from wfmodel.experiments.factorial.cell_work import CellWork
from wfmodel.experiments.factorial.executors import IN_HAND, Became, attempt
from wfmodel.extras import install_command
from wfmodel.native.lost import WorkersLostError

if TYPE_CHECKING:
    from distributed import Client

FEWEST_IN_HAND: Final = 16
"""Tasks, while workers may still join."""
TASK_S: Final = 0.25
MOST_CELLS: Final = 32
"""Cells in one task, however short they are: a worker that dies loses no more."""
CONNECT_S: Final = 5
"""How long a scheduler's answer is waited for."""
FIRST_WORKER_S: Final = 20
"""How long its first worker is waited for."""
NEEDS_DASK: Final = f"Dask is not installed: {install_command('distributed')}"


class DaskCluster:
    """Runs cells on the cluster whose scheduler is at ``address`` (``tcp://host:8786``)."""

    def __init__(self, address: str) -> None:
        self.address = address

    def outcomes(self, works: Iterable[CellWork]) -> Iterator[Became]:
        """Every work's outcome, as they finish.

        Raises:
            ModuleNotFoundError: Dask is not installed; the message says how to.
            ConnectionError: there is no scheduler at the address, it has no workers, or has gone.
            WorkersLostError: one cell's workers died too often.
        """
        with _tracebacks_unsaid(), self._client() as client:
            from distributed.comm import CommClosedError

            try:
                yield from _outcomes(client, iter(works))
            except (CommClosedError, CancelledError):
                raise ConnectionError(
                    f"the Dask scheduler at {self.address} has gone: a sweep with a directory can"
                    " be resumed"
                ) from None

    def _client(self) -> Client:
        try:
            from distributed import Client
        except ModuleNotFoundError:
            raise ModuleNotFoundError(NEEDS_DASK, name="distributed") from None
        try:
            with ThreadPoolExecutor(1) as apart:  # a notebook has an event loop of its own
                apart.submit(asyncio.run, _greet(self.address)).result()
            client = Client(self.address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, ValueError) as error:
            why = f"no answer within {CONNECT_S} s" if isinstance(error, TimeoutError) else error
            raise ConnectionError(f"no Dask scheduler at {self.address}: {why}") from None
        try:
            client.wait_for_workers(1, timeout=FIRST_WORKER_S)
        except TimeoutError:
            client.close()
            raise ConnectionError(f"the Dask scheduler at {self.address} has no workers") from None
        return client


@contextmanager
def _tracebacks_unsaid() -> Iterator[None]:
    """Of a connection that is lost Dask logs tracebacks; the error says it, in one line."""
    loggers = [logging.getLogger(f"distributed.{name}") for name in ("client", "core", "utils")]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for each, level in zip(loggers, before, strict=True):
            each.setLevel(level)


async def _greet(address: str) -> None:
    """Come and go: a blocking client that cannot connect leaves threads behind and waits for them,
    and waits without end for a listener that is no scheduler.
    """
    from distributed import Client

    client = Client(address, timeout=CONNECT_S, asynchronous=True, set_as_default=False)
    try:
        async with asyncio.timeout(CONNECT_S):
            await client
    finally:
        await client.close()


def _outcomes(client: Client, waiting: Iterator[CellWork]) -> Iterator[Became]:
    from distributed import KilledWorker, as_completed

    size = 1
    in_hand = as_completed([], loop=client.loop)

    def fill() -> None:
        for _ in range(_room(client) - in_hand.count()):
            batch = tuple(islice(waiting, size))
            if not batch:
                return
            key = f"wfmodel-{batch[0].key}"
            in_hand.add(client.submit(_attempt_all, batch, key=key, pure=False))

    fill()
    for future in in_hand:
        try:
            became, seconds = future.result()
        except KilledWorker as error:
            raise WorkersLostError(f"Dask workers died on one cell too often: {error}") from None
        size = _batch_size(seconds / len(became))
        yield from became
        fill()


def _attempt_all(works: Sequence[CellWork]) -> tuple[list[Became], float]:
    """On a worker: the works' outcomes, and the seconds they took."""
    begun = time.perf_counter()
    return [attempt(work) for work in works], time.perf_counter() - begun


def _batch_size(seconds: float) -> int:
    """Cells for the next task, where one took so long."""
    return max(1, min(MOST_CELLS, int(TASK_S / max(seconds, TASK_S / MOST_CELLS))))


def _room(client: Client) -> int:
    """Tasks in hand at a time; workers may join while the sweep runs."""
    threads: dict[str, int] = client.nthreads()
    return max(FEWEST_IN_HAND, IN_HAND * sum(threads.values()))

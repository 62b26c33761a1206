"""One run in the kernel: the same rows as the driver's, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.history import Kind
from wfmodel.native.chunks import address
from wfmodel.simulation.kernel import layout as at
from wfmodel.simulation.kernel.clerk import Clerk
from wfmodel.simulation.kernel.loop import BATCH, BLOCK, entries
from wfmodel.simulation.kernel.plan import Plan
from wfmodel.simulation.kernel.store import Store
from wfmodel.simulation.run import OUTSIDE, Run


class Kernel:
    """A run, from its first event to its last."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.store = Store()
        plan = Plan(run, self.store)
        self.clerk = Clerk(run, plan)
        self.header = plan.header(self.clerk.address)
        self.clerk.header = self.header
        self.faults = plan.injected(int(self.header[at.H_PROCESSES]))
        self._begin, self._advance = _entries()

    def rows(self) -> NDArray[np.int64]:
        """Run through both phases; all rows, of shape (n, 6).

        Raises:
            BaseException: whatever one of the system's machines raised.
        """
        for _ in self._run(BATCH):
            pass
        return self.store.rows(int(self.header[at.H_ROW]))

    def blocks(self) -> Iterator[NDArray[np.int64]]:
        """The same, in pieces that are good until the next one is asked for, with GONE rows."""
        self.header[at.H_TELLS_GONE] = 1
        for _ in self._run(BLOCK):
            yield self.store.taken(self.header)

    def _run(self, most: int) -> Iterator[None]:
        """Through both phases; a pause after so many events, and at the end."""
        setting, header = self.run.setting, self.header
        for fault in (*self.faults, 0):  # 0: the arrivals, which begin after the faults
            self._begin(address(header), fault)
        yield from self._go_on_until(setting.horizon, 0, most)
        self._row(setting.horizon, Kind.ARRIVALS_END, 0)
        end = setting.horizon + setting.convergence
        yield from self._go_on_until(end, int(header[at.H_SEQUENCE]), most)
        settled = not header[at.H_HEAP_SIZE]
        self._row(self.store.last_time_ns(header) if settled else end, Kind.END, int(settled))
        yield

    def _go_on_until(self, time_ns: int, number: int, most: int) -> Iterator[None]:
        """Take every event that comes before this time and number."""
        while not self._advance(address(self.header), time_ns, number, most):
            yield
        self.clerk.raise_error()
        self.header[at.H_NOW] = time_ns

    def _row(self, time_ns: int, kind: Kind, a: int) -> None:
        if self.header[at.H_ROW] == self.header[at.H_ROW_END]:
            self.header[at.H_ROW], self.header[at.H_ROW_END] = self.store.rows_chunk()
        self.store.write_row(self.header, (time_ns, int(kind), -1, OUTSIDE, a, 0))


@cache
def _entries() -> tuple[Callable[..., Any], Callable[..., Any]]:
    return entries()

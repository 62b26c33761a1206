"""One run in machine code: the same rows as on SimPy's clock, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs.history import Kind
from wfmodel.native.answering import Answering
from wfmodel.native.arena import address
from wfmodel.native.header import KEY_WORDS
from wfmodel.native.record_layout import layout_of
from wfmodel.simulation.compiled import run_header as at
from wfmodel.simulation.compiled.heap import HEAP_WORDS
from wfmodel.simulation.compiled.loop import BATCH, BLOCK, entries
from wfmodel.simulation.compiled.store import COLUMNS, Store
from wfmodel.simulation.event_codes import OUTSIDE
from wfmodel.simulation.questions import Questions
from wfmodel.simulation.records import Operation, TabledReaction
from wfmodel.simulation.run_context import RunContext
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.setup import RunSetup

HEAP = 1 << 10
TABLE = 1 << 10
"""Slots to begin with; both grow."""


class Clerk(Answering):
    """Answers what compiled code asks Python."""

    def __init__(self, store: Store, setup: RunSetup, questions: Questions) -> None:
        self._setup = setup
        self._nothing = _nothing(store)
        super().__init__(
            store,
            {
                at.ASK_ROWS: self._rows,
                at.ASK_REACTION: lambda p, state, event, d: questions.reaction(p, state, event),
                at.ASK_DONE: questions.work_done,
                at.ASK_CHOSEN: lambda node, epoch, branch, d: questions.chosen(node, epoch, branch),
                at.ASK_EXTERNAL: questions.external,
                at.ASK_START: lambda a, b, c, d: questions.starting(),
                at.ASK_OPENING: lambda a, b, c, d: questions.opening() or 0,
                at.ASK_QUANTILE: self._quantile,
                at.ASK_STORM: questions.storm,
                at.ASK_TAKES: lambda p, state, message, d: questions.takes(p, state, message),
                at.ASK_NOTICE: lambda p, b, c, d: questions.notice(p),
            },
            self._kept_back,
        )
        self.store: Store = store

    def _kept_back(self, question: int) -> int:
        """A record of nothing, or nobody; for rows, such as are kept back."""
        if question == at.ASK_ROWS:
            place, end = self.store.reserve()
            end -= (end - place) % (8 * COLUMNS)  # it is met exactly, by the last whole row
            self.header[at.ROW], self.header[at.ROW_END] = place, end
        return 0 if question == at.ASK_OPENING else self._nothing

    def _rows(self, a: int, b: int, c: int, d: int) -> int:
        self.header[at.ROW], self.header[at.ROW_END] = self.store.rows_chunk()
        return 0

    def _quantile(self, number: int, b: int, c: int, d: int) -> int:
        u = float(self.header[at.REAL : at.REAL + 1].view(float)[0])
        return self._setup.by_python[number].quantile(u)


def _nothing(store: Store) -> int:
    """What can be taken for a reaction, or an operation, and asks for nothing."""
    words = max(layout_of(record).words for record in (TabledReaction, Operation))
    return store.record([0] * words)


class Compiled:
    """A run, from its first event to its last."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.store = store = Store()
        setup = RunSetup(context, store)
        self.clerk = Clerk(store, setup, Questions(context, setup))
        self.header = self.clerk.header = self._header(setup)
        self.faults = list(setup.faults())
        self._begin, self._advance = _entries()

    def _header(self, setup: RunSetup) -> NDArray[np.int64]:
        """The run's record, with what compiled code keeps in it."""
        store = self.store
        header = store.zeros(layout_of(Run).words)
        header[:] = store.words_of(Run, setup.fields())
        header[at.ASK] = self.clerk.address
        header[at.HEAP] = address(store.zeros(HEAP * HEAP_WORDS))
        header[at.HEAP_CAPACITY] = HEAP
        header[at.TABLE] = address(store.zeros(TABLE * KEY_WORDS))
        header[at.TABLE_MASK] = TABLE - 1
        return header

    def rows(self) -> NDArray[np.int64]:
        """Run through both phases; all rows, of shape (n, 6).

        Raises:
            BaseException: whatever one of the system's machines raised.
        """
        for _ in self._run(BATCH):
            pass
        self.clerk.end()
        return self.store.rows(int(self.header[at.ROW]))

    def blocks(self) -> Iterator[NDArray[np.int64]]:
        """The same, in pieces that are good until the next one is asked for, with GONE rows."""
        self.header[at.TELLS_GONE] = 1
        for _ in self._run(BLOCK):
            yield self.store.taken(self.header)

    def _run(self, most: int) -> Iterator[None]:
        """Through both phases; a pause after so many events, and at the end."""
        setting, header = self.context.setting, self.header
        for fault in (*self.faults, 0):  # 0: the arrivals, which begin after the faults
            self._begin(address(header), fault)
        yield from self._go_on_until(setting.horizon, 0, most)
        self._row(setting.horizon, Kind.ARRIVALS_END, 0)
        end = setting.horizon + setting.convergence
        yield from self._go_on_until(end, int(header[at.SEQUENCE]), most)
        settled = not header[at.HEAP_SIZE]
        self._row(self.store.last_time_ns(header) if settled else end, Kind.END, int(settled))
        yield

    def _go_on_until(self, time_ns: int, number: int, most: int) -> Iterator[None]:
        """Take every event that comes before this time and number."""
        while not self._advance(address(self.header), time_ns, number, most):
            yield
        self.clerk.raise_error()
        self.header[_NOW] = time_ns

    def _row(self, time_ns: int, kind: Kind, a: int) -> None:
        if self.header[at.ROW] == self.header[at.ROW_END]:
            self.header[at.ROW], self.header[at.ROW_END] = self.store.rows_chunk()
        self.store.write_row(self.header, (time_ns, int(kind), -1, OUTSIDE, a, 0))


_NOW = layout_of(Run).places["now"].offset


@cache
def _entries() -> tuple[Callable[..., Any], Callable[..., Any]]:
    return entries()

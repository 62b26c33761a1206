"""When memory ends in the middle of an event, the compiled kernel stops and writes nowhere else."""

from __future__ import annotations

from bisect import bisect
from itertools import count
from unittest import mock

import numpy as np
import pytest

from tests.agreement.interpreted import interpreted_kernel
from tests.simulation.worlds import HUNDRED_MS, d, sequence
from wfmodel.designs import Knobs, Table, choreograph
from wfmodel.designs.table import RunTable
from wfmodel.model.distributions import Constant
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.simulation.randomness import Streams
from wfmodel.simulation.run_context import RunContext

pytestmark = pytest.mark.long


SYSTEM = choreograph(sequence(7, HUNDRED_MS), Knobs())


def at_once(instances: int) -> Setting:
    """All under way together: records, rows, heap and table have to grow."""
    every = Constant(d("1ms"))
    return Setting(arrivals=Arrivals(every=every, most=instances), horizon=d("1s"))


SMALL, WILDERNESS = 4 * 28, 4096
"""Words kept back, and words around them that nobody may write."""


class Memory:
    """Hands out chunks of a ``Store`` and fails from one request on."""

    def __init__(self, store_class: type, failing: int) -> None:
        self.failing, self.requests = failing, 0
        self._chunk, self._rows_chunk = store_class.chunk, store_class.rows_chunk
        self._wild = np.zeros(WILDERNESS + SMALL + WILDERNESS, np.int64)
        first = self._wild.ctypes.data + 8 * WILDERNESS
        self.kept_back = (first, first + 8 * SMALL)

    def chunk(self, store, words):
        return self._asked(lambda: self._chunk(store, words))

    def rows_chunk(self, store):
        return self._asked(lambda: self._rows_chunk(store))

    def _asked(self, give):
        self.requests += 1
        if self.requests >= self.failing:
            raise MemoryError("no more")
        return give()

    def patched(self, store_class: type):
        asks = {
            "chunk": lambda store, words: self.chunk(store, words),
            "rows_chunk": lambda store: self.rows_chunk(store),
            "reserve": lambda _store: self.kept_back,
        }
        return mock.patch.multiple(store_class, **asks)


def test_every_request_may_fail_and_nothing_is_written_outside(monkeypatch):
    with interpreted_kernel() as kernel:
        store_class, put = kernel["store"].Store, kernel["words"].put
        # So small that either table, when it grows, is larger than all that is kept back.
        for module, name, small in (
            ("arena", "FIRST_CHUNK", 256),
            ("arena", "MOST_CHUNK", 256),
            ("store", "FIRST_ROWS", 1024),
            ("engine", "HEAP", 48),
            ("engine", "TABLE", 32),
        ):
            monkeypatch.setattr(kernel[module], name, small)
        outcomes = []
        for failing in count(1):
            run = kernel["engine"].Compiled(
                RunContext(RunTable(Table(SYSTEM)), at_once(55), Streams(1, 0))
            )
            memory = Memory(store_class, failing)
            inside = Inside(run.store, memory)

            def checked(address, field, value, inside=inside):
                assert inside(address + 8 * field), "written outside"
                put(address, field, value)

            for module in kernel.values():
                if hasattr(module, "put"):
                    monkeypatch.setattr(module, "put", checked)
            with memory.patched(store_class):
                try:
                    run.rows()
                except MemoryError:
                    outcomes.append("stopped")
                    continue
            break
    assert len(outcomes) > 30, "the run has to ask for memory often"


class Inside:
    """Whether an address is one of the store's words, or of those kept back."""

    def __init__(self, store, memory: Memory) -> None:
        self._store, self._kept_back, self._ranges = store, memory.kept_back, []

    def __call__(self, address: int) -> bool:
        if self._known(address):
            return True
        arrays = [*self._store._chunks, self._store._rows]
        given = [(a.ctypes.data, a.ctypes.data + a.nbytes) for a in arrays]
        self._ranges = sorted([*given, self._kept_back])
        return self._known(address)

    def _known(self, address: int) -> bool:
        place = bisect(self._ranges, (address, float("inf"))) - 1
        return place >= 0 and address < self._ranges[place][1]


@pytest.mark.parametrize("failing", [1, 2, 3, 4, 5])
def test_the_compiled_kernel_says_so(failing):
    pytest.importorskip("numba", reason="the compiled kernel needs numba")
    from wfmodel.simulation.compiled.store import Store

    with Memory(Store, failing).patched(Store), pytest.raises(MemoryError, match="no more"):
        simulate(SYSTEM, at_once(700), engine="compiled")


def test_rows_kept_back_are_whole_rows_and_many_arrivals_stop(monkeypatch):
    pytest.importorskip("numba", reason="the compiled kernel needs numba")
    from wfmodel.simulation.compiled.store import Store

    def fails(store: Store) -> tuple[int, int]:
        raise MemoryError

    monkeypatch.setattr(Store, "rows_chunk", fails)
    with pytest.raises(MemoryError):
        simulate(SYSTEM, at_once(60_000), engine="compiled")

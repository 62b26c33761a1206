"""Search a system's states by number: plain Python at first, compiled once there are many.

>>> space = search(Table(two_phase_commit(7)), FaultBudget())
>>> len(space), space.complete
(296448, True)

Stops cleanly, with what was found so far, at a limit, at the memory limit, and when interrupted;
``PackedSpace.stopped`` says which. A checkpoint resumes to the same numbers.
"""

from __future__ import annotations

import importlib.util
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wfmodel.designs.table import Table
from wfmodel.exploration.packed import checkpoint as on_disk
from wfmodel.exploration.packed.component_arrays import TooSparse
from wfmodel.exploration.packed.packed_space import PackedSpace
from wfmodel.exploration.packed.python_search import PlainSearch
from wfmodel.exploration.packed.snapshot import Snapshot
from wfmodel.exploration.packed.symmetry import expansion_of
from wfmodel.exploration.state_space import INTERRUPTED
from wfmodel.extras import install_command
from wfmodel.semantics.component_tables import ComponentTables
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything, Resolution
from wfmodel.semantics.successors import Successors

if TYPE_CHECKING:
    from wfmodel.exploration.packed.compiled import CompiledSearch

PLAIN_STATES: Final = 20_000
"""Up to so many states plain Python is done before compiled code would be loaded."""

PLAIN_SLICE, COMPILED_SLICE = 256, 1 << 17
"""States expanded between two looks at the clock, the limits and the keyboard."""

MEMORY_BYTES: Final = 4 << 30


class Engine(StrEnum):
    """Which search: ``auto`` takes the compiled one where it pays and numba is there."""

    AUTO = "auto"
    PLAIN = "plain"
    COMPILED = "compiled"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is. The frontier is what is known and not looked into."""

    states: int
    looked_into: int
    level: int
    """Steps from the initial state to those that are being looked into."""
    states_per_second: float
    memory_bytes: int

    @property
    def frontier(self) -> int:
        """States that are known and not looked into."""
        return self.states - self.looked_into


def search(
    table: Table,
    budget: FaultBudget | None = None,
    *,
    limit: int | None = None,
    laps: int = 1,
    resolution: Resolution | None = None,
    urgent: bool = True,
    engine: Engine = Engine.AUTO,
    memory_bytes: int = MEMORY_BYTES,
    progress: Callable[[Progress], None] | None = None,
    progress_every_s: float = 1.0,
    checkpoint: Path | None = None,
    checkpoint_every_s: float = 60.0,
    symmetry: bool = True,
) -> PackedSpace:
    """All states that a system can reach while the budget lasts, breadth first.

    ``limit`` bounds the states looked into, ``memory_bytes`` what they (and, once asked for, their
    steps) may take, ``laps`` how often a loop is gone round. ``urgent=False`` switches a reduction
    of ``successors`` off. If ``checkpoint`` exists, the search goes on from there; it needs a
    ``table`` of its own then. It is written every so many seconds and at the end. Participants that
    the system declares interchangeable are not told apart, unless ``symmetry=False``; such a search
    is plain. So is, whatever ``engine`` says, the rest of one whose tables would be large and
    nearly empty.

    Raises:
        CheckpointError: the file is not a checkpoint of this search.
        ImportError: the compiled search was asked for, and numba is missing.
        NotInterchangeable: participants are declared interchangeable and are not.
    """
    if engine is Engine.COMPILED and not has_numba():
        raise ImportError(f"the compiled search needs numba: {install_command('numba')}")
    budget = budget or FaultBudget()
    semantics = InstanceRules.under(table, budget)
    successors = Successors(semantics, resolution or Anything(), urgent=urgent)
    expansion = expansion_of(ComponentTables(table, successors, budget, laps), symmetry=symmetry)
    first = expansion.tables.vector(semantics.start(semantics.initial()), budget)
    run = _Run(PlainSearch(expansion, first), engine, limit, memory_bytes)
    if checkpoint is not None and checkpoint.exists():
        snapshot, run.level = on_disk.load(checkpoint, expansion, laps=laps)
        run.take_over(snapshot)
    if progress is not None:
        run.every(progress_every_s, lambda: progress(run.progress()))
    if checkpoint is not None:

        def write() -> None:
            on_disk.save(checkpoint, expansion, run.search.snapshot(), laps=laps, level=run.level)

        run.every(checkpoint_every_s, write)
        run.finally_do.append(write)
    with _interrupts(run):
        run.run()
    return PackedSpace(run.search, run.stopped, run.level[0], memory_bytes)


def run_plain(
    search: PlainSearch[Any],
    *,
    limit: int | None,
    memory_bytes: int,
    progress: Callable[[Progress], None] | None,
    progress_every_s: float,
) -> str:
    """Run a plain search to its end; why it stopped before that, empty if it did not.

    It stops between two states at a limit, at the memory limit and when it is interrupted.
    """
    run = _Run(search, Engine.PLAIN, limit, memory_bytes)
    if progress is not None:
        run.every(progress_every_s, lambda: progress(run.progress()))
    with _interrupts(run):
        run.run()
    return run.stopped


def limit_words(limit: int) -> str:
    """How ``stopped`` names a limit of states."""
    return f"limit of {limit:,} states"


def has_numba() -> bool:
    """Whether the compiled search can run."""
    return importlib.util.find_spec("numba") is not None


class _Run:
    """One search under way: which engine has it, what it is allowed, what is due meanwhile."""

    def __init__(
        self, plain: PlainSearch[Any], engine: Engine, limit: int | None, memory_bytes: int
    ) -> None:
        self.search: PlainSearch[Any] | CompiledSearch = plain
        self.engine = engine
        self.limit = limit
        self.memory_bytes = memory_bytes
        self.level = [0, 1]
        """The level being looked into, and the number of the first state beyond it."""
        self.stopped = ""
        self.interrupted = False
        self.sparse = False
        """Its tables are better dictionaries: compiled code would want arrays, nearly empty."""
        self.finally_do: list[Callable[[], None]] = []
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._next_due: list[float] = []
        self._since = time.monotonic()
        self._before = len(plain)

    def every(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something every so many seconds."""
        self._due.append((seconds, action))
        self._next_due.append(time.monotonic() + seconds)

    def progress(self) -> Progress:
        """How far it is; the rate is that since the last time."""
        now, states = time.monotonic(), len(self.search)
        rate = (states - self._before) / max(now - self._since, 1e-9)
        self._since, self._before = now, states
        return Progress(states, self.search.next, self.level[0], rate, self.search.size_bytes())

    def run(self) -> None:
        """Search to the end, or to whatever stops it."""
        if isinstance(self.search, PlainSearch) and self.engine is not Engine.COMPILED:
            self.search.run(self._allowed)
        if self._hands_over():
            self.take_over(self.search.snapshot())
        if not isinstance(self.search, PlainSearch):
            from wfmodel.exploration.packed.compiled import OutOfMemory

            try:
                self.search.run(self._allowed)
            except OutOfMemory:
                self.stopped = self._memory()
            except TooSparse:
                self._go_on_plain(self.search.snapshot())
        if self.sparse:
            self.search.run(self._allowed)
        for action in self.finally_do:
            action()

    def take_over(self, snapshot: Snapshot) -> None:
        """Go on from a snapshot, compiled if that pays."""
        expansion = self.search.expansion
        many = len(snapshot.words) >= PLAIN_STATES and has_numba()
        if self.engine is Engine.COMPILED or (self.engine is Engine.AUTO and many):
            from wfmodel.exploration.packed.compiled import CompiledSearch

            try:
                self.search = CompiledSearch(expansion, snapshot, self.memory_bytes)
            except TooSparse:
                self._go_on_plain(snapshot)
        else:
            self.search = PlainSearch.of(expansion, snapshot)

    def _go_on_plain(self, snapshot: Snapshot) -> None:
        self.sparse = True
        self.search = PlainSearch.of(self.search.expansion, snapshot)

    def _hands_over(self) -> bool:
        """Whether a plain search has come so far that the compiled one should go on."""
        if not isinstance(self.search, PlainSearch) or self.stopped or self.sparse:
            return False
        return self.engine is Engine.COMPILED or (
            self.engine is Engine.AUTO and has_numba() and self.search.next < len(self.search)
        )

    def _allowed(self) -> int:
        """How many states may be looked into before the next question; 0 to stop."""
        search, now = self.search, time.monotonic()
        for place, (seconds, action) in enumerate(self._due):
            if now >= self._next_due[place]:
                action()
                self._next_due[place] = time.monotonic() + seconds
        if search.next == self.level[1] and search.next < len(search):
            self.level = [self.level[0] + 1, len(search)]
        most = min(len(search), self.level[1]) - search.next
        if not most:
            return 0
        plain = isinstance(search, PlainSearch)
        due = self.engine is Engine.AUTO and len(search) >= PLAIN_STATES and not self.sparse
        if self.interrupted:
            self.stopped = INTERRUPTED
        elif self.limit is not None and search.next >= self.limit:
            self.stopped = limit_words(self.limit)
        elif search.size_bytes() > self.memory_bytes:
            self.stopped = self._memory()
        elif plain and due and has_numba():
            return 0
        if self.stopped:
            return 0
        most = min(most, PLAIN_SLICE if plain else COMPILED_SLICE)
        return most if self.limit is None else min(most, self.limit - search.next)

    def _memory(self) -> str:
        return f"memory limit of {self.memory_bytes:,} bytes"


@contextmanager
def _interrupts(run: _Run) -> Iterator[None]:
    """Ctrl-C stops the search between two states; a second one is an interrupt as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def interrupt(number: int, frame: object) -> None:
        run.interrupted = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

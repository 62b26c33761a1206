"""Reads a run's rows as they come, keeps what metrics need of them, and forgets them.

>>> meter = Meter(head, table)
>>> for rows in blocks: meter.read(rows)
>>> totals = meter.finish()

An instance of which nothing more can come, and whose sums do not depend on when observation ends
(it ended clean, views agree), is folded into the totals at once; any other is kept until the end.
So memory follows the instances under way and those that went wrong, not those that have been.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import numpy as np

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.history import CRASHES, FAULT_KINDS, History, Kind
from wfmodel.metrics.codes import Does, Ints, code_of, read, store_rows
from wfmodel.metrics.fault_intervals import STOPPING
from wfmodel.metrics.globalstate import StateGraph
from wfmodel.metrics.instance_paths import Monitor
from wfmodel.metrics.observability import nameable
from wfmodel.metrics.streaming import meter_layout as at
from wfmodel.metrics.streaming.row_source import RowSource
from wfmodel.metrics.streaming.totals import Totals
from wfmodel.metrics.view_lag import waiting
from wfmodel.native.answering import Answering
from wfmodel.native.arena import Chunks, address
from wfmodel.native.header import KEY_WORDS

TABLE: Final = 1 << 10
RING: Final = 1 << 10
SPELLS: Final = 1 << 10
STRIKES: Final = 1 << 10
PAIRS: Final = 1 << 6
"""Room at first: answers, instances side by side, spells, strikes, and pairs of one instance."""
_TERMINALS: Final = tuple(Terminal)


class Meter:
    """Of one run. ``head`` is its history without rows: who takes part, which knobs."""

    def __init__(self, head: History, source: RowSource, monitor: Monitor | None = None) -> None:
        self.head, self.source = head, source
        self.graph = StateGraph(head)
        self.monitor = monitor or Monitor()
        self._store = Chunks()
        self._states: list[int] = []
        """Of each global state, its record."""
        self._numbers: dict[int, int] = {}
        """Of each such record, the state."""
        self._edges: dict[int, int] = {}
        self._revisited: list[frozenset[int]] = [frozenset()]
        self._nowhere = self._store.record([self._state(0), 0, 0, -1, 0, -1, 0])
        self._last = np.zeros(at.R_WORDS, np.int64)
        self._answering = Answering(
            self._store,
            {
                at.ASK_EDGE: self._edge,
                at.ASK_CLASS: self._class,
                at.ASK_REVISITED: self._also_revisited,
                at.ASK_RING: self._more_ring,
                at.ASK_COUNTS: self._more_counts,
                at.ASK_SPELLS: self._more_spells,
                at.ASK_STRIKES: self._more_strikes,
                at.ASK_PAIRS: self._more_pairs,
            },
            self._instead,
        )
        self.words = self._answering.header = self._header()
        self._read, self._finish = _entries()

    # -------------------------------------------------------------------------------- rows

    def read(self, rows: Ints) -> None:
        """Take up rows, of shape (n, 6), that come after all those before; GONE rows are welcome.

        Raises:
            BaseException: whatever the source raised, or memory ended.
        """
        if len(rows):
            rows = np.ascontiguousarray(rows, dtype=np.int64)
            self._last = rows[-1].copy()
            self._read(address(self.words), address(rows), len(rows))
            self._answering.raise_error()

    def finish(self, until_ns: int | None = None) -> Totals:
        """What was measured, when the run is over; see ``tracks_of`` for ``until_ns``."""
        words, last = self.words, self._last
        rest = bool(last[at.R_KIND] == Kind.END and last[at.R_A] == 1)
        last_ns = int(last[at.R_TIME])
        end_ns = max(last_ns, until_ns) if rest and until_ns is not None else last_ns
        words[at.M_REST] = rest
        if words[at.M_BEGUN]:  # a fault that never ended lasts until the last row
            words[at.M_HEALED] = last_ns
            words[at.M_SPELLS_COUNT] = 0
        self._finish(address(words), end_ns)
        self._answering.raise_error()
        return Totals(self, last_ns, end_ns, at_rest=rest)

    def array(self, field: int, *shape: int) -> Ints:
        """The words that a field points to."""
        size = int(np.prod(shape))
        if not size:
            return np.zeros(shape, np.int64)
        held = (ctypes.c_int64 * size).from_address(int(self.words[field]))
        return np.array(np.ctypeslib.as_array(held), dtype=np.int64).reshape(shape)

    # ------------------------------------------------------------------------------ header

    def _header(self) -> Ints:
        head, words = self.head, self._store.zeros(at.M_WORDS)
        words[at.M_ASK] = self._answering.address
        words[at.M_PARTICIPANTS] = participants = len(head.participants)
        kind, column = store_rows(head)
        words[at.M_STORE_KIND], words[at.M_STORE_COLUMN] = kind, column
        words[at.M_MEMORY] = CommitPolicy.of(head.knobs).memory
        words[at.M_WARM_UP] = head.warm_up_ns
        words[at.M_THRESHOLD] = self.monitor.threshold_ns
        words[at.M_POLL] = self.monitor.poll_ns
        words[at.M_FAULT_KINDS] = kinds = len(FAULT_KINDS)
        words[at.M_CRASHES] = self._store.record([int(kind in CRASHES) for kind in range(kinds)])
        words[at.M_STOPS] = self._store.record([int(kind in STOPPING) for kind in range(kinds)])
        words[at.M_ARRIVALS_END] = words[at.M_HEALED] = at.NEVER
        words[at.M_NEWEST] = -1
        words[at.M_RING_MASK], words[at.M_TABLE_MASK] = RING - 1, TABLE - 1
        words[at.M_SPELLS_ROOM], words[at.M_PAIRS_ROOM] = SPELLS, PAIRS
        words[at.M_STRIKES_ROOM] = STRIKES
        for field, size in (
            (at.M_RING, RING),
            (at.M_TABLE, TABLE * KEY_WORDS),
            (at.M_SPELLS, 2 * SPELLS),
            (at.M_STRIKES, STRIKES),
            (at.M_PAIRS, PAIRS * at.P_WORDS),
            (at.M_FORGETFUL, participants),
            (at.M_ACTIVE, (participants + 1) * kinds),
            (at.M_CURVE, 2 * (at.CURVE + 1)),
            (at.M_SKETCHES, at.SKETCHES * at.BUCKETS),
            (at.M_SAMPLES, at.SAMPLES),
        ):
            words[field] = address(self._store.zeros(size))
        words[at.M_START] = self._state(0)
        return words

    # ----------------------------------------------------------------------------- answers

    def _instead(self, question: int) -> int:
        """An edge to where everybody begins; spells and strikes are written over the first ones."""
        if question == at.ASK_SPELLS:
            self.words[at.M_SPELLS_COUNT] = 0
        if question == at.ASK_STRIKES:
            self.words[at.M_STRIKES_COUNT] = 0
        return self._nowhere if question == at.ASK_EDGE else 0

    def _state(self, number: int) -> int:
        """The record of a global state."""
        for new in range(len(self._states), number + 1):
            graph, state = self.graph, self.graph.states[new]
            waits = waiting(graph, new)
            words = [
                graph.divergence.values[new],
                graph.pairs.values[new],
                int(graph.sound.values[new]),
                int(nameable(graph, state, self.head.knobs.correlation)),
                len(waits),
                *(each for pair in waits for each in pair),
            ]
            self._states.append(self._store.record(words))
            self._numbers[self._states[new]] = new
        return self._states[number]

    def _edge(self, state: int, what: int, value: int, d: int) -> int:
        does, subject, _ = read(what)
        if does is Does.VIEW:
            value = self.graph.views.number(self.source.view(subject, value))
        number = self.graph.edge(self._numbers[state], code_of(does, subject, value))
        if number not in self._edges:
            edge = self.graph.change(number)
            words = [
                self._state(edge.target),
                int(edge.progress),
                int(edge.concludes),
                edge.lands,
                int(edge.repeats),
                edge.participant,
                len(edge.gains),
                *edge.gains,
            ]
            self._edges[number] = self._store.record(words)
        return self._edges[number]

    def _class(self, state: int, revisited: int, c: int, d: int) -> int:
        flags, terminal = self.graph.judged(self._numbers[state], self._revisited[revisited])
        return _TERMINALS.index(terminal) << at.FLAG_BITS | int(flags)

    def _also_revisited(self, revisited: int, node: int, c: int, d: int) -> int:
        more = self._revisited[revisited] | {node}
        if more not in self._revisited:
            self._revisited.append(more)
        return self._revisited.index(more)

    # ------------------------------------------------------------------------------ growth

    def _more_ring(self, span: int, b: int, c: int, d: int) -> int:
        words = self.words
        size = 1 << (span + 1).bit_length()
        old, mask = self.array(at.M_RING, int(words[at.M_RING_MASK]) + 1), words[at.M_RING_MASK]
        new = self._store.zeros(size)
        numbers = np.arange(words[at.M_OLDEST], words[at.M_NEWEST] + 1)
        new[numbers & (size - 1)] = old[numbers & mask]
        words[at.M_RING], words[at.M_RING_MASK] = address(new), size - 1
        return 0

    def _more_counts(self, field: int, number: int, c: int, d: int) -> int:
        participants, width = len(self.head.participants) + 1, int(self.words[field + 1])
        new = self._store.zeros(participants * 2 * (number + 1)).reshape(participants, -1)
        new[:, :width] = self.array(field, participants, width)
        self.words[field], self.words[field + 1] = address(new), new.shape[1]
        return 0

    def _more_spells(self, a: int, b: int, c: int, d: int) -> int:
        self._double(at.M_SPELLS, at.M_SPELLS_ROOM, 2)
        return 0

    def _more_strikes(self, a: int, b: int, c: int, d: int) -> int:
        self._double(at.M_STRIKES, at.M_STRIKES_ROOM, 1)
        return 0

    def _more_pairs(self, a: int, b: int, c: int, d: int) -> int:
        self._double(at.M_PAIRS, at.M_PAIRS_ROOM, at.P_WORDS)
        return 0

    def _double(self, field: int, room: int, width: int) -> None:
        size = int(self.words[room])
        new = self._store.zeros(2 * size * width)
        new[: size * width] = self.array(field, size * width)
        self.words[field], self.words[room] = address(new), 2 * size


@cache
def _entries() -> tuple[Callable[[int, int, int], Any], Callable[[int, int], Any]]:
    from wfmodel.metrics.streaming.row_reading import entries  # numba: only where it is used

    return entries()

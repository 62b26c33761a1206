"""A history parsed once: per instance its walk through global states, in arrays that metrics share.

Index ``i`` of an array per instance is the i-th measured instance in order of arrival; an array per
event has one entry for each row that can change a global state, grouped by instance, in order of
time. The order of rows at one instant means nothing: a commit and the effect that is atomic with it
are one thing. So metrics compare instants (``rank``), and states that last no time do not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np

from wfmodel.designs.anomalies import CLEAN, Terminal
from wfmodel.designs.history import History, Kind
from wfmodel.metrics.codes import Bools, Floats, Ints, store_rows
from wfmodel.metrics.globalstate import StateGraph

Derived = TypeVar("Derived")
NEVER = -1
"""In place of a time."""


@dataclass(frozen=True, slots=True)
class Monitor:
    """What watches the stores. Defaults are those of the Airflow 3 scheduler: it beats every 5 s
    (``scheduler_heartbeat_sec``) and counts as unhealthy after 30 s without progress
    (``scheduler_health_check_threshold``).
    """

    poll_ns: int = 5 * 10**9
    threshold_ns: int = 30 * 10**9

    def __post_init__(self) -> None:
        if self.poll_ns <= 0 or self.threshold_ns <= 0:
            raise ValueError("a monitor's poll and threshold must be greater than zero")


class TwinEnds(NamedTuple):
    """How the same instances end without faults (see ``twin``): when, and how well, 0 the best."""

    ids: Ints
    verdict_ns: Ints
    ranks: Ints


@dataclass(frozen=True)
class Tracks:
    """The walks of the measured instances (those that arrived after the warm-up)."""

    history: History
    monitor: Monitor
    graph: StateGraph
    end_ns: int
    """End of the observation: of the run, or later (``tracks_of``)."""
    ids: Ints
    """Per instance: its number in the history."""
    arrival_ns: Ints
    arrival_rank: Ints
    last_ns: Ints
    """Per instance: time of its last row."""
    bounds: Ints
    """Events of instance i are ``bounds[i]`` up to, not including, ``bounds[i + 1]``."""
    instance: Ints
    time_ns: Ints
    rank: Ints
    """Per event: number of its instant among all instants of the history."""
    edge: Ints
    """Per event: number of the edge that it takes in ``graph``."""
    twin: TwinEnds | None = None
    """The run's twin; None where none was run."""
    moving: frozenset[int] = frozenset()
    """Numbers of instances that are known to move on after observation ended."""
    _derived: dict[Callable[[Tracks], Any], Any] = field(default_factory=dict, repr=False)

    @property
    def count(self) -> int:
        """How many instances are measured."""
        return len(self.ids)

    def positions_of(self, kind: Kind) -> Ints:
        """Where the rows of one kind of measured instances are, ascending."""
        order, begins = self._by_kind
        return order[begins[kind] : begins[kind + 1]]

    def count_of(self, kind: Kind) -> int:
        """How many rows of one kind measured instances have."""
        return len(self.positions_of(kind))

    def column_of(self, kind: Kind, column: int) -> Ints:
        """One column of the rows of one kind of measured instances, in order."""
        found: Ints = self.history.rows[self.positions_of(kind), column]
        return found

    @cached_property
    def row_rank(self) -> Ints:
        """Per row: number of its instant among all instants of the history."""
        return ranks_of(self.history.rows)

    @cached_property
    def _by_kind(self) -> tuple[Ints, list[int]]:
        """Positions of all rows, by kind, and where each begins; unmeasured instances come last."""
        rows = self.history.rows
        kinds = np.where(self.place_of[rows[:, 2]] >= 0, rows[:, 1], len(Kind)).astype(np.uint8)
        counts = np.bincount(kinds, minlength=len(Kind) + 1)
        return np.argsort(kinds, kind="stable"), [0, *np.cumsum(counts).tolist()]

    # ------------------------------------------------------------------------ per event

    @cached_property
    def source(self) -> Ints:
        """Per event: the state before it."""
        return self.graph.sources.array()[self.edge]

    @cached_property
    def target(self) -> Ints:
        """Per event: the state after it."""
        return self.graph.targets.array()[self.edge]

    @cached_property
    def progress(self) -> Bools:
        """Per event: whether it is durable progress."""
        return self.graph.progress.array()[self.edge]

    @cached_property
    def until_ns(self) -> Ints:
        """Per event: when the state after it ends (the end of the run for an instance's last)."""
        until = np.full(len(self.time_ns), self.end_ns, dtype=np.int64)
        same = self.instance[1:] == self.instance[:-1]
        until[:-1][same] = self.time_ns[1:][same]
        return until

    # --------------------------------------------------------------------- per instance

    @cached_property
    def final_state(self) -> Ints:
        """Per instance: the state that it ended in (0 where no event came)."""
        last = self.bounds[1:] - 1
        final = np.zeros(self.count, dtype=np.int64)
        met = self.bounds[1:] > self.bounds[:-1]
        final[met] = self.target[last[met]]
        return final

    @cached_property
    def verdict_event(self) -> Ints:
        """Per instance: the event that brought the first verdict to any store, or NEVER."""
        events = np.flatnonzero(self.graph.concludes.array()[self.edge])
        found = np.full(self.count, NEVER, dtype=np.int64)
        found[self.instance[events]] = events
        return found

    @cached_property
    def verdict_ns(self) -> Ints:
        """Per instance: time of the first verdict in any store, or NEVER."""
        events = self.verdict_event
        if not len(self.time_ns):
            return events
        return np.where(events == NEVER, NEVER, self.time_ns[events])

    @cached_property
    def anomalies(self) -> Ints:
        """Per instance: its ``Anomaly`` flags; none while it still runs."""
        return self._judged[0]

    @cached_property
    def terminal(self) -> tuple[Terminal, ...]:
        """Per instance: its class."""
        return self._judged[1]

    @cached_property
    def _judged(self) -> tuple[Ints, tuple[Terminal, ...]]:
        revisited, nothing = self._revisited(), frozenset[int]()
        verdicts = [
            self.graph.judged(number, revisited.get(i, nothing))
            for i, number in enumerate(self.final_state.tolist())
        ]
        flags = np.array([int(found) for found, _ in verdicts], dtype=np.int64)
        flags[self.running] = 0
        return flags, tuple(terminal for _, terminal in verdicts)

    @cached_property
    def running(self) -> Bools:
        """Per instance: it has no verdict and is known to move on. What has not ended is not
        judged: it has no anomaly, and its class is not its end.
        """
        moves = np.isin(self.ids, np.array(sorted(self.moving), dtype=np.int64))
        found: Bools = moves & (self.verdict_ns == NEVER)
        return found

    def _revisited(self) -> dict[int, frozenset[int]]:
        """Per instance, where there are any: steps that were begun in more than one epoch."""
        epochs = self.column_of(Kind.BEGIN, 5)
        if not len(epochs) or not (epochs > epochs.min()).any():
            return {}
        begun = self.history.rows[self.positions_of(Kind.BEGIN)]
        step, epoch = begun[:, 2] * len(self.history.nodes) + begun[:, 4], begun[:, 5]
        order = np.argsort(step, kind="stable")
        step, epoch, begun = step[order], epoch[order], begun[order]
        again = (step[1:] == step[:-1]) & (epoch[1:] != epoch[:-1])
        found: dict[int, set[int]] = {}
        for instance, node in begun[1:][again][:, [2, 4]].tolist():
            found.setdefault(int(self.place_of[instance]), set()).add(node)
        return {i: frozenset(nodes) for i, nodes in found.items()}

    @cached_property
    def settled(self) -> Bools:
        """Per instance: it ended clean, with views that agree. What is not settled stays wrong
        until the end of the run.
        """
        clean = np.array([terminal in CLEAN for terminal in self.terminal], dtype=bool)
        both: Bools = clean & self.graph.sound.array()[self.final_state]
        return both

    @cached_property
    def close_ns(self) -> Ints:
        """Per instance: the end of its window, its last row if settled, else the run's end."""
        return np.where(self.settled, self.last_ns, self.end_ns)

    @cached_property
    def place_of(self) -> Ints:
        """Number of an instance in the history to its index here; -1 if it is not measured."""
        return index_of(self.ids, self.history.rows)

    # ------------------------------------------------------------------------- helpers

    def once(self, derive: Callable[[Tracks], Derived]) -> Derived:
        """What a function derives from these tracks; several metrics then share one computation."""
        if derive not in self._derived:
            self._derived[derive] = derive(self)
        found: Derived = self._derived[derive]
        return found

    def total(self, per_event: Floats | Ints | Bools) -> Floats:
        """Per instance: the sum of a quantity over its events."""
        weights = np.asarray(per_event, dtype=np.float64)
        return np.bincount(self.instance, weights, self.count).astype(np.float64)

    def next_progress(self, place: Ints, rank: Ints) -> Ints:
        """Per pair of an instance and an instant: the event that is its first durable progress from
        that instant on, or NEVER.
        """
        keys, instants, events, of = self._progress_keys
        wanted = np.searchsorted(keys, place * instants + np.minimum(rank, instants - 1))
        return np.where(of[wanted] == place, events[wanted], NEVER)

    @cached_property
    def _progress_keys(self) -> tuple[Ints, int, Ints, Ints]:
        """Of the events that are progress, ascending by instance and instant: a key of both, and
        how many instants keys tell apart; the event, and its instance, with NEVER after the last.
        """
        events = np.flatnonzero(self.progress)
        of, instants = self.instance[events], int(self.rank.max(initial=0)) + 2
        keys = of * instants + self.rank[events]
        return keys, instants, np.append(events, NEVER), np.append(of, NEVER)

    def largest(self, per_event: Ints) -> Ints:
        """Per instance: the largest value over its events; 0 where there are none."""
        found = np.zeros(self.count, dtype=np.int64)
        np.maximum.at(found, self.instance, per_event)
        return found


def ranks_of(rows: Ints) -> Ints:
    """Per row of a history: number of its instant among all of them."""
    rank = np.zeros(len(rows), dtype=np.int64)
    np.cumsum(rows[1:, 0] != rows[:-1, 0], out=rank[1:])
    return rank


def index_of(ids: Ints, rows: Ints) -> Ints:
    """Number of an instance to its place in ``ids``; -1 where it is not there, and for -1."""
    size = int(max(rows[:, 2].max(initial=-1), ids.max(initial=-1))) + 2
    index = np.full(size, -1, dtype=np.int64)
    index[ids] = np.arange(len(ids))
    return index


def came_to_rest(history: History) -> bool:
    """Nothing was left to happen when the run ended: its last state lasts for ever."""
    rows = history.rows
    return bool(len(rows) and rows[-1, 1] == Kind.END and rows[-1, 4] == 1)


def without_verdict(history: History) -> tuple[int, ...]:
    """Numbers of the instances of which no store ever held a verdict."""
    rows, (kind, column) = history.rows, store_rows(history)
    says = rows[rows[:, 1] == kind]
    first = np.cumsum([0, *map(len, history.views)])
    final = np.array([v.status.is_final for views in history.views for v in views], dtype=np.bool_)
    ended = says[final[first[says[:, 3]] + says[:, column]], 2]
    arrived = rows[rows[:, 1] == Kind.ARRIVE, 2]
    return tuple(np.setdiff1d(arrived, ended).tolist())

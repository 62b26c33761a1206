"""Build the chain of one instance, breadth first, or refuse it when it grows too large.

A state in which no clock runs but those of faults, and which no restart would move, is the end of
the instance: it is absorbing. ``strikes`` holds the part of the rates that begin a fault, so that a
question can be asked of a world in which faults have stopped.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from wfmodel.designs.anomalies import Terminal, primary
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.exploration.laps import laps_of
from wfmodel.exploration.markov.chain import Chain, Matrix
from wfmodel.exploration.markov.jumps import Jumps
from wfmodel.exploration.markov.rates import Rates, Surroundings
from wfmodel.exploration.markov.state import Kind, State

MOST_STATES: Final = 200_000
FAULTS: Final = frozenset({int(Kind.STRIKE), int(Kind.HEAL)})
ON_THE_WAY: Final = frozenset({int(Kind.DELIVER), int(Kind.REDELIVER)})

Entries = tuple[list[int], list[int], list[float]]


class TooManyStatesError(ValueError):
    """The chain is larger than allowed."""


@dataclass(frozen=True)
class InstanceChain:
    """A chain and what its states mean. Labels: ``verdict`` (somebody's store has held one), each
    ``Terminal`` (that is how it ends there unless a fault begins), ``over`` (it is at its
    end for good), ``cut``.
    """

    chain: Chain
    calm: Chain
    """The same with no fault beginning any more."""
    states: list[State]
    table: Table
    approximated: dict[str, int]
    """Places whose times were replaced by Erlang stages."""


def build(
    system: System,
    around: Surroundings,
    *,
    stages: int | None = None,
    limit: int = MOST_STATES,
    laps: int = 3,
    patience: int = 10,
    copies: int = 1,
) -> InstanceChain:
    """The chain of one instance that arrives when every process is up.

    ``stages``: Erlang stages for what is not exponential (None: refuse). Cut are states beyond
    ``laps`` of a loop, ``patience`` attempts at a step, or ``copies`` of one message on its way
    (every restart may send it again, so there is no bound by itself).

    Raises:
        NotExponentialError: a time has no finite chain; the text names its place.
        TooManyStatesError: there are more than ``limit``.
        ZeroTimeLoopError: steps that take no time follow one another without end.
    """
    table = Table(system)
    rates = Rates(system, around, stages=stages)
    search = _Search(Jumps(table, rates), limit, laps, patience, copies)
    search.run()
    return search.result(rates)


class _Search:
    def __init__(self, jumps: Jumps, limit: int, laps: int, patience: int, copies: int) -> None:
        self.jumps = jumps
        self.table = jumps.table
        self.limit = limit
        self.laps = laps
        self.patience = patience
        self.copies = copies
        self.states: list[State] = []
        self.numbers: dict[State, int] = {}
        self.over: list[int] = []
        self.cut: list[int] = []
        self.entries: Entries = ([], [], [])
        self.strikes: Entries = ([], [], [])
        self._queue: deque[int] = deque()
        self._most_jobs = dict(_capacities(jumps))
        self._crashable = {strike.participant for strike in jumps.rates.strikes}
        self.initial = [(p, self._meet(state)) for p, state in jumps.initial()]

    def run(self) -> None:
        while self._queue:
            self._expand(self._queue.popleft())

    def _meet(self, state: State) -> int:
        number = self.numbers.get(state)
        if number is None:
            if len(self.states) >= self.limit:
                raise TooManyStatesError(
                    f"the chain has more than {self.limit:,} states: allow more, or ask for fewer"
                    " stages, laps, attempts or participants that crash"
                )
            number = self.numbers[state] = len(self.states)
            self.states.append(state)
            self._queue.append(number)
        return number

    def _expand(self, number: int) -> None:
        state = self.states[number]
        if self._is_over(state):
            self.over.append(number)
            return
        if self._is_beyond(state):
            self.cut.append(number)
            return
        for rate, clock in self.jumps.enabled(state):
            entries = self.strikes if clock[0] == Kind.STRIKE else self.entries
            for probability, after in self.jumps.outcomes(state, clock):
                target = self._meet(after)
                if target != number:
                    entries[0].append(number)
                    entries[1].append(target)
                    entries[2].append(rate * probability)

    def _is_over(self, state: State) -> bool:
        """Nothing runs but faults, and no crash and restart would move anything."""
        if any(clock[0] not in FAULTS for clock in state.clocks):
            return False
        for p, cell in enumerate(state.cells):
            if cell.queue or (p in self._crashable and self._would_go_on(p, cell.durable)):
                return False
        return True

    def _would_go_on(self, p: int, durable: int) -> bool:
        memory = self.jumps.rules.local.memory
        return not memory and bool(self.table.view(p, durable).active)

    def _is_beyond(self, state: State) -> bool:
        return self._repeats(state) > self.copies or self._is_far(state)

    def _repeats(self, state: State) -> int:
        """How many of one message are on their way at most."""
        moving = Counter((clock[1], clock[2]) for clock in state.clocks if clock[0] in ON_THE_WAY)
        for p, waiting in enumerate(state.queues):
            moving.update((p, (message,)) for _, message, _ in waiting if message >= 0)
        return max(moving.values(), default=0)

    def _is_far(self, state: State) -> bool:
        for p, cell in enumerate(state.cells):
            if len(cell.work) > self._most_jobs.get(p, len(cell.work)):
                raise TooManyStatesError(
                    f"more steps run at {self.table.names[p]!r} at once than its capacity"
                    f" {self._most_jobs[p]}: queues for workers are only simulated"
                )
            for _, epoch, attempt in cell.work:
                if attempt > self.patience or laps_of(epoch) > self.laps:
                    return True
            if any(laps_of(epoch) > self.laps for _, epoch in (*cell.choices, *cell.expected)):
                return True
        return False

    # ----------------------------------------------------------------------------- results

    def result(self, rates: Rates) -> InstanceChain:
        n = len(self.states)
        initial = np.zeros(n)
        for probability, number in self.initial:
            initial[number] += probability
        labels = {name: np.zeros(n, dtype=np.bool_) for name in ("verdict", *Terminal)}
        labels["over"], labels["cut"] = self._marks(self.over), self._marks(self.cut)
        calm_rates = self._matrix(self.entries)
        moves = np.diff(calm_rates.indptr) > 0
        observer = self.jumps.rules.observer
        for number, state in enumerate(self.states):
            verdicts = state.memory.past.verdicts
            labels["verdict"][number] = bool(verdicts)
            if not moves[number] and not labels["cut"][number]:
                found = observer.anomalies(state.configuration, state.memory)
                labels[primary(verdicts, found)][number] = True
        labels = {str(name): marks for name, marks in labels.items()}
        calm = Chain(calm_rates, initial, labels)
        chain = Chain(calm.rates + self._matrix(self.strikes), initial, labels)
        return InstanceChain(chain, calm, self.states, self.table, rates.lengths.approximated)

    def _marks(self, numbers: list[int]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        marks = np.zeros(len(self.states), dtype=np.bool_)
        marks[numbers] = True
        return marks

    def _matrix(self, entries: Entries) -> Matrix:
        n = len(self.states)
        sources, targets, rates = entries
        return sparse.csr_array((rates, (sources, targets)), shape=(n, n))


def _capacities(jumps: Jumps) -> list[tuple[int, int]]:
    services = jumps.table.system.flow.workflow.services
    index = jumps.table.index
    return [
        (index[name], service.capacity)
        for name, service in services.items()
        if name in index and service.capacity is not None
    ]

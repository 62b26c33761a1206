"""Build the chain of one instance, breadth first, or refuse it when it grows too large.

Rates that begin a fault are kept apart, so that a question can be asked of a world in which faults
have stopped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.markov.chain import Chain, Marks
from wfmodel.markov.chain_state import ClockKind, State
from wfmodel.markov.instance_process import Life
from wfmodel.markov.jumps import Jumps
from wfmodel.markov.partial_chain import KnownChain
from wfmodel.markov.rates import Rates, Surroundings
from wfmodel.semantics.loop_bound import laps_of

MOST_STATES: Final = 200_000
ON_THE_WAY: Final = frozenset({int(ClockKind.DELIVER), int(ClockKind.REDELIVER)})


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
    jumps = Jumps(Table(system), Rates(system, around, stages=stages))
    cuts = _Cuts(laps, patience, copies)
    life = Life(jumps, beyond=cuts.is_beyond)
    known = KnownChain(life, limit=limit)
    known.look_into_all()
    strikes = np.array(known.strikes, dtype=np.bool_)
    rates = known.matrix(~strikes)
    calm = Chain(rates, known.beginning(), _labels(known, np.diff(rates.indptr) > 0, life, cuts))
    chain = Chain(calm.rates + known.matrix(strikes), calm.initial, calm.labels)
    return InstanceChain(chain, calm, known.states, jumps.table, jumps.rates.lengths.approximated)


@dataclass(frozen=True, slots=True)
class _Cuts:
    laps: int
    patience: int
    copies: int

    def is_beyond(self, state: State) -> bool:
        return self._repeats(state) > self.copies or self._is_far(state)

    def _repeats(self, state: State) -> int:
        """How many of one message are on their way at most."""
        moving = Counter((clock[1], clock[2]) for clock in state.clocks if clock[0] in ON_THE_WAY)
        for p, waiting in enumerate(state.queues):
            moving.update((p, (message,)) for _, message, _ in waiting if message >= 0)
        return max(moving.values(), default=0)

    def _is_far(self, state: State) -> bool:
        for cell in state.cells:
            for _, epoch, attempt in cell.work:
                if attempt > self.patience or laps_of(epoch) > self.laps:
                    return True
            if any(laps_of(epoch) > self.laps for _, epoch in (*cell.choices, *cell.expected)):
                return True
        return False


def _labels(known: KnownChain[State], moves: Marks, life: Life, cuts: _Cuts) -> dict[str, Marks]:
    """``moves``: where something other than a fault can happen."""
    names = ("verdict", *map(str, Terminal), "over", "cut")
    labels = {name: np.zeros(len(known), dtype=np.bool_) for name in names}
    for number, state in enumerate(known.states):
        labels["verdict"][number] = bool(state.memory.past.verdicts)
        if moves[number]:
            continue
        over = life.is_over(state)
        if not over and cuts.is_beyond(state):
            labels["cut"][number] = True
        else:
            labels["over"][number] = over
            labels[life.end_of(state)][number] = True
    return labels

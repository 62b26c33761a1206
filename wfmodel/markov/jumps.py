"""The jump process: from a state, which clock runs out at which rate, and where that may lead.

>>> for rate, clock in jumps.enabled(state):
...     for probability, after in jumps.outcomes(state, clock): ...

The same jump serves a chain, which asks for all outcomes, and a walk, which draws one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from wfmodel.designs.messages import Start
from wfmodel.designs.table import Table
from wfmodel.markov.chain_state import Clock, ClockKind, State
from wfmodel.markov.jump_semantics import JumpRules, JumpState
from wfmodel.markov.phase_type import Erlang
from wfmodel.markov.rates import Rates
from wfmodel.semantics.configuration import Cell, EffectStore

Act: TypeAlias = Callable[[JumpState], None]


class Jumps:
    """The timed successor function of one instance, which arrives when all processes are up."""

    def __init__(self, table: Table, rates: Rates) -> None:
        self.table = table
        self.rates = rates
        self.rules = JumpRules(table, rates)

    def initial(self) -> list[tuple[float, State]]:
        """Where it begins: states with their probabilities."""
        nobody = tuple(Cell() for _ in self.table.names)
        strikes = [
            (int(ClockKind.STRIKE), strike.participant, (number,), 0)
            for number, strike in enumerate(self.rates.strikes)
        ]
        empty = State(nobody, EffectStore(), tuple(sorted(strikes)), ((),) * len(nobody))
        to = tuple(self.table.index[name] for name in self.table.system.start)

        def arrive(moment: JumpState) -> None:
            moment.post(self.table.message(Start()), to)
            moment.settle()

        return self._all(empty, arrive)

    def enabled(self, state: State) -> list[tuple[float, Clock]]:
        """Every clock that runs, with the rate per second at which its stage ends."""
        running = (clock for clock in state.clocks if clock[0] != ClockKind.OVERDUE)
        return [(self._length(clock).rate, clock) for clock in running]

    def outcomes(self, state: State, clock: Clock) -> list[tuple[float, State]]:
        """Where the end of a clock's stage may lead, with probabilities that add up to 1."""
        kind, p, about, stage = clock
        left = list(state.clocks)
        left.remove(clock)
        if stage + 1 < self._length(clock).stages:
            left.append((kind, p, about, stage + 1))
            return [(1.0, state._replace(clocks=tuple(sorted(left))))]
        without = state._replace(clocks=tuple(left))
        return self._all(without, lambda moment: moment.run_out(clock))

    def _all(self, state: State, act: Act) -> list[tuple[float, State]]:
        found: dict[State, float] = {}
        for picks in _Picks().every():
            moment = JumpState(self.rules, state, picks)
            act(moment)
            after = moment.state()
            found[after] = found.get(after, 0.0) + picks.probability
        return [(probability, after) for after, probability in found.items()]

    def _length(self, clock: Clock) -> Erlang:
        kind, _, about, _ = clock
        rates = self.rates
        match kind:
            case ClockKind.DELIVER:
                return rates.network
            case ClockKind.REDELIVER:
                return rates.redelivery
            case ClockKind.WORK:
                return rates.work(about[0])
            case ClockKind.TIMER | ClockKind.DUE:
                return rates.timer(self.table.timers.values[about[0]])
            case ClockKind.COMMIT:
                return rates.commit
            case ClockKind.PUBLISH | ClockKind.PUBLISH_FIRST:
                return rates.gap
            case ClockKind.RELAY:
                return rates.relay
            case ClockKind.ANSWER:
                return rates.answer(about[0])
            case ClockKind.STRIKE:
                return rates.strikes[about[0]].gap
            case _:
                return rates.strikes[about[0]].lasts


class _Picks:
    """Goes through every sequence of choices: the last that has alternatives left is moved on."""

    def __init__(self) -> None:
        self._taken: list[int] = []
        self._sizes: list[int] = []
        self._at = 0
        self.probability = 1.0

    def __call__(self, odds: Sequence[float]) -> int:
        if self._at == len(self._taken):
            self._taken.append(next(i for i, p in enumerate(odds) if p > 0))
            self._sizes.append(max(i for i, p in enumerate(odds) if p > 0))
        taken = self._taken[self._at]
        self._at += 1
        self.probability *= odds[taken]
        return taken

    def every(self) -> Iterator[_Picks]:
        while True:
            self._at, self.probability = 0, 1.0
            yield self
            while self._taken and self._taken[-1] >= self._sizes[-1]:
                self._taken.pop()
                self._sizes.pop()
            if not self._taken:
                return
            self._taken[-1] += 1

"""The life of one instance as the source of a chain: its jumps, its end, and how it ends."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Final

from wfmodel.designs.anomalies import Terminal, primary
from wfmodel.markov.chain_state import ClockKind, State
from wfmodel.markov.jumps import Jumps
from wfmodel.markov.partial_chain import TooManyStatesError

IDLE: Final = frozenset(
    map(int, (ClockKind.STRIKE, ClockKind.HEAL, ClockKind.DUE, ClockKind.OVERDUE))
)
"""Clocks that move nothing by themselves."""


class Life:
    """A state in which no clock runs but those of faults, and which no restart would move, is the
    end of the instance: it has no jumps. Nor has one that is ``beyond``.
    """

    def __init__(self, jumps: Jumps, *, beyond: Callable[[State], bool] | None = None) -> None:
        self._jumps = jumps
        self._beyond = beyond
        self._crashable = {strike.participant for strike in jumps.rates.strikes}
        self._capacities = dict(_capacities(jumps))

    def initial(self) -> list[tuple[float, State]]:
        """Where it begins: states with their probabilities."""
        return self._jumps.initial()

    def jumps(self, state: State) -> Iterator[tuple[float, State, bool]]:
        """Rates per second, the states after, and whether it is a fault that begins.

        Raises:
            TooManyStatesError: there would be queues for workers.
        """
        self._check_capacities(state)
        if self.is_over(state) or (self._beyond is not None and self._beyond(state)):
            return
        for rate, clock in self._jumps.enabled(state):
            strikes = clock[0] == ClockKind.STRIKE
            for probability, after in self._jumps.outcomes(state, clock):
                yield rate * probability, after, strikes

    def is_over(self, state: State) -> bool:
        """Nothing runs but faults, and no crash and restart would move anything."""
        if any(clock[0] not in IDLE for clock in state.clocks):
            return False
        for p, cell in enumerate(state.cells):
            if (
                cell.queue
                or state.queues[p]
                or (p in self._crashable and self._would_go_on(p, cell.durable))
            ):
                return False
        return True

    def end_of(self, state: State) -> Terminal:
        """How the instance ends, if nothing happens any more."""
        found = self._jumps.rules.observer.anomalies(state.configuration, state.memory)
        return primary(state.memory.past.verdicts, found)

    def sketch(self, state: State) -> Hashable:
        """Most of what decides how it ends: what stores say and who is down; not what is on its way
        and since when.
        """
        cells = tuple((cell.durable, cell.volatile, cell.down > 0) for cell in state.cells)
        return cells, state.world, state.memory.said

    def _would_go_on(self, p: int, durable: int) -> bool:
        memory = self._jumps.rules.cell_rules.policy.memory
        return not memory and bool(self._jumps.table.view(p, durable).active)

    def _check_capacities(self, state: State) -> None:
        for p, most in self._capacities.items():
            if len(state.cells[p].work) > most:
                raise TooManyStatesError(
                    f"more steps run at {self._jumps.table.names[p]!r} at once than its capacity"
                    f" {most}: queues for workers are only simulated"
                )


def _capacities(jumps: Jumps) -> list[tuple[int, int]]:
    services = jumps.table.system.flow.workflow.services
    index = jumps.table.index
    return [
        (index[name], service.capacity)
        for name, service in services.items()
        if name in index and service.capacity is not None
    ]

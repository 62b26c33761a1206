"""Outcomes, branches and answers with their probabilities; what was drawn once stays drawn.

A business failure belongs to a visit of a step and a branch to a visit of a choice: a process that
does them again after a crash meets the same, as in a simulation. A transient failure belongs to one
execution.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from wfmodel.designs.table import Table
from wfmodel.markov.chain_state import Drawn
from wfmodel.model.failures import FailureKind
from wfmodel.model.workflow import DONE, Choice, Compensation, Receive, Task

Pick: TypeAlias = Callable[[Sequence[float]], int]
"""Chooses an index; probabilities add up to 1."""

BRANCH = 0
"""Stands for the attempt where a choice was drawn."""
BUSINESS = -1
"""Stands for the attempt where it was drawn whether a visit fails for good."""

Odds: TypeAlias = tuple[tuple[str, ...], tuple[float, ...]]


class Draws:
    """A workflow's odds."""

    def __init__(self, table: Table) -> None:
        self.nodes = table.system.flow.nodes
        self._odds: dict[tuple[int, FailureKind], Odds] = {}

    def outcome(
        self, drawn: tuple[Drawn, ...], node: int, epoch: int, pick: Pick
    ) -> tuple[str, tuple[Drawn, ...]]:
        """How an attempt ends, and what is to be remembered of it."""
        business = self._failures(node, FailureKind.BUSINESS)
        transient = self._failures(node, FailureKind.TRANSIENT)
        if len(business[0]) == 1 and len(transient[0]) == 1:
            return DONE, drawn
        outcome = DONE
        if len(business[0]) > 1:
            before = next((d for d in drawn if d[:3] == (node, epoch, BUSINESS)), None)
            outcome = business[0][pick(business[1])] if before is None else before[3]
            if before is None:
                drawn = tuple(sorted((*drawn, (node, epoch, BUSINESS, outcome))))
        if outcome == DONE and len(transient[0]) > 1:
            outcome = transient[0][pick(transient[1])]
        return outcome, drawn

    def _failures(self, node: int, kind: FailureKind) -> Odds:
        found = self._odds.get((node, kind))
        if found is None:
            state = self.nodes[node].state
            assert isinstance(state, Task | Compensation)
            modes = {
                name: mode.probability
                for name, mode in state.failures.items()
                if mode.kind is kind and mode.probability > 0
            }
            names = (DONE, *modes)
            found = self._odds[node, kind] = (names, (1 - sum(modes.values()), *modes.values()))
        return found

    def branch(
        self, drawn: tuple[Drawn, ...], node: int, epoch: int, pick: Pick
    ) -> tuple[str, tuple[Drawn, ...]]:
        """Which branch a visit of a choice takes."""
        before = next((d for d in drawn if d[:3] == (node, epoch, BRANCH)), None)
        if before is not None:
            return before[3], drawn
        state = self.nodes[node].state
        assert isinstance(state, Choice)
        names = tuple(edge.event for edge in self.nodes[node].edges)
        taken = names[pick(state.probabilities())]
        return taken, tuple(sorted((*drawn, (node, epoch, BRANCH, taken))))

    def silence(self, node: int) -> float:
        """Probability that the outside never answers."""
        rest = 1 - sum(self._receive(node).probabilities())
        return rest if rest > 1e-9 else 0.0

    def answer(self, node: int, pick: Pick) -> str:
        """What the outside answers, if it does."""
        state = self._receive(node)
        odds = state.probabilities()
        total = sum(odds)
        return tuple(state.events)[pick([p / total for p in odds])]

    def _receive(self, node: int) -> Receive:
        state = self.nodes[node].state
        assert isinstance(state, Receive)
        return state

"""Whether a run has a cause to compensate: something failed, or somebody decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wfmodel.checks.crossings import RunWatch
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, Effect, Outcome, Task

_EFFECTS: Final = frozenset({Effect.COMPENSATABLE, Effect.PIVOT})
_DECIDING: Final = frozenset({NodeKind.CHOICE, NodeKind.RECEIVE})
_QUIET, _CAUSED = 0, 1


@dataclass(frozen=True)
class Causeless(RunWatch):
    """Status 1 since a failure or decision, until a step takes effect; offended without one."""

    nodes: frozenset[int]

    def after(self, node: Node, event: str, status: int) -> int:
        """A cause counts until a step with an effect that can be undone succeeds."""
        if node.kind in _DECIDING or event != DONE:
            return _CAUSED
        if node.outcome not in (None, Outcome.SUCCEEDED):
            return _CAUSED
        forward = isinstance(node.state, Task) and node.undoes is None
        if forward and isinstance(node.state, Task) and node.state.effect in _EFFECTS:
            return _QUIET
        return status

    def offends(self, node: Node, status: int) -> bool:
        """On coming to the nodes without a cause."""
        return status == _QUIET and node.index in self.nodes

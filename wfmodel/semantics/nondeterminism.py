"""Who decides what the workflow leaves open: outcomes of attempts, branches, outside events.

``Anything`` explores all of them. A test that compares two designs fixes them, so that both meet
the same world, and explores only the order of things.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from wfmodel.model.failures import FailureKind, RetryPolicy
from wfmodel.model.flow import Node
from wfmodel.model.workflow import DONE, TIMEOUT, Compensation, Receive, Task

SILENCE: Final = ""
"""An answer that never comes."""


class Resolution(Protocol):
    """What may happen at each visit; empty means that nothing does."""

    def outcomes(self, node: Node, epoch: int, attempt: int) -> tuple[str, ...]:
        """How this attempt may end."""
        ...

    def branches(self, node: Node, epoch: int) -> tuple[str, ...]:
        """Events of a choice's edges that may be taken."""
        ...

    def answers(self, node: Node, epoch: int) -> tuple[str, ...]:
        """Outside events that may come, ``timeout`` if time may run out, ``SILENCE``."""
        ...


@dataclass(frozen=True)
class Anything:
    """Whatever the workflow declares; a step retried without end fails ``patience`` times, and one
    that cannot succeed for ever.
    """

    patience: int = 1

    def outcomes(self, node: Node, epoch: int, attempt: int) -> tuple[str, ...]:
        """Success, and every declared failure; none where an attempt fails like all before."""
        state = node.state
        assert isinstance(state, Task | Compensation)
        endless = is_endless(state.retry) and attempt > self.patience
        done = () if never_succeeds(state) else (DONE,)
        return done if endless else (*done, *state.failures)

    def branches(self, node: Node, epoch: int) -> tuple[str, ...]:
        """Every branch."""
        return tuple(edge.event for edge in node.edges)

    def answers(self, node: Node, epoch: int) -> tuple[str, ...]:
        """Every event; silence unless probabilities are declared, and leave no room for it."""
        state = node.state
        assert isinstance(state, Receive)
        said = [event.probability for event in state.events.values()]
        silent = sum(state.probabilities()) < 1 - 1e-9 or all(each is None for each in said)
        return (*state.events, TIMEOUT, *((SILENCE,) if silent else ()))


def never_succeeds(state: Task | Compensation) -> bool:
    """Whether every attempt is declared to fail. A run draws each kind of failure for itself."""
    modes = state.failures.values()
    shares = (sum(m.probability for m in modes if m.kind is kind) for kind in FailureKind)
    return any(share >= 1 - 1e-9 for share in shares)


def is_endless(retry: RetryPolicy | None) -> bool:
    """Whether a step is tried until it succeeds."""
    return retry is not None and retry.attempts is None

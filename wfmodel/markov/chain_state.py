"""The state of a chain: one instance's cells and effects, and every clock that runs.

It is a value. Nothing in it says how long a clock has run already but its stage, which is all that
an exponential stage lets matter.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

from wfmodel.semantics.configuration import Cell, Configuration, EffectStore
from wfmodel.semantics.outcome_monitor import Memory


class ClockKind(IntEnum):
    """What happens when a clock runs out."""

    DELIVER = 0
    """A message reaches its recipient's door: (message,)."""
    REDELIVER = 1
    """A message that came to nothing sets out again: (message,)."""
    WORK = 2
    """An attempt ends: (node, epoch, attempt)."""
    TIMER = 3
    """A timer fires: (timer, event)."""
    COMMIT = 4
    """The last reaction becomes durable: ()."""
    PUBLISH = 5
    """The gap of a dual write is over: posts. A crash stops it."""
    PUBLISH_FIRST = 6
    """The same where publication comes first: ()."""
    RELAY = 7
    """An outbox's relay publishes: posts. A crash does not stop it."""
    ANSWER = 8
    """The outside answers: (node, epoch)."""
    STRIKE = 9
    """A fault begins: (number of the fault process,)."""
    HEAL = 10
    """It ends: (number,)."""
    DUE = 11
    """A due time goes on that nobody waits for at the moment: that of a timer whose process has
    crashed, or of a time-out that counts from when the message was sent: (timer, event)."""
    OVERDUE = 12
    """Such a due time has passed: (timer, event). No clock any more."""


DIES_WITH_PROCESS = frozenset(
    {ClockKind.WORK, ClockKind.TIMER, ClockKind.COMMIT, ClockKind.PUBLISH, ClockKind.PUBLISH_FIRST}
)
TIMERS = frozenset({ClockKind.TIMER, ClockKind.DUE, ClockKind.OVERDUE})

Clock: TypeAlias = tuple[int, int, tuple[Any, ...], int]
"""(kind, participant, about what, stage)."""

Waiting: TypeAlias = tuple[int, int, int]
"""(event, message, timer) that waits for a commit, or for a process that is down; -1: no such."""

Drawn: TypeAlias = tuple[int, int, int, str]
"""(node, epoch, attempt, outcome or branch): what was drawn once is not drawn again."""


class State(NamedTuple):
    """The whole. ``memory`` is what was ever said, for the judgement at the end."""

    cells: tuple[Cell, ...]
    world: EffectStore
    clocks: tuple[Clock, ...]
    queues: tuple[tuple[Waiting, ...], ...]
    drawn: tuple[Drawn, ...] = ()
    memory: Memory = Memory()

    @property
    def configuration(self) -> Configuration:
        """What the explorer's observers look at; messages on their way are not in it."""
        return Configuration(self.cells, ((),) * len(self.cells), self.world)

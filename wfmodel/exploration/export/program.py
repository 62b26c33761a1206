"""A system as guarded commands over small integers: what every target language can say.

A ``GuardedCommand`` is one step: a guard, then operations, all at once. There are no branches
inside one: whatever depends on a case is a command per case. So it reads the same in Promela and in
TLA+.

Queues are the only structured variables; all others are integers that begin at 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

# ------------------------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Relation:
    """A variable against a number, or against another variable; ``relation`` is =, # or >.

    ``plus`` is added to the right side.
    """

    variable: str
    relation: str
    value: int | str
    plus: int = 0


@dataclass(frozen=True, slots=True)
class All:
    """Conjunction; true if empty."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Disjunction; false if empty."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """Negation."""

    part: Expression


@dataclass(frozen=True, slots=True)
class Named:
    """One of the program's definitions."""

    name: str


@dataclass(frozen=True, slots=True)
class Filled:
    """The queue is not empty."""

    queue: str


@dataclass(frozen=True, slots=True)
class Contains:
    """The queue has this item anywhere, or at its head."""

    queue: str
    item: int
    at_head: bool


Expression: TypeAlias = Relation | All | AnyOf | Negation | Named | Filled | Contains

# -------------------------------------------------------------------------------- operations


@dataclass(frozen=True, slots=True)
class Put:
    """The variable takes a number, or the value of another variable that the rule leaves alone."""

    variable: str
    value: int | str


@dataclass(frozen=True, slots=True)
class Add:
    """The variable goes up or down."""

    variable: str
    amount: int


@dataclass(frozen=True, slots=True)
class Append:
    """Items at the end of the queue."""

    queue: str
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """The first of these items leaves the queue."""

    queue: str
    item: int


@dataclass(frozen=True, slots=True)
class Double:
    """The first of these items is in the queue once more, right behind itself."""

    queue: str
    item: int


@dataclass(frozen=True, slots=True)
class Clear:
    """The queue is empty."""

    queue: str


Operation: TypeAlias = Put | Add | Append | Remove | Double | Clear

# ----------------------------------------------------------------------------------- program


@dataclass(frozen=True, slots=True)
class GuardedCommand:
    """One step. ``words`` tells it to a reader."""

    words: str
    guard: All
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What the tables do not cover: reaching this means that the closure is not one."""

    words: str
    guard: All


@dataclass(frozen=True)
class Program:
    """A whole system. ``start`` holds the variables that do not begin at 0, ``first`` the queues
    that do not begin empty.

    ``definitions`` may use those before them. ``ends`` are exclusive, and hold only where nothing
    happens by itself. ``notes`` tell what the numbers stand for, a line each. ``memory`` holds
    variables that become 1 for good after any step that makes their expression true.
    """

    name: str
    notes: tuple[str, ...]
    variables: tuple[str, ...]
    queues: tuple[str, ...]
    start: tuple[tuple[str, int], ...]
    definitions: tuple[tuple[str, Expression], ...]
    rules: tuple[GuardedCommand, ...]
    gaps: tuple[Gap, ...]
    ends: tuple[tuple[str, Expression], ...]
    memory: tuple[tuple[str, Expression], ...] = ()
    first: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def memory_definitions(self) -> tuple[tuple[str, Expression], ...]:
        """What turns each variable of the memory on, under the variable's name in capitals."""
        return tuple((name.upper(), holds) for name, holds in self.memory)

"""A System is what every driver runs: pure machines, who plays which, and the policies around them.

A user's own design is a System too: any objects with ``initial``, ``react`` and ``view``.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from wfmodel.designs.knobs import Knobs
from wfmodel.designs.messages import Action, Event
from wfmodel.designs.state import View
from wfmodel.model.flow import Flow

State: TypeAlias = Any
"""A machine's own kind of hashable value; only the machine itself looks inside."""


class Machine(Protocol):
    """A participant's behaviour, per instance. States are hashable values."""

    @property
    def initial(self) -> Hashable:
        """The state of a participant that knows nothing."""
        ...

    def react(self, state: State, event: Event) -> tuple[State, tuple[Action, ...]]:
        """The next state and the actions, in order. Pure."""
        ...

    def view(self, state: State) -> View:
        """What a store with this content says of the instance."""
        ...


@dataclass(frozen=True)
class System:
    """Machines by participant name, in a stated order; ``start`` hears of a new instance.

    ``services`` are the participants that work on steps; the others only coordinate.
    """

    design: str
    flow: Flow
    knobs: Knobs
    machines: dict[str, Machine]
    services: tuple[str, ...]
    start: tuple[str, ...]

    @property
    def participants(self) -> tuple[str, ...]:
        """Names, in the order that gives each its number."""
        return tuple(self.machines)

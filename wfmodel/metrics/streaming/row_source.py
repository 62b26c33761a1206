"""Whoever makes a run's rows also knows what the numbers in them mean."""

from __future__ import annotations

from typing import Protocol

from wfmodel.designs.messages import Event, Message
from wfmodel.designs.state import View


class RowSource(Protocol):
    """Gives the numbers in rows their meaning; a run under way knows of those so far."""

    def view(self, participant: int, state: int) -> View:
        """What the participant's store says in a state."""

    def seen_events(self) -> tuple[Event, ...]:
        """Events by number."""

    def seen_messages(self) -> tuple[Message, ...]:
        """Messages by number."""

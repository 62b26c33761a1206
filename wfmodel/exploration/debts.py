"""What the rows so far allow, and rows that a crash must still be followed by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from wfmodel.semantics.after import NOTHING
from wfmodel.semantics.configuration import Configuration, Landing
from wfmodel.semantics.instance_rules import CrashLosses

Debt: TypeAlias = tuple[str, int, int]
"""(what, participant, message)."""


def debts_of(participant: int, wreck: CrashLosses) -> Iterator[Debt]:
    """What a crash of a participant leaves to be told."""
    for message, _ in wreck.unpublished:
        yield ("unpublished", participant, message)
    for message, _ in wreck.phantoms:
        yield ("phantom", participant, message)
    if wreck.received != NOTHING:
        yield ("received", participant, wreck.received)


class Possible(NamedTuple):
    """One configuration that the rows so far allow."""

    config: Configuration
    debts: tuple[Debt, ...] = ()
    effect: tuple[int, Landing] | None = None
    """(EFFECT or UNDO, (step, epoch)) of a row that belongs to the reaction or commit beside it."""

    def at(self, config: Configuration) -> Possible:
        """The same with another configuration."""
        return self._replace(config=config)

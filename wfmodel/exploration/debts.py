"""Rows that a crash must still be followed by, since it took something along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from wfmodel.semantics.after import NOTHING
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

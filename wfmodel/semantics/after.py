"""What a step of one cell leads to: the cell that follows, and the few things done to the rest.

A message leaves the participant's own inbox, messages set out to others, an effect lands.
``instance_rules`` applies these to a configuration.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from wfmodel.semantics.configuration import Cell, Item, Landing, Parcel, Post, take

NOTHING: Final = -1


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """The step is not enabled; the argument says why."""


class After(NamedTuple):
    """What a local step leads to: the cell, and what it does to the rest."""

    cell: Cell
    taken: tuple[int, int] | None = None
    """(sender, message) that leaves the participant's own inbox."""
    sent: tuple[Post, ...] = ()
    """Messages that set out, in order."""
    landing: Landing | None = None
    """The visit whose effect is applied."""
    returned: tuple[Parcel, ...] = ()
    """Messages that the participant's own inbox gets back: they were not acknowledged."""


def without(items: tuple[Item, ...], item: Item, otherwise: str) -> tuple[Item, ...]:
    """A tuple without the first of these items.

    Raises:
        Refused: it is not there; ``otherwise`` says what that means.
    """
    if item not in items:
        raise Refused(otherwise)
    return take(items, item)

"""What a store held earlier, of one instance, and how it goes back to that.

A backup may be of any time: before any of the changes that the store has seen. Effects, and what
was committed to the outbox, are others' already: they stay.
"""

from __future__ import annotations

from wfmodel.semantics.after import Refused
from wfmodel.semantics.configuration import Cell


def stored(cell: Cell, durable: int) -> Cell:
    """The store holds something else from now on, and what it held is known."""
    if durable == cell.durable:
        return cell
    return cell._replace(durable=durable, past=(*cell.past, cell.durable))


def backups_of(cell: Cell) -> dict[int, int]:
    """Each other state that a backup may hold, the latest first: how many changes ago it was."""
    found: dict[int, int] = {}
    for back, state in enumerate(reversed(cell.past), start=1):
        if state != cell.durable:
            found.setdefault(state, back)
    return found


def gone_back(cell: Cell, state: int) -> Cell:
    """Of a participant that is down, the cell with an earlier state in its store.

    Raises:
        Refused: there is no such backup, or the participant runs on its store.
    """
    if not cell.down:
        raise Refused("it runs on its store")
    if state not in backups_of(cell):
        raise Refused("its store has never held the state to which it goes back")
    return stored(cell._replace(volatile=state), state)

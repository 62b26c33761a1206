"""What a history may leave that came to rest: a message that nobody takes, and nothing to do."""

from __future__ import annotations

from collections.abc import Set

from wfmodel.exploration.debts import Possible
from wfmodel.semantics.after import Refused
from wfmodel.semantics.instance_rules import InstanceRules


def check_at_rest(
    semantics: InstanceRules,
    possible: Possible,
    spare: Set[tuple[int, int]],
    short_of_workers: Set[int],
) -> None:
    """``spare``: (recipient, message) of which copies may be left; ``short_of_workers``: who has
    lost a worker and does not know.

    Raises:
        Refused: something could still have happened.
    """
    if possible.debts:
        raise Refused(f"a crash left {possible.debts} unrecorded")
    table, config = semantics.table, possible.config
    for p, name in enumerate(table.names):
        cell = config.cells[p]
        left = tuple(parcel for parcel in config.inboxes[p] if (p, parcel[1]) not in spare)
        comes = semantics.channels.next(left)
        if any(table.takes(p, cell.volatile, message) for _, message in comes):
            raise Refused("a message was never delivered")
        works = cell.work and p not in short_of_workers
        if cell.pending or cell.queue or cell.timers or works or cell.dead or cell.choices:
            raise Refused(f"{name} has something left to do: {cell}")

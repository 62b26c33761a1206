"""Which replica of each participant holds one instance, row after row of a history."""

from __future__ import annotations

from wfmodel.designs.faults import PER_REPLICA
from wfmodel.designs.history import CRASHES, FAULT_KINDS, Kind, Row


class Holders:
    """Of one instance. Replica 0 holds it until another takes it."""

    def __init__(self, participants: int) -> None:
        self._holders = [0] * participants
        self._fenced: set[tuple[int, int]] = set()
        """(participant, replica): it stood still, and has not started anew."""

    def is_struck(self, row: Row) -> bool:
        """Whether the replica that crashes, restarts or is fenced holds the instance."""
        if row.kind != Kind.LAPSE and FAULT_KINDS[row.a] not in PER_REPLICA:
            return True
        if self._holders[row.participant] != (row.a if row.kind == Kind.LAPSE else row.b):
            return False
        return row.kind == Kind.LAPSE or (row.participant, row.b) not in self._fenced

    def goes_on(self, row: Row) -> bool:
        """Whether the instance is taken, or its holder, which was fenced, starts anew."""
        return row.kind == Kind.TAKE or self._holders[row.participant] == row.a

    def note(self, row: Row) -> None:
        """Take a row into account."""
        p = row.participant
        match row.kind:
            case Kind.TAKE:
                self._holders[p] = row.a
            case Kind.LAPSE:
                self._fenced.add((p, row.a))
            case Kind.BOOT:
                self._fenced.discard((p, row.a))
            case Kind.FAULT_ON if row.a in CRASHES:
                alone = FAULT_KINDS[row.a] in PER_REPLICA
                gone = {each for each in self._fenced if each == (p, row.b) or not alone}
                self._fenced -= {each for each in gone if each[0] == p}

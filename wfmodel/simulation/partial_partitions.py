"""Partitions from some peers only: the broker keeps them pair by pair."""

from __future__ import annotations

from wfmodel.simulation.records import Injected, Parcel
from wfmodel.simulation.run_record import Run


def is_blocked(run: Run, parcel: Parcel) -> bool:
    """Whether a partial partition lies between its sender and its recipient."""
    event = run.blocked.first
    while event:
        fault = event.fault
        if _is_between(fault, parcel.sender, parcel.recipient):
            return True
        if _is_between(fault, parcel.recipient, parcel.sender):
            return True
        event = event.next
    return False


def _is_between(fault: Injected, one: int, other: int) -> bool:
    """Whether a partial partition has ``one`` as its target and ``other`` among the peers."""
    if one != fault.process.index or other < 0:
        return False
    return fault.peers[other] != 0

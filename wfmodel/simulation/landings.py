"""The visits of an instance that have landed, or begun: a step is found in as many looks as the
number of steps has bits, then its visits one by one.
"""

from __future__ import annotations

from wfmodel.simulation.basis import landed_of
from wfmodel.simulation.records import Instance, Landed
from wfmodel.simulation.run_record import Run


def find(root: Landed, node: int, epoch: int) -> Landed:
    """The record of a visit, if there is one."""
    record = _step(root, node)
    while record and record.epoch != epoch:
        record = record.next
    return record


def _step(record: Landed, node: int) -> Landed:
    """The first record of a step, if there is one."""
    bits = node
    while record and record.node != node:
        record = record.odd if bits & 1 else record.even
        bits >>= 1
    return record


def latest(root: Landed, node: int) -> int:
    """The highest epoch of a step whose effect stands; -1 if none does."""
    found = -1
    record = _step(root, node)
    while record:
        if record.net:
            found = max(found, record.epoch)
        record = record.next
    return found


def enter(run: Run, instance: Instance, root: Landed, node: int, epoch: int) -> Landed:
    """A new record of a visit, below the root or, where there is none, the root to be."""
    fresh = landed_of(run, instance, node, epoch)
    above, bits = root, node
    while above:
        if above.node == node:
            fresh.next = above.next
            above.next = fresh
            return fresh
        below = above.odd if bits & 1 else above.even
        if not below:
            if bits & 1:
                above.odd = fresh
            else:
                above.even = fresh
            return fresh
        above = below
        bits >>= 1
    return fresh

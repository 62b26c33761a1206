"""What Python has answered: reactions and numbers, looked up; a new question goes to Python.

Python answers through this run's ``RunTable``, and only when the driver would have asked it: so
states, events and messages get the numbers that the driver gives them.
"""

from __future__ import annotations

from wfmodel.native.answers import answered
from wfmodel.native.words import compiled
from wfmodel.simulation.kernel.layout import (
    ASK_CHOSEN,
    ASK_DONE,
    ASK_ENTRY,
    ASK_EXTERNAL,
)


@compiled
def entry_of(h: int, participant: int, state: int, event: int) -> int:
    """The reaction of a participant."""
    return answered(h, ASK_ENTRY, participant, state, event, 0)


@compiled
def work_done(h: int, node: int, epoch: int, attempt: int, outcome: int) -> int:
    """The event that ends an attempt."""
    return answered(h, ASK_DONE, node, epoch, attempt, outcome)


@compiled
def chosen(h: int, node: int, epoch: int, branch: int) -> int:
    """The event that a branch was taken."""
    return answered(h, ASK_CHOSEN, node, epoch, branch, 0)


@compiled
def external(h: int, recipient: int, node: int, epoch: int, event: int) -> int:
    """The operation that sends an outside event."""
    return answered(h, ASK_EXTERNAL, recipient, node, epoch, event)

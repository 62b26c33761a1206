"""The recorded run: rows of integers in order of time, and the tables that give them meaning.

A row is ``(time_ns, kind, instance, participant, a, b)``. Participant -1 is the outside; instance
-1 is the whole system. Metrics read histories, the explorer accepts or rejects them, a reader can
follow one instance; nothing else of a run is kept.

| kind | participant | a | b |
|---|---|---|---|
| ARRIVE | -1 | | |
| REACT | who | event | state after (volatile) |
| COMMIT | who | state that is now durable | |
| SEND | sender | message | |
| DROP | recipient (sender if never published) | message | cause (``Drop``) |
| DUPLICATE | recipient | message | |
| PHANTOM | sender | message that tells of a state which was lost | |
| BEGIN | service | node | epoch: an attempt gets a worker |
| EFFECT | service | node whose effect lands | epoch |
| UNDO | service | node whose effect is taken back | epoch |
| ACKNOWLEDGE | who | message that need not come again (only where it is not the commit) | |
| TAKE | who | replica that holds the instance from now on (replica 0 does at first) | |
| LAPSE | who | replica that stood still and is fenced: its life is over | |
| BOOT | who | replica that was fenced and starts anew | |
| RESTORE | who | state that its store holds again (after FAULT_ON of a restore) | |
| DIE | who | attempt whose worker died, as if it ended: done, if its effect is there | 1: noticed |
| FAULT_ON, FAULT_OFF | target, -1: broker | fault kind (position in ``FAULT_KINDS``) | replica |
| ARRIVALS_END | -1 | | |
| END | -1 | 1 if nothing was left to happen, 0 at the time limit | |

With persistence ``memory`` there is no COMMIT: what a store says is the volatile state, until a
crash resets it to state 0. FAULT_ON of a crash, or of a restore, resets volatile states to durable
ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from wfmodel.designs.faults import CRASHING, FaultKind
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.messages import Event, Message
from wfmodel.designs.state import View
from wfmodel.display import Plotted, Tabular
from wfmodel.model.flow import Flow, NodeKind
from wfmodel.model.workflow import Effect, Task

if TYPE_CHECKING:  # rows come from who has NumPy; a system is built without
    import numpy as np
    from numpy.typing import NDArray


class Kind(IntEnum):
    """What a row records."""

    ARRIVE = 0
    REACT = 1
    COMMIT = 2
    SEND = 3
    DROP = 4
    DUPLICATE = 5
    PHANTOM = 6
    BEGIN = 7
    EFFECT = 8
    UNDO = 9
    FAULT_ON = 10
    FAULT_OFF = 11
    ARRIVALS_END = 12
    END = 13
    ACKNOWLEDGE = 14
    TAKE = 15
    LAPSE = 16
    BOOT = 17
    RESTORE = 18
    DIE = 19


GONE: Final = len(Kind)
"""A kind of row that only streams have: nothing will happen to the instance any more."""


class Drop(IntEnum):
    """Why a message never arrived."""

    LOST = 0
    """On the network."""
    RECIPIENT_DOWN = 1
    """At most once, and nobody was there (down, cut off, or crashed before taking it up)."""
    UNPUBLISHED = 2
    """The sender crashed between its commit and the publication: a lost event."""
    BROKER_DOWN = 3
    """At most once, and the broker took nothing."""
    SET_ASIDE = 4
    """A dead letter: it was delivered as often as it may be, and never acknowledged."""


FAULT_KINDS: Final = tuple(FaultKind)

CRASHES: Final = tuple(FAULT_KINDS.index(kind) for kind in FaultKind if kind in CRASHING)
"""Positions of the kinds of faults that leave a process down."""


class Row(NamedTuple):
    """One thing that happened."""

    time_ns: int
    kind: int
    instance: int
    participant: int
    a: int
    b: int


@dataclass(frozen=True)
class TaskNode:
    """A task node as metrics need it. ``effect`` is the declared effect's name."""

    node: int
    name: str
    service: str
    effect: str
    undoes: int | None
    compensatable: bool
    """Something in the workflow can take its effect back."""


def steps_of(flow: Flow) -> tuple[TaskNode, ...]:
    """Task nodes as metrics need them."""
    undone = {node.undoes for node in flow.nodes if node.undoes is not None}
    return tuple(
        TaskNode(
            node.index,
            node.name,
            node.service or "",
            node.state.effect.value if isinstance(node.state, Task) else Effect.NONE.value,
            node.undoes,
            node.index in undone,
        )
        for node in flow.nodes
        if node.kind in (NodeKind.TASK, NodeKind.COMPENSATION)
    )


@dataclass(frozen=True, repr=False)
class History(Tabular, Plotted):
    """One run. ``views[p][s]`` is what participant p's store says in state s.

    ``rows`` is an int64 array of shape (n, 6). ``warm_up_ns``: instances that arrive earlier are
    simulated but not measured. ``convergence_ns``: how long the run could go on after the arrivals
    had ended, 0 where nobody said.
    """

    workflow: str
    design: str
    seed: int
    replication: int
    knobs: Knobs
    participants: tuple[str, ...]
    steps: tuple[TaskNode, ...]
    nodes: tuple[str, ...]
    rows: NDArray[np.int64]
    views: tuple[tuple[View, ...], ...]
    events: tuple[Event, ...]
    messages: tuple[Message, ...]
    warm_up_ns: int = 0
    convergence_ns: int = 0

    def __iter__(self) -> Iterator[Row]:
        """Rows in order."""
        return (Row(*row) for row in self.rows.tolist())

    def instances(self) -> int:
        """How many instances arrived."""
        return int((self.rows[:, 1] == Kind.ARRIVE).sum())

    def of_instance(self, instance: int) -> tuple[Row, ...]:
        """Rows of one instance, and the faults that the whole system met meanwhile.

        Raises:
            KeyError: no such instance arrived.
        """
        mine = self.rows[:, 2] == instance
        if instance < 0 or not mine.any():
            raise KeyError(f"no instance {instance}; there are {self.instances()}, from 0")
        places = mine.nonzero()[0]
        faults = (self.rows[:, 1] == Kind.FAULT_ON) | (self.rows[:, 1] == Kind.FAULT_OFF)
        faults[: places[0]] = False
        faults[places[-1] :] = False
        return tuple(Row(*row) for row in self.rows[mine | faults].tolist())

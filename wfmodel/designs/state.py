"""What one participant knows about one instance: a frozen value, and all that a crash can take.

``ParticipantState`` holds the tokens that the participant controls, joins that it keeps, jobs that
it was commanded to do, what it believes about the instance (its view), and what repeats must be
recognised by.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from wfmodel.designs.messages import Home, Key, Message, OpenKey, Slip, StepStatus
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.row_state import RowState
from wfmodel.model.workflow import Outcome


class Status(StrEnum):
    """What a participant believes of the instance."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    COMPENSATING = "compensating"
    SUCCEEDED = "succeeded"
    ABORTED = "aborted"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether it is a verdict."""
        return self in (Status.SUCCEEDED, Status.ABORTED, Status.FAILED)


class Phase(StrEnum):
    """What a token waits for."""

    WORKING = "working"
    BACKING_OFF = "backing-off"
    CHOOSING = "choosing"
    WAITING = "waiting"
    EXPECTING = "expecting"
    PARKED = "parked"
    """For good: it met a failure that nobody handles."""


@dataclass(frozen=True, slots=True)
class Token:
    """Control at a node. ``rollback`` is the visit of the rollback node that it runs handlers for.

    ``origin`` names what brought it here, for the ``supersedes`` of the next message.
    """

    node: int
    epoch: int
    slip: Slip = ()
    homes: tuple[Home, ...] = ()
    rollback: Key | None = None
    attempt: int = 1
    phase: Phase = Phase.WORKING
    origin: tuple[OpenKey, ...] = ()

    @property
    def key(self) -> Key:
        """The visit."""
        return (self.node, self.epoch)


@dataclass(frozen=True, slots=True)
class Join:
    """A fork's visit whose regions are not all in. ``arrived`` holds (region, outcome, slip)."""

    token: Token
    arrived: tuple[tuple[int, Outcome | None, Slip], ...] = ()
    decided: bool = False
    """The join is satisfied and control has gone on; later arrivals are only counted."""
    failed: bool = False
    """``join: first``: the first region ended badly; what the others come to changes nothing."""

    @property
    def key(self) -> Key:
        """The fork's visit."""
        return self.token.key


@dataclass(frozen=True, slots=True)
class Job:
    """A commanded attempt in progress."""

    node: int
    epoch: int
    attempt: int
    reply_to: str
    asked: int = 0
    """A later attempt that has joined it and gets its result; 0: none."""

    @property
    def answers(self) -> int:
        """The attempt that its result is for."""
        return self.asked or self.attempt


Steps: TypeAlias = NodeTrie[tuple[int, StepStatus]]
"""What is believed of each step that anything is known of."""

_NOTHING: Final[NodeTrie[Any]] = NodeTrie()

Output: TypeAlias = tuple[tuple[str, ...], Message]
"""A message and whom it was published to."""


@dataclass(frozen=True, slots=True)
class ParticipantState:
    """The whole state. Tuples are kept sorted, so that equal knowledge is one state.
    What grows with the workflow is filed by node: a state costs what is new in it.

    ``seen``: visits already taken up (deduplication). ``results``: of finished commands the latest
    attempt and its outcome, so that a repeated command is answered and not obeyed. ``outputs``:
    what was published to continue a visit, to repeat it upon a watchdog's nudge. ``cancelled``:
    regions that must stop. ``standing``: visits of own steps that took effect and were not undone,
    where an undo has to find one (``Role.finds``). ``early``: events from outside that came before
    they were waited for. ``rows``: those of the service's store that a step has used.
    """

    status: Status = Status.UNKNOWN
    steps: Steps = _NOTHING
    tokens: tuple[Token, ...] = ()
    joins: tuple[Join, ...] = ()
    jobs: tuple[Job, ...] = ()
    results: NodeTrie[tuple[Key, tuple[int, str]]] = _NOTHING
    seen: NodeTrie[OpenKey] = _NOTHING
    outputs: NodeTrie[tuple[OpenKey, tuple[Output, ...]]] = _NOTHING
    cancelled: tuple[Home, ...] = ()
    standing: NodeTrie[Key] = _NOTHING
    early: NodeTrie[tuple[Key, str]] = _NOTHING
    rows: tuple[RowState, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What a participant's store says: the instance's status and the steps that it knows of."""

    status: Status = Status.UNKNOWN
    steps: Steps = _NOTHING
    active: tuple[int, ...] = ()
    """Steps that this participant itself still has to move: the open end of its own work."""

    def __post_init__(self) -> None:
        if isinstance(self.steps, tuple):  # pairs, as a file or a system of one's own has them
            object.__setattr__(self, "steps", NodeTrie(self.steps))


def view_of(local: ParticipantState) -> View:
    """The view that a store with this content gives."""
    active = {token.node for token in local.tokens} | {job.node for job in local.jobs}
    active |= {join.token.node for join in local.joins if not join.decided}
    return View(local.status, local.steps, tuple(sorted(active)))

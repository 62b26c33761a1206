"""What machines hear and what they ask for: messages, events and actions are data, and all of it.

A machine never acts. It answers an event with actions, and a driver decides when they happen, how
they turn out, and what goes wrong. Every class here is frozen and hashable, so that drivers can
intern it as an integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from wfmodel.model.workflow import Outcome

Key: TypeAlias = tuple[int, int]
"""(node, epoch): one visit of one node. The idempotency key of whatever is done there."""

LAPS: Final = 1024
"""A loop's closing edge adds 1 to the epoch. A region begins at its fork's epoch times this, so
that its own loops do not meet those of a later visit of the fork (up to so many laps)."""

OpenKey: TypeAlias = tuple[int, ...]
"""What a watchdog keeps open: a visit handed on, (node, epoch), in a rollback with that visit too,
or a region's arrival, (fork, epoch, region). Closing a fork's visit closes its arrivals."""

Slip: TypeAlias = tuple[Key, ...]
"""Completed visits that have a handler, in order of completion: what a rollback would undo."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a region's token reports: fork visit, region number, who keeps the join."""

    fork: int
    epoch: int
    region: int
    keeper: str


class StepStatus(StrEnum):
    """What a participant believes of a step. PENDING is for systems of one's own."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    COMPENSATED = "compensated"


@dataclass(frozen=True, slots=True)
class Start:
    """A new instance. ``nudge`` marks a watchdog's repetition."""

    nudge: bool = False


@dataclass(frozen=True, slots=True)
class Proceed:
    """The token moves to a node that another participant controls: "step done, you are next".

    ``cause`` tells what has just happened; ``supersedes`` names what this message continues, so
    that a watchdog knows what is still open.
    """

    node: int
    epoch: int
    slip: Slip
    homes: tuple[Home, ...]
    rollback: Key | None = None
    cause: tuple[int, StepStatus] | None = None
    supersedes: tuple[OpenKey, ...] = ()
    nudge: bool = False

    @property
    def visit(self) -> OpenKey:
        """What is taken up once; a handler once per rollback, for an outer one may try it again."""
        return (self.node, self.epoch, *(self.rollback or ()))


@dataclass(frozen=True, slots=True)
class Command:
    """Do this step; ``reply_to`` wants the outcome."""

    node: int
    epoch: int
    attempt: int
    reply_to: str


@dataclass(frozen=True, slots=True)
class Reply:
    """How the commanded attempt ended: ``done``, or the name of a failure."""

    node: int
    epoch: int
    attempt: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Arrive:
    """A region's token has reached its end; ``outcome`` None: it was cancelled."""

    home: Home
    outcome: Outcome | None
    slip: Slip
    supersedes: tuple[OpenKey, ...] = ()
    nudge: bool = False


@dataclass(frozen=True, slots=True)
class Cancel:
    """The join is decided: a region's token stops at its next step, or at once."""

    home: Home
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The verdict."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class External:
    """An outside event for a receive."""

    node: int
    epoch: int
    event: str


Message: TypeAlias = Start | Proceed | Command | Reply | Arrive | Cancel | Ended | External


@dataclass(frozen=True, slots=True)
class PeerGone:
    """The process of ``who`` has crashed: to those who watch it, behind all that it had sent.

    Of systems of one's own only, as all messages there, and so none of the above.
    """

    who: str


@dataclass(frozen=True, slots=True)
class Timer:
    """Names one timer: ``kind`` is timeout, backoff, wait, watchdog or refresh (a copy of rows)."""

    kind: str
    node: int = -1
    epoch: int = 0
    attempt: int = 1


# ------------------------------------------------------------------------------------- events


@dataclass(frozen=True, slots=True)
class Received:
    """A message was delivered."""

    message: Message


@dataclass(frozen=True, slots=True)
class WorkDone:
    """An attempt at a step ended: ``done``, or the name of a failure."""

    node: int
    epoch: int
    attempt: int
    outcome: str


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that was set ran out."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class Chosen:
    """The driver took a branch: an event of the choice's edges."""

    node: int
    epoch: int
    branch: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """The process is back, with its durable state."""


Event: TypeAlias = Received | WorkDone | TimerFired | Chosen | Restarted

# ------------------------------------------------------------------------------------ actions


@dataclass(frozen=True, slots=True)
class Send:
    """Publish one message to some participants."""

    to: tuple[str, ...]
    message: Message


@dataclass(frozen=True, slots=True)
class Work:
    """Start an attempt at a step at this participant's own service."""

    node: int
    epoch: int
    attempt: int


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Start a timer; setting a running one starts it anew."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """Stop a timer, if it runs."""

    timer: Timer


@dataclass(frozen=True, slots=True)
class Choose:
    """Ask which branch is taken; the answer is ``Chosen``."""

    node: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Expect:
    """Tell the outside world that its event is awaited; the answer is ``External``."""

    node: int
    epoch: int


Action: TypeAlias = Send | Work | SetTimer | ClearTimer | Choose | Expect

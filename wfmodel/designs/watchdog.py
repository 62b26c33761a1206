"""A watchdog hears what moves control, and repeats it when nothing more is heard for too long.

It knows no workflow logic: it keeps the messages that no later message continues (``supersedes``),
and sends them again, marked as a nudge. With deduplication a participant that has already acted
answers a nudge by repeating what it published; without, it acts again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from wfmodel.designs.messages import (
    Action,
    Arrive,
    ClearTimer,
    Ended,
    Event,
    OpenKey,
    Proceed,
    Received,
    Restarted,
    Send,
    SetTimer,
    Start,
    Timer,
    TimerFired,
)
from wfmodel.designs.role import Role
from wfmodel.designs.state import Status, View

PERIOD = Timer("watchdog")


@dataclass(frozen=True, slots=True)
class Watch:
    """Messages that nothing has continued yet, by the visit or arrival that they name."""

    status: Status = Status.UNKNOWN
    open: tuple[tuple[OpenKey, Start | Proceed | Arrive], ...] = ()
    closed: tuple[OpenKey, ...] = field(default=())
    """Superseded before they were heard: messages may overtake one another."""


@dataclass(frozen=True)
class Watchdog:
    """The machine; ``role`` gives the flow and who controls what."""

    role: Role
    starter: str

    @property
    def initial(self) -> Watch:
        """Has heard nothing."""
        return Watch()

    def view(self, state: Watch) -> View:
        """Where the watchdog would point: the nodes of the open messages."""
        active = sorted({key[0] for key, _ in state.open})
        return View(state.status, active=tuple(active))

    def react(self, state: Watch, event: Event) -> tuple[Watch, tuple[Action, ...]]:
        """Note what is heard; repeat what is open when the timer fires."""
        match event:
            case Received(message=Ended(outcome=outcome)):
                return Watch(Status(outcome.value)), (ClearTimer(PERIOD),)
            case Received(message=(Start() | Proceed() | Arrive()) as message):
                return self._heard(state, message)
            case TimerFired() if not state.status.is_final:
                sends = tuple(self._nudge(message) for _, message in state.open)
                return state, (*sends, SetTimer(PERIOD))
            case Restarted() if not state.status.is_final and state.open:
                return state, (SetTimer(PERIOD),)
            case _:
                return state, ()

    def _heard(
        self, state: Watch, message: Start | Proceed | Arrive
    ) -> tuple[Watch, tuple[Action, ...]]:
        if state.status.is_final:
            return state, ()
        key = self._key(message)
        over = () if isinstance(message, Start) else message.supersedes
        closed = set(state.closed) | {other for other in over if other != key}
        known = dict(state.open)
        known.setdefault(key, message)
        still = (k for k in known if k not in closed and k[:2] not in closed)
        left = tuple((k, known[k]) for k in sorted(still))
        watch = Watch(Status.RUNNING, left, tuple(sorted(closed)))
        return watch, (SetTimer(PERIOD),)

    def _key(self, message: Start | Proceed | Arrive) -> OpenKey:
        match message:
            case Start():
                return (self.role.flow.initial, 0)
            case Proceed():
                return message.visit
            case Arrive():
                return (message.home.fork, message.home.epoch, message.home.region)

    def _nudge(self, message: Start | Proceed | Arrive) -> Send:
        again = replace(message, nudge=True)
        match again:
            case Start():
                return Send((self.starter,), again)
            case Proceed():
                node = self.role.flow.nodes[again.node]
                return Send((self.role.controller(node, self.starter),), again)
            case Arrive():
                return Send((again.home.keeper,), again)

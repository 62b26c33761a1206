"""A lock that is held for a time: it can end while its holder still believes to hold it.

Each grant has a higher token, which a store can check (``EffectLedger(fenced=True)``). The lease
may end at any moment: a timer of the server, which fires when it likes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from wfmodel.designs.messages import (
    Action,
    ClearTimer,
    Event,
    PeerGone,
    Received,
    Send,
    SetTimer,
    TimerFired,
)
from wfmodel.designs.state import Status, View


@dataclass(frozen=True, slots=True)
class Acquire:
    """Ask for the lease; the answer, in turn, is ``Granted``."""

    who: str

    def __str__(self) -> str:
        return f"{self.who} wants the lease"


@dataclass(frozen=True, slots=True)
class Granted:
    """The lease is held, under this token."""

    token: int

    def __str__(self) -> str:
        return f"lease, token {self.token}"


@dataclass(frozen=True, slots=True)
class Release:
    """The holder gives it back; with a token that is over, nothing happens."""

    token: int

    def __str__(self) -> str:
        return f"lease back, token {self.token}"


@dataclass(frozen=True)
class LeaseHeld:
    """Who holds it (or ""), the last token, and who is next."""

    holder: str = ""
    token: int = 0
    waiting: tuple[str, ...] = ()

    def __str__(self) -> str:
        held = (
            f"held by {self.holder}, token {self.token}"
            if self.holder
            else f"free, token {self.token}"
        )
        return ", ".join((held, *(f"{who} waits" for who in self.waiting)))


@dataclass(frozen=True)
class LeaseServer:
    """Grants one lease at a time. ``ends``: whether it can run out."""

    ends: bool = True
    initial: LeaseHeld = LeaseHeld()

    def react(self, state: LeaseHeld, event: Event) -> tuple[LeaseHeld, tuple[Action, ...]]:
        """Grant, take back, grant the next."""
        match event:
            case Received(Acquire(who)):
                waiting = replace(state, waiting=(*state.waiting, who))
                return (waiting, ()) if state.holder else self._granted(waiting)
            case Received(Release(token)):
                return self._over(state, token)
            case Received(PeerGone(who)):
                left = tuple(each for each in state.waiting if each != who)
                state = replace(state, waiting=left)
                if state.holder == who:
                    return self._granted(replace(state, holder=""))
            case TimerFired(("lease ends", token)):
                return self._over(state, token)
        return state, ()

    def _over(self, state: LeaseHeld, token: int) -> tuple[LeaseHeld, tuple[Action, ...]]:
        """The lease of a token is over, if it was not before."""
        if state.holder and token == state.token:
            return self._granted(replace(state, holder=""))
        return state, ()

    def _granted(self, state: LeaseHeld) -> tuple[LeaseHeld, tuple[Action, ...]]:
        over = ClearTimer(_ends(state.token))
        if not state.waiting:
            return state, (over,)
        who, token = state.waiting[0], state.token + 1
        answer: Any = Granted(token)
        timers = (over, *((SetTimer(_ends(token)),) if self.ends else ()))
        return LeaseHeld(who, token, state.waiting[1:]), (*timers, Send((who,), answer))

    def view(self, state: LeaseHeld) -> View:
        """Under way as long as somebody waits for it."""
        return View(Status.RUNNING if state.waiting else Status.UNKNOWN)


def _ends(token: int) -> Any:  # noqa: ANN401 - a timer of one's own is any value
    return ("lease ends", token)

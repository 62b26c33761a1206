"""A participant that does one thing after the other: it asks, waits for the answer, and goes on.

A step is whom it asks and what (``("store", ReadRow("stock", "ann"))``), or a function of its name
and the answers so far that gives this, or None to end there. After a crash it goes on where its
store says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from wfmodel.designs.messages import (
    Action,
    Event,
    PeerGone,
    Received,
    Restarted,
    Send,
    SetTimer,
    TimerFired,
)
from wfmodel.designs.state import Status, View
from wfmodel.designs.value_words import value_words

BEGIN: Final[tuple[Action, ...]] = (SetTimer("begin"),)  # type: ignore[arg-type] # one's own timer
"""What a procedure opens with: it begins when it likes."""


Request: TypeAlias = tuple[str, Any]
Asking: TypeAlias = Request | Callable[[str, tuple[Any, ...]], Request | None]


@dataclass(frozen=True)
class Underway:
    """How far it is: answers so far, and whether it waits for the next one."""

    answers: tuple[Any, ...] = ()
    phase: str = "not begun"
    """``not begun``, ``waits`` or ``done``."""

    def __str__(self) -> str:
        heard = f" (heard: {value_words(self.answers[-1])})" if self.answers else ""
        return ("waiting" if self.phase == "waits" else self.phase) + heard


@dataclass(frozen=True)
class Procedure:
    """Asks one thing after the other. ``asks_again``: after a crash, it begins, or asks what it had
    no answer to.
    """

    me: str
    steps: tuple[Asking, ...] = field(repr=False)
    asks_again: bool = True
    initial: Underway = Underway()

    def react(self, state: Underway, event: Event) -> tuple[Underway, tuple[Action, ...]]:
        """The next request, once there is an answer."""
        match event:
            case TimerFired("begin") if state.phase == "not begun":
                return self._next(())
            case Received(PeerGone(_)):
                return state, ()
            case Received(answer) if state.phase == "waits":
                return self._next((*state.answers, answer))
            case Restarted() if self.asks_again and state.phase == "not begun":
                return state, BEGIN
            case Restarted() if self.asks_again and state.phase == "waits":
                return self._next(state.answers)
        return state, ()

    def _next(self, answers: tuple[Any, ...]) -> tuple[Underway, tuple[Action, ...]]:
        step = self.steps[len(answers)] if len(answers) < len(self.steps) else None
        if callable(step):
            step = step(self.me, answers)
        if step is None:
            return Underway(answers, "done"), ()
        return Underway(answers, "waits"), (Send((step[0],), step[1]),)

    def view(self, state: Underway) -> View:
        """Under way until it is done."""
        status = {"not begun": Status.UNKNOWN, "waits": Status.RUNNING, "done": Status.SUCCEEDED}
        return View(status[state.phase])

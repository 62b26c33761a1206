"""A queue of tasks: whoever takes one has it until he acknowledges it, or until it shows again.

A task that is taken is hidden, and may show again at any moment (its visibility time-out, a timer
of the queue) until it is acknowledged: then two have it. After ``most`` deliveries it is set aside,
as a dead letter. The names are those of Amazon SQS.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from wfmodel.designs.messages import (
    Action,
    ClearTimer,
    Event,
    Received,
    Send,
    SetTimer,
    TimerFired,
)
from wfmodel.designs.state import Status, View


@dataclass(frozen=True, slots=True)
class AddTask:
    """One task more."""

    task: str

    def __str__(self) -> str:
        return f"new task {self.task}"


@dataclass(frozen=True, slots=True)
class Take:
    """Ask for a task; the answer, once there is one, is ``Taken``."""

    who: str

    def __str__(self) -> str:
        return f"{self.who} asks for a task"


@dataclass(frozen=True, slots=True)
class Taken:
    """A task, and the receipt of this delivery."""

    task: str
    receipt: int

    def __str__(self) -> str:
        return f"{self.task}, receipt {self.receipt}"


@dataclass(frozen=True, slots=True)
class FinishTask:
    """The task of a delivery is done with; once it has shown again, this changes nothing."""

    receipt: int

    def __str__(self) -> str:
        return f"finished, receipt {self.receipt}"


@dataclass(frozen=True)
class Tasks:
    """(task, deliveries so far) that are there; (receipt, task, deliveries) that are hidden."""

    ready: tuple[tuple[str, int], ...] = ()
    hidden: tuple[tuple[int, str, int], ...] = ()
    dead: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    receipts: int = 0

    def __str__(self) -> str:
        ready = [f"{task} ready (delivered {times} times)" for task, times in self.ready]
        hidden = [f"{task} hidden (receipt {n})" for n, task, _ in self.hidden]
        rest = [*(f"{task} dead" for task in self.dead), *(f"{who} waits" for who in self.waiting)]
        return ", ".join((*ready, *hidden, *rest)) or "empty"


@dataclass(frozen=True)
class TaskQueue:
    """Tasks that are there at first; ``shows_again``: whether a task that is taken can."""

    tasks: tuple[str, ...] = ()
    most: int = 2
    shows_again: bool = True

    @property
    def initial(self) -> Tasks:
        """All are there."""
        return Tasks(tuple((task, 0) for task in self.tasks))

    def react(self, state: Tasks, event: Event) -> tuple[Tasks, tuple[Action, ...]]:
        """Keep, hand out, forget, show again."""
        match event:
            case Received(AddTask(task)):
                return self._handed_out(replace(state, ready=(*state.ready, (task, 0))))
            case Received(Take(who)):
                return self._handed_out(replace(state, waiting=(*state.waiting, who)))
            case Received(FinishTask(receipt)):
                left = tuple(each for each in state.hidden if each[0] != receipt)
                return replace(state, hidden=left), (ClearTimer(_shows(receipt)),)
            case TimerFired(("shows again", receipt)):
                [(_, task, times)] = [each for each in state.hidden if each[0] == receipt]
                left = tuple(each for each in state.hidden if each[0] != receipt)
                state = replace(state, hidden=left)
                if times >= self.most:
                    return replace(state, dead=(*state.dead, task)), ()
                return self._handed_out(replace(state, ready=(*state.ready, (task, times))))
        return state, ()

    def _handed_out(self, state: Tasks) -> tuple[Tasks, tuple[Action, ...]]:
        if not (state.ready and state.waiting):
            return state, ()
        (task, times), who, receipt = state.ready[0], state.waiting[0], state.receipts + 1
        after = replace(
            state,
            ready=state.ready[1:],
            waiting=state.waiting[1:],
            hidden=(*state.hidden, (receipt, task, times + 1)),
            receipts=receipt,
        )
        answer: Any = Taken(task, receipt)
        timer = (SetTimer(_shows(receipt)),) if self.shows_again else ()
        return after, (*timer, Send((who,), answer))

    def view(self, state: Tasks) -> View:
        """Under way as long as it has a task that is not done with."""
        return View(Status.RUNNING if state.ready or state.hidden else Status.UNKNOWN)


def _shows(receipt: int) -> Any:  # noqa: ANN401 - a timer of one's own is any value
    return ("shows again", receipt)

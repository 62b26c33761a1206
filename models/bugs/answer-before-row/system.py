"""A saga asks before its row is stored; the answer finds no row, and is skipped."""

from dataclasses import dataclass

from wfmodel.designs import own_system
from wfmodel.designs.messages import Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import Status, View


@dataclass(frozen=True)
class Saga:
    initial: str = "not begun"

    def react(self, state, event):
        match state, event:
            case "not begun", TimerFired("begin"):
                return "no row yet", (Send(("bank",), "charge"), SetTimer("stored"))
            case "no row yet", TimerFired("stored"):
                return "waits for the answer", ()
            case "waits for the answer", Received("charged"):
                return "done", ()
        return state, ()

    def view(self, state):
        return View(Status.RUNNING if state == "waits for the answer" else Status.UNKNOWN)


class SagaThatKeeps(Saga):
    def takes(self, state, message):
        return state == "waits for the answer"


class Bank(Saga):
    def react(self, state, event):
        return "charged", (Send(("saga",), "charged"),)


def asking(saga):
    opening = {"saga": (SetTimer("begin"),)}
    return own_system("asking", {"saga": saga, "bank": Bank()}, opening=opening)


bug, fixed = asking(Saga()), asking(SagaThatKeeps())

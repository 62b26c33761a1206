"""A worker takes an activity out of the queue at once, and dies: nobody hands it out again."""

from dataclasses import dataclass

from wfmodel.designs import own_system
from wfmodel.designs.building_blocks import Apply, EffectLedger, FinishTask, Take, Taken, TaskQueue
from wfmodel.designs.messages import ClearTimer, Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import View


@dataclass(frozen=True)
class Worker:
    me: str
    early: bool
    initial: object = "idle"

    def react(self, state, event):
        match event:
            case TimerFired("dies"):
                return "dead", (ClearTimer("works"),)
            case TimerFired("begins") if state == "idle":
                return "asks", (Send(("queue",), Take(self.me)),)
            case Received(Taken(_, receipt)) if state == "asks":
                finished = (Send(("queue",), FinishTask(receipt)),) if self.early else ()
                return receipt, (SetTimer("works"), *finished)
            case TimerFired("works"):
                did = Send(("outside",), Apply("activity", self.me))
                return "done", (did, Send(("queue",), FinishTask(state)))
        return state, ()

    def view(self, state):
        return View()


def activities(early):
    parts = {"queue": TaskQueue(("activity",)), "outside": EffectLedger()}
    opening = {"one": (SetTimer("begins"), SetTimer("dies")), "two": (SetTimer("begins"),)}
    parts |= {me: Worker(me, early) for me in opening}
    return own_system("activities", parts, opening=opening)


bug, fixed = activities(early=True), activities(early=False)

"""New code meets the history that old code wrote: the replay fails, and is tried again for ever."""

from dataclasses import dataclass

from wfmodel.designs import own_system
from wfmodel.designs.messages import SetTimer, TimerFired
from wfmodel.designs.state import Status, View

CODE = {"v1": ("charge", "ship"), "v2": ("check", "charge", "ship")}


@dataclass(frozen=True)
class Worker:
    patched: bool
    initial: tuple = ("v1", "v1", ())

    def react(self, state, event):
        deployed, begun, history = state
        code = CODE[begun if self.patched else deployed]
        match event:
            case TimerFired("deploy"):
                return ("v2", begun, history), ()
            case TimerFired("task") if history and history[-1] == "fails":
                return (deployed, begun, history[:-1]), (SetTimer("task"),)
            case TimerFired("task") if code[: len(history)] != history:
                return (deployed, begun, (*history, "fails")), (SetTimer("task"),)
            case TimerFired("task") if history != code:
                return (deployed, begun, code[: len(history) + 1]), (SetTimer("task"),)
        return state, ()

    def view(self, state):
        return View(Status.SUCCEEDED if state[2][-1:] == ("ship",) else Status.RUNNING)


def replay(patched):
    opening = {"worker": (SetTimer("task"), SetTimer("deploy"))}
    return own_system("replay", {"worker": Worker(patched)}, opening=opening)


bug, fixed = replay(patched=False), replay(patched=True)

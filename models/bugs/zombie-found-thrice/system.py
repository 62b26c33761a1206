"""A zombie task is reported at each look until somebody handles it: one death eats every retry."""

from dataclasses import dataclass

from wfmodel.designs import own_system
from wfmodel.designs.messages import Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import View


@dataclass(frozen=True)
class Scheduler:
    once_a_try: bool
    initial: tuple = (1, 0)

    def react(self, state, event):
        tries, looks = state
        match event:
            case TimerFired("look") if looks < 3 and tries == 1:  # the first try is dead
                report = Send(("handler",), ("zombie", tries))
                return (tries, looks + 1), (report, SetTimer("look"))
            case Received(("failed", of)) if of == tries or not self.once_a_try:
                return (tries + 1, looks), ()
        return state, ()

    def view(self, state):
        return View()


class Handler(Scheduler):
    def react(self, state, event):
        return state, (Send(("scheduler",), ("failed", event.message[1])),)


def detection(once_a_try):
    machines = {"scheduler": Scheduler(once_a_try), "handler": Handler(once_a_try)}
    return own_system("zombies", machines, opening={"scheduler": (SetTimer("look"),)})


bug, fixed = detection(once_a_try=False), detection(once_a_try=True)

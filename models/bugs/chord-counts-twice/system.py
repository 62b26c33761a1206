"""A chord's body runs when as many results came as the header has tasks, whoever sent them."""

from dataclasses import dataclass

from wfmodel.designs import own_system
from wfmodel.designs.messages import Send, SetTimer
from wfmodel.designs.state import View

HEADER = ("first", "second")


@dataclass(frozen=True)
class Task:
    me: str
    initial: str = "runs"

    def react(self, state, event):
        return "done", (Send(("chord",), self.me),)

    def view(self, state):
        return View()


@dataclass(frozen=True)
class Chord(Task):
    initial: tuple = ()

    def react(self, state, event):
        return (*state, event.message), ()


class ChordOfTasks(Chord):
    def react(self, state, event):
        return (state, ()) if event.message in state else super().react(state, event)


def chord(counts):
    machines = {"chord": counts("chord"), **{name: Task(name) for name in HEADER}}
    return own_system("chord", machines, opening=dict.fromkeys(HEADER, (SetTimer("result"),)))


bug, fixed = chord(Chord), chord(ChordOfTasks)

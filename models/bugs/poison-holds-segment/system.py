"""An event whose handler always fails is tried again for ever: what stands behind it waits."""

from dataclasses import dataclass

from wfmodel.designs import Channel, own_system
from wfmodel.designs.messages import Received, Send, SetTimer
from wfmodel.designs.state import Status, View


@dataclass(frozen=True)
class Segment:
    most: float
    initial: tuple = (0, "idle")

    def takes(self, state, message):
        return state[1] != "backs off"

    def react(self, state, event):
        tries, _ = state
        match event:
            case Received("good"):
                return (tries, "handled good"), ()
            case _ if tries < self.most:  # it fails
                return (min(tries + 1, 3), "backs off"), (SetTimer("again"),)
        return (tries, "set aside poison"), ()

    def view(self, state):
        return View(Status.SUCCEEDED if state[1] == "handled good" else Status.RUNNING)


@dataclass(frozen=True)
class Store(Segment):
    def react(self, state, event):
        return state, (Send(("segment",), "poison"), Send(("segment",), "good"))


def projection(most):
    machines = {"segment": Segment(most), "store": Store(0, (0, "handled good"))}
    opening = {"store": (SetTimer("begin"),)}
    return own_system("projection", machines, opening=opening, channel=Channel.FIFO)


bug, fixed = projection(float("inf")), projection(2)

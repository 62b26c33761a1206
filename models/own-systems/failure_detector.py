"""A failure detector that waits for an answer, and one that is told: what each gets wrong.

One that asks suspects after a time-out, which may be early; and it never learns of a node that is
back in time. One that watches is told of a crash (``PeerGone``), and of nothing else. (After the
properties of Chandra & Toueg, JACM 43(2), 1996: strong accuracy and completeness.)

    wfmodel explore "models/own-systems/failure_detector.py:asking()" --crash 1 --stories
    wfmodel explore "models/own-systems/failure_detector.py:watching()" --crash 1
"""

from __future__ import annotations

from dataclasses import dataclass

from wfmodel.designs import System, own_system
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
from wfmodel.exploration.properties import Never, Observation, Predicate

PATIENCE = "end of patience"


@dataclass(frozen=True)
class Detector:
    """Trusts until it hears that it should not, or hears nothing."""

    initial: str = "waits"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        """What it does next."""
        match event:
            case Received("pong") if state == "waits":
                return "trusts", (ClearTimer(PATIENCE),)
            case TimerFired(_) | Received(PeerGone(_)):
                return "suspects", ()
        return state, ()

    def view(self, state: str) -> View:
        """Whether it still waits for something."""
        return View(Status.RUNNING if state == "waits" else Status.UNKNOWN)


@dataclass(frozen=True)
class Node:
    """Answers."""

    initial: str = "works"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        """What it does next."""
        return state, (Send(("detector",), "pong"),) if event == Received("ping") else ()

    def view(self, state: str) -> View:
        """Whether it still waits for something."""
        return View()


def falsely(seen: Observation) -> bool:
    """Whether it suspects without a reason."""
    has_crashed = seen.budget.crashes < seen.space.budget(0).crashes
    return seen.state("detector") == "suspects" and not has_crashed


ACCURATE = Never(Predicate("a node is suspected that has not crashed", falsely))
COMPLETE = 'leads_to: not node.up => detector.state == "suspects"'


def asking() -> System:
    """It asks, and waits for the answer as long as its patience lasts."""
    return own_system(
        "asking",
        {"detector": Detector(), "node": Node()},
        opening={"detector": (Send(("node",), "ping"), SetTimer(PATIENCE))},
        properties=[ACCURATE, COMPLETE],
    )


def watching() -> System:
    """It asks nobody, and is told."""
    return own_system(
        "watching",
        {"detector": Detector("trusts"), "node": Node()},
        watches={"detector": ("node",)},
        properties=[ACCURATE, COMPLETE],
    )

"""A register of which each server keeps a copy of its own, as Stateright's single-copy-register.

Each client writes to one server, and when that is done reads from the next. With one server the
register is linearizable; with two a client reads that nobody has written yet, although it has.

    wfmodel explore "models/own-systems/single_copy_register.py:register(1)"
    wfmodel explore "models/own-systems/single_copy_register.py:register(2)" --stories
"""

from __future__ import annotations

from dataclasses import dataclass

from wfmodel.designs import System, own_system
from wfmodel.designs.messages import Action, Event, Received, Send
from wfmodel.designs.state import Status, View
from wfmodel.exploration.properties import Never, Observation, Predicate

NOTHING = "nothing"


@dataclass(frozen=True)
class Server:
    """Keeps what was written last."""

    initial: str = NOTHING

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        """What it does next."""
        match event:
            case Received(("put", client, value)):
                return value, (Send((client,), "put ok"),)
            case Received(("get", client)):
                return state, (Send((client,), ("got", state)),)
        return state, ()

    def view(self, state: str) -> View:
        """Whether it still waits for something."""
        return View()


@dataclass(frozen=True)
class Client:
    """Has asked for a write, and reads from ``next_server`` when that is done."""

    me: str
    next_server: str
    initial: str = "writes"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        """What it does next."""
        match event:
            case Received("put ok"):
                return "reads", (Send((self.next_server,), ("get", self.me)),)
            case Received(("got", value)):
                return f"read {value}", ()
        return state, ()

    def view(self, state: str) -> View:
        """Whether it still waits for something."""
        return View(Status.RUNNING if state in ("writes", "reads") else Status.SUCCEEDED)


def write_is_lost(seen: Observation) -> bool:
    """Whether a client has read as if it had not written."""
    return any(seen.state(name) == f"read {NOTHING}" for name in seen.participants)


def register(servers: int = 1, clients: int = 2) -> System:
    """So many servers, each with a copy, and so many clients."""
    stores = [f"server{n}" for n in range(servers)]
    names = [f"client{n}" for n in range(clients)]
    users = {
        name: Client(name, stores[(servers + place + 1) % servers])
        for place, name in enumerate(names)
    }
    return own_system(
        "single-copy-register",
        {**{name: Server() for name in stores}, **users},
        opening={
            name: (Send((stores[place % servers],), ("put", name, chr(ord("A") + place))),)
            for place, name in enumerate(names)
        },
        properties=[Never(Predicate("a client reads nothing after its write", write_is_lost))],
    )

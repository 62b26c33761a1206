"""Random Systems of one's own: small machines from tables, that end whatever happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from wfmodel.designs import Fault, Knobs, System, own_system
from wfmodel.designs.messages import (
    Action,
    Event,
    PeerGone,
    Received,
    Restarted,
    Send,
    SetTimer,
    Start,
    TimerFired,
)
from wfmodel.designs.state import View
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.simulation import Arrivals, Setting

MS = 1_000_000
NAMES = ("ann", "bob", "carl")
MESSAGES = ("x", "y", "z")
TIMER: Any = "go"
LAST = 3
"""The highest state. A reaction that does anything leads to a higher one, so there are few."""

KNOBS = (
    Knobs(),
    Knobs(commit=Exponential(30 * MS)),
    Knobs(persistence="memory"),
    Knobs(persistence="log", flush_interval=100 * MS),
    Knobs(delivery="at-most-once"),
    Knobs(delivery="at-most-once", persistence="memory"),
    Knobs(publishing="dual-write", publish=Exponential(20 * MS)),
    Knobs(publishing="dual-write", dual_write_order="publish-first"),
    Knobs(acknowledge="on-receipt"),
    Knobs(redelivery_timeout=50 * MS, commit=Exponential(40 * MS)),
    Knobs(custody="link"),
)


@dataclass(frozen=True)
class Tabled:
    """``steps``: (state, word of an event) to the next state and what is sent, and to whom."""

    steps: dict[tuple[int, str], tuple[int, tuple[tuple[str, str], ...]]]
    initial: int = 0

    def react(self, state: int, event: Event) -> tuple[int, tuple[Action, ...]]:
        if event == Restarted():
            return state, (SetTimer(TIMER),) if state == 0 else ()
        after, sent = self.steps.get((state, word_of(event)), (state, ()))
        sends: list[Any] = [Send((to,), message) for to, message in sent]  # type: ignore[arg-type]
        return after, tuple(sends)

    def view(self, state: int) -> View:
        return View()


@dataclass(frozen=True)
class Choosy(Tabled):
    """Takes nothing of what it leaves in a state."""

    leaves: frozenset[tuple[int, str]] = frozenset()

    def takes(self, state: int, message: Any) -> bool:
        return (state, word_of(Received(message))) not in self.leaves


def word_of(event: Any) -> str:
    match event:
        case Received(PeerGone(who)):
            return f"gone: {who}"
        case Received(Start()):
            return "start"
        case Received(str(message)):
            return message
        case TimerFired(_):
            return "timer"
    raise AssertionError(event)


@st.composite
def machines(draw: st.DrawFn, names: tuple[str, ...]) -> Tabled:
    words = ("timer", "start", *MESSAGES, *(f"gone: {name}" for name in names))
    keys = st.tuples(st.integers(0, LAST - 1), st.sampled_from(words))
    post = st.tuples(st.sampled_from(names), st.sampled_from(MESSAGES))
    steps = {
        (state, word): (draw(st.integers(state + 1, LAST)), tuple(draw(st.lists(post, max_size=2))))
        for state, word in draw(st.lists(keys, min_size=2, max_size=8, unique=True))
    }
    if draw(st.booleans()):
        return Tabled(steps)
    left = st.tuples(st.integers(0, LAST), st.sampled_from(words[1:]))
    return Choosy(steps, leaves=frozenset(draw(st.lists(left, max_size=5))))


@st.composite
def own_systems(draw: st.DrawFn, knobs: tuple[Knobs, ...] = KNOBS) -> System:
    names = NAMES[: draw(st.integers(2, 3))]
    some = st.lists(st.sampled_from(names), unique=True)
    message: Any = st.sampled_from(MESSAGES)
    opening: dict[str, tuple[Any, ...]] = {
        name: (SetTimer(TIMER), Send((draw(st.sampled_from(names)),), draw(message)))
        for name in draw(some)
    }
    return own_system(
        "tabled",
        {name: draw(machines(names)) for name in names},
        channel=draw(st.sampled_from(["multiset", "fifo", "queue", "set"])),
        knobs=draw(st.sampled_from(knobs)),
        opening=opening,
        start=tuple(draw(some)),
        atomic=draw(st.booleans()),
        lasts={TIMER: Exponential(80 * MS)},
        watches={name: tuple(draw(some)) for name in draw(some)},
    )


@st.composite
def own_settings(draw: st.DrawFn, system: System, *, faults: bool = True) -> Setting:
    """Surroundings; with ``faults`` crashes, and messages lost, doubled or late."""
    whom, times = st.sampled_from(system.participants), st.integers(0, 400)
    struck: list[Fault] = []
    for kind in draw(st.lists(st.sampled_from(["crash", "crash", "pause"]), max_size=3)):
        lasts = Constant(draw(st.integers(1, 300)) * MS)
        struck.append(Fault(kind=kind, target=draw(whom), at=(draw(times) * MS,), lasts=lasts))
    for kind in draw(st.lists(st.sampled_from(["loss", "duplication", "delay"]), max_size=2)):
        odds: dict[str, Any] = {"probability": 0.4, "lasts": Constant(300 * MS)}
        late = {"delay": Exponential(60 * MS)} if kind == "delay" else {}
        struck.append(Fault(kind=kind, target=draw(whom), at=(0,), **odds, **late))
    arriving = sorted(time * MS for time in draw(st.lists(times, min_size=1, max_size=2)))
    return Setting(
        arrivals=Arrivals(at=tuple(arriving)),
        horizon=1000 * MS,
        convergence=3600 * 1000 * MS,
        network=Exponential(20 * MS),
        faults=tuple(struck) if faults else (),
    )

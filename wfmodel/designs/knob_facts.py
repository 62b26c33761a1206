"""What is to be known of one knob besides its type and default, and reasons that several share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.knobs import Knobs, Persistence, Publishing
from wfmodel.designs.system import System

CHOICE: Final = "a choice of the team, not a measurement"
GRID: Final = "on a fixed grid of times"
WAITS: Final = ": instances would wait for each other"


@dataclass(frozen=True, slots=True)
class Trial:
    """What a comparison tries of a knob, to see whether its answer hangs on it."""

    place: int
    """Among all that is tried, in the order in which it is told."""
    values: Mapping[Any, str]
    """Values with their words (``{}``: the value itself). The first that is not there is tried; a
    function makes it from what is there."""
    puts_back: tuple[str, ...] = ()
    """Knobs that have a meaning beside one of the values only: they get their default."""


@dataclass(frozen=True, slots=True)
class KnobFacts:
    """What is to be known of one knob."""

    what: str
    """Its meaning, in a few words."""
    source: str
    """Of its default."""
    page: str
    """What it does, and where a number comes from: its row of docs/faults-and-knobs.md."""
    values: str = ""
    """Its values there, the default first; empty: as its default says."""
    untimed: bool = False
    """It matters where there is no time; a watchdog's length only says that there is one."""
    counts: bool = False
    """Its whole number is no duration."""
    drawn: tuple[object, ...] | None = None
    """Values of random worlds, the default as often as it stands there; None: all of a choice, and
    only the default of a number."""
    no_chain: Callable[[System], str] = lambda _: ""
    """Why a Markov chain cannot say what comes of it, with its place; empty: it can."""
    exported: bool = True
    """Promela and TLA+ know it."""
    idle: Callable[[Knobs], str] = lambda _: ""
    """Why it does nothing beside the other knobs; empty: it does something."""
    tried: Trial | None = None
    """None: no answer is likely to hang on it."""
    dial: tuple[int, str] | None = None
    """Of a duration that is worth turning by hand: its place among the dials, and its title."""


def a_tenth(duration_ns: int) -> int:
    """A tenth of a duration, which stays one."""
    return max(1, duration_ns // 10)


def refused(name: str, why: str) -> Callable[[System], str]:
    """No chain as soon as it is set at all."""
    return lambda system: f"knobs.{name}{why}" if getattr(system.knobs, name) else ""


def only_usual(name: str) -> Callable[[System], str]:
    """No chain but with its default."""

    def why(system: System) -> str:
        value = getattr(system.knobs, name)
        is_usual = value == getattr(Knobs(), name)
        return "" if is_usual else f"knobs.{name}: {value} is only simulated and explored"

    return why


def no_log(system: System) -> str:
    """No chain with a log."""
    log = CommitPolicy.of(system.knobs).log
    return f"knobs.persistence: a log is flushed {GRID}" if log else ""


def no_replay(system: System) -> str:
    """No chain where a replay takes time."""
    if CommitPolicy.of(system.knobs).replays and system.knobs.replay:
        return "knobs.replay depends on other instances: set it to 0s"
    return ""


def no_replicas(system: System) -> str:
    """No chain where several processes play a participant."""
    knobs, services = system.knobs, system.services
    if any(knobs.replicas_of(name, services) > 1 for name in system.participants):
        return "knobs.replicas: which replica takes what depends on the load"
    return ""


def never_again(knobs: Knobs) -> str:
    """Idle where no message comes again."""
    again = CommitPolicy.of(knobs).at_least_once
    return "" if again else "nothing is delivered again (delivery: at-most-once)"


def only_with(*kinds: Persistence) -> Callable[[Knobs], str]:
    """Idle with any other store."""
    return lambda k: "" if k.persistence in kinds else f"persistence is {k.persistence.value}"


def without_outbox(knobs: Knobs) -> str:
    """Idle where messages do not leave with a commit."""
    if CommitPolicy.of(knobs).outbox:
        return ""
    dual = knobs.publishing is Publishing.DUAL_WRITE
    why = "publishing: dual-write" if dual else f"persistence: {knobs.persistence}"
    return f"there is no outbox ({why})"

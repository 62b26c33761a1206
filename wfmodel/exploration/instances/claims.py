"""What is claimed of several instances at once: at most so many of them, at the same time.

    at_most: 1 lost
    at_most: 1 where payment.steps.charge == "running"

The first is about how instances end, once all of them have; the second about any moment, of the
instances for which the expression holds then. ``at_most: 0`` says that it happens to none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final

from wfmodel.designs.anomalies import CLEAN, Terminal
from wfmodel.designs.system import System
from wfmodel.exploration.instances.bounds import own_words
from wfmodel.exploration.instances.lives import Lives
from wfmodel.exploration.instances.mixing import largest, run_of
from wfmodel.exploration.instances.run import JointRun
from wfmodel.exploration.properties.answer import (
    Answer,
    Bounds,
    Holds,
    Trace,
    Undecided,
    Violated,
)
from wfmodel.exploration.properties.expressions import predicate
from wfmodel.exploration.properties.observation import Observation, Predicate
from wfmodel.model.guards import parse_guard, paths_of
from wfmodel.model.names import nearest

AT_MOST: Final = "at_most"

STANDARD_TOGETHER: Final = tuple(
    f"{AT_MOST}: 0 {terminal.value}" for terminal in Terminal if terminal not in CLEAN
)
"""Asked of several instances instead of ``never_ends``: the same, and how many at once."""


@dataclass(frozen=True)
class Found:
    """An answer, the largest number of instances at once, and a shortest run to that."""

    answer: Answer
    count: int
    run: JointRun | None


@dataclass(frozen=True)
class AtMost:
    """At most ``most`` instances end in a way, or are somewhere at once.

    Cannot see: instances that share data, or that a participant serves in turn; in ``where``, what
    lies between two steps that ``Moves`` takes as one.
    """

    most: int
    what: Terminal | Predicate

    @property
    def title(self) -> str:
        """What is claimed."""
        what = self.what
        words = f"instance {what}" if isinstance(what, Terminal) else f"instance where {what.words}"
        return f"no {words}" if not self.most else f"at most {self.most} {words}"

    def decide(self, lives: Lives, instances: int) -> Found:
        """The answer for so many instances."""
        limits = bounds_of(lives, instances)
        every = range(len(lives))
        others = every if isinstance(self.what, Predicate) else lives.ends
        mix = largest(lives, instances, filter(partial(self._hit, lives), others), others)
        run = None if mix is None else run_of(lives, mix)
        count = 0 if mix is None else mix.hit
        steps = None if run is None else tuple(step for _, step in run.steps)
        trace = None if steps is None else Trace(tuple(range(len(steps) + 1)), steps)
        note = f"{count} of {instances} at once"
        answer: Answer
        if count > self.most and trace is not None:
            note = note if lives.complete else f"at least {note}"
            answer = Violated(self.title, limits, trace, note)
        elif not lives.complete:
            answer = Undecided(self.title, limits, f"the search stopped: {lives.stopped}")
        else:
            answer = Holds(
                self.title, limits, trace, note if trace else "never are all of them at their end"
            )
        return Found(answer, count, run)

    def _hit(self, lives: Lives, number: int) -> bool:
        if isinstance(self.what, Terminal):
            return self.what in lives.ends_as(number)
        return self.what(Observation(lives, number))


def bounds_of(lives: Lives, instances: int) -> Bounds:
    """What was searched of one instance to know about so many."""
    own = own_words(lives.own_bounds)
    timelines = len(lives.living.timelines.values)
    plural = "timeline" if timelines == 1 else "timelines"
    words = f"{instances} instances, {timelines:,} {plural} of their processes"
    return Bounds(
        lives.budget_of_all,
        lives.laps,
        len(lives),
        lives.engine.transitions,
        lives.cut,
        lives.stopped,
        f"{words}; {own}" if own else words,
    )


def parse_at_most(text: str, system: System) -> AtMost:
    """The claim that a text says: ``N END`` or ``N where EXPRESSION``.

    Raises:
        ValueError: it says none; what is wrong is named.
    """
    number, _, rest = text.strip().partition(" ")
    if not number.isdigit() or not rest.strip():
        raise ValueError(f"{AT_MOST} needs a number and an end, or 'where'; got {text!r}")
    first, _, condition = rest.strip().partition(" ")
    if first == "where":
        if any(path[0] == "left" for path in paths_of(parse_guard(condition))):
            raise ValueError("the faults that are left belong to all instances, not to one")
        return AtMost(int(number), predicate(condition, system))
    known = [terminal.value for terminal in Terminal]
    if rest.strip() not in known:
        likely = nearest(rest.strip(), known)
        meant = f"; did you mean {likely!r}?" if likely else ""
        raise ValueError(f"unknown end {rest.strip()!r}{meant} (ends: {', '.join(known)})")
    return AtMost(int(number), Terminal(rest.strip()))


def is_at_most(line: str) -> bool:
    """Whether a claim, as a line, is about several instances."""
    return line.partition(":")[0].strip().replace("-", "_") == AT_MOST


def claim_together(line: str, system: System) -> AtMost:
    """The claim of a line ``at_most: ...``.

    Raises:
        ValueError: it says none; what is wrong is named.
    """
    return parse_at_most(line.partition(":")[2], system)

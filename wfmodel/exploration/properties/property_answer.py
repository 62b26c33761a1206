"""An answer is ``Holds``, ``Violated`` or ``Undecided``, and says within which bounds.

A property that holds comes with a witness: a run in which what it speaks of was met. Without one it
holds vacuously, and the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from wfmodel.designs.system import System
from wfmodel.display import Shown
from wfmodel.model.workflow import Compensation, Task
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.nondeterminism import is_endless, never_succeeds
from wfmodel.semantics.successors import Step
from wfmodel.wording.counting import together


@dataclass(frozen=True, slots=True)
class Bounds:
    """What was searched."""

    budget: FaultBudget
    laps: int
    states: int
    transitions: int
    cut: int
    """Configurations beyond the laps, which were not looked into."""
    stopped: str = ""
    """Why the search ended early; empty where it did not."""
    symmetry: str = ""
    """Who was not told apart from whom; empty where everybody was."""
    assumed: str = ""
    """What else was taken for granted; empty: nothing."""

    likely: int | None = None
    """About how many states there are in all, where a limit was reached; None: no telling."""

    @property
    def complete(self) -> bool:
        """Whether everything within budget and laps was searched."""
        return not self.stopped

    def words(self) -> str:
        """The bounds in one line."""
        spent = self.budget.describe()
        loops = f"loops at most {'once' if self.laps == 1 else f'{self.laps} times'}"
        ended = f"; search stopped: {self.stopped}" if self.stopped else ""
        alike = f"; {self.symmetry}" if self.symmetry else ""
        taken = f"; {self.assumed}" if self.assumed else ""
        return f"{spent}; {loops}{taken}; {self.states:,} states{alike}{ended}"

    def advice(self) -> str:
        """Which limit would probably decide what is undecided; empty where none was reached."""
        which = next((each for each in ("limit", "memory") if self.stopped.startswith(each)), "")
        if not which:
            return ""
        if self.likely is None:
            return (
                "it still grows, with no end in sight: fewer faults, or a part of the workflow,"
                " are more likely to be decided than a larger limit"
            )
        more = f"--limit {_rounded(2 * self.likely)}"
        if which == "memory":
            factor = max(2, -(-2 * self.likely // max(1, self.states)))
            more = f"{factor} times the --memory"
        return (
            f"about {_rounded(self.likely):,} states are likely in all, from how it grows:"
            f" {more} would probably decide it"
        )


def _rounded(number: int) -> int:
    """To two places, upwards: a guess has no more."""
    unit = int(10 ** max(0, len(str(number)) - 2))
    return -(-number // unit) * unit


def taken_for_granted(system: System) -> str:
    """What a search assumes of a system's steps, in words; empty: nothing."""
    states = {node.name: node.state for node in system.flow.nodes}
    endless = [
        name
        for name, state in states.items()
        if isinstance(state, Task | Compensation)
        and is_endless(state.retry)
        and state.failures
        and not never_succeeds(state)
    ]
    if not endless:
        return ""
    verb = "fails" if len(endless) == 1 else "fail"
    who = together(endless) if len(endless) < 3 else f"{len(endless)} steps"
    return f"{who}, tried without end, {verb} at most once"


@dataclass(frozen=True, slots=True)
class Trace:
    """A run: numbers of configurations, and the steps between them.

    ``loop`` is the place in ``numbers`` to which the last configuration returns; None where the run
    just ends. A run with a loop goes on for ever.
    """

    numbers: tuple[int, ...]
    steps: tuple[Step, ...]
    loop: int | None = None

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(frozen=True, slots=True, repr=False)
class Holds(Shown):
    """No run within the bounds breaks it."""

    title: str
    bounds: Bounds
    witness: Trace | None = None
    """A shortest run to what the property speaks of."""
    note: str = ""
    """A figure, or why it holds vacuously."""

    @property
    def vacuous(self) -> bool:
        """Whether what it speaks of was never met."""
        return self.witness is None


@dataclass(frozen=True, slots=True, repr=False)
class Violated(Shown):
    """A shortest run that breaks it."""

    title: str
    bounds: Bounds
    counterexample: Trace
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Undecided(Shown):
    """No run that was seen breaks it, but not all of them were seen."""

    title: str
    bounds: Bounds
    why: str


Answer: TypeAlias = Holds | Violated | Undecided

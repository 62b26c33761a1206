"""An answer is ``Holds``, ``Violated`` or ``Undecided``, and says within which bounds.

A property that holds comes with a witness: a run in which what it speaks of was met. Without one it
holds vacuously, and the answer says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from wfmodel.display import Shown
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.successors import Step


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
        return f"{spent}; {loops}; {self.states:,} states{alike}{ended}"


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

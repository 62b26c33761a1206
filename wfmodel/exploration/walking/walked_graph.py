"""The states that walks have met, and every step from those that they were in.

Steps stand in an order that depends on what they say alone: which numbers a table has given to
messages and states, and so which walk came first, does not show. What costs a fault comes last.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import NamedTuple

from wfmodel.designs.node_trie import NodeTrie
from wfmodel.exploration.packed.expansion import Arc, Expansion
from wfmodel.exploration.scheduling import act_between
from wfmodel.semantics.enabled_steps import content_of
from wfmodel.semantics.numbering import Vector
from wfmodel.semantics.successors import Step, StepKind


class ExpandedState(NamedTuple):
    """What is known of a state that was looked into: (number of the step, target) for each step."""

    arcs: tuple[tuple[int, int], ...]
    free: int
    """How many of them cost nothing: the first ones."""
    cut: bool
    """Beyond the laps."""

    @property
    def is_end(self) -> bool:
        """Whether nothing but another fault can happen."""
        return not self.free and not self.cut


class WalkedGraph:
    """States numbered in the order in which they were met; 0 is the initial one."""

    def __init__(self, expansion: Expansion, first: Vector) -> None:
        self.expansion = expansion
        self.tables = expansion.tables
        self.vectors: list[Vector] = [first]
        self.looked: list[ExpandedState | None] = [None]
        self._numbers: dict[Vector, int] = {first: 0}
        self._told: dict[int, str] = {}

    def __len__(self) -> int:
        """How many states are known."""
        return len(self.vectors)

    def look(self, number: int) -> ExpandedState:
        """The steps from a state."""
        found = self.looked[number]
        if found is None:
            found = self._look(self.vectors[number])
            self.looked[number] = found
        return found

    def _look(self, source: Vector) -> ExpandedState:
        arcs, _, cut = self.expansion.of(source)
        ordered = sorted(arcs, key=lambda arc: self._place(source, arc))
        free = sum(after[-1] == source[-1] for _, after in ordered)
        return ExpandedState(
            tuple((action, self._number(after)) for action, after in ordered), free, cut
        )

    def _number(self, vector: Vector) -> int:
        number = self._numbers.get(vector)
        if number is None:
            number = self._numbers[vector] = len(self.vectors)
            self.vectors.append(vector)
            self.looked.append(None)
        return number

    # ------------------------------------------------------------------------ order of steps

    def _place(self, source: Vector, arc: Arc) -> tuple[bool, int, str]:
        action, after = arc
        step = self.tables.steps.values[action]
        return after[-1] != source[-1], step.participant, self._words(action, step, source, after)

    def _words(self, action: int, step: Step, source: Vector, after: Vector) -> str:
        """A step by what it says. Which event comes from outside is seen from what it changes."""
        tables = self.tables
        if step.kind is StepKind.ANSWER:
            before, then = tables.configuration(source), tables.configuration(after)
            return f"{step.kind} {act_between(tables.table, before, step, then)}"
        found = self._told.get(action)
        if found is None:
            found = self._told[action] = f"{step.kind} {self._content(step)}"
        return found

    def _content(self, step: Step) -> str:
        return "" if step.number < 0 else spelt(content_of(self.tables.table, step))


def spelt(value: object) -> str:
    """A value in writing, the same in every process: what is in a set stands in order."""
    if isinstance(value, frozenset):
        return f"{{{','.join(sorted(spelt(each) for each in value))}}}"
    if isinstance(value, tuple | NodeTrie):
        return f"({','.join(spelt(each) for each in value)})"
    if is_dataclass(value) and not isinstance(value, type):
        parts = ",".join(spelt(getattr(value, each.name)) for each in fields(value))
        return f"{type(value).__name__}({parts})"
    return repr(value)

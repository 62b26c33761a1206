"""Breadth first, every configuration once: the first path to an end of a kind is a shortest one.

Interpreted: the definition, for small spaces and for tests. ``wfmodel explore`` and whatever else
searches large ones runs ``packed.search``, which is held to the same states in the same order.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.model import load_workflow
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> found = explore(orchestrate(order), FaultBudget())
>>> found.states, {str(end): count for end, count in found.verdicts.items()}
(8224, {'compensated': 244, 'committed': 180})

What it cannot see: beyond the budget; loops gone round more than ``laps`` times (their
configurations are counted as ``cut``); time (anything that is set may fire at any moment, in any
order); other instances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import backup_words
from wfmodel.display import Tabular
from wfmodel.exploration.state_space import InterpretedSpace, Progress, StateSpace, resting
from wfmodel.exploration.terminal_states import Path, ends_of
from wfmodel.semantics.enabled_steps import ABOUT_BACKUPS, content_of
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything, Resolution
from wfmodel.semantics.outcome_monitor import Ending, Verdict, ending_of
from wfmodel.semantics.successors import Step, Successors


@dataclass(frozen=True, repr=False)
class Exploration(Tabular):
    """What was found. ``verdicts`` counts ends, at which nothing but another fault can happen."""

    states: int
    transitions: int
    verdicts: Mapping[Verdict, int]
    endings: frozenset[Ending]
    trapped: int
    """Configurations from which no resting one can be reached, whatever happens: livelocks."""
    cut: int
    """Configurations beyond ``laps``, which were not looked into."""
    complete: bool
    """Whether the search ended before its limit."""
    traces: Mapping[Verdict, tuple[str, ...]] = field(repr=False)
    """A shortest path to each verdict, a line per step."""
    anomalies: Mapping[Anomaly, tuple[str, ...]] = field(repr=False)
    """The same for each single anomaly: an end can show several, and has one verdict."""

    def trace(self, verdict: Verdict) -> tuple[str, ...]:
        """The shortest path to a verdict.

        Raises:
            KeyError: it was not reached.
        """
        return self.traces[verdict]


def explore(
    system: System,
    budget: FaultBudget | None = None,
    *,
    limit: int = 100_000,
    laps: int = 1,
    resolution: Resolution | None = None,
    table: Table | None = None,
) -> Exploration:
    """Every configuration that one instance can reach while the budget lasts.

    ``limit`` bounds the configurations looked into; ``laps`` how often a loop is gone round.
    ``table`` lets explorations of one system share what they have tabulated.
    """
    space = search(system, budget, limit=limit, laps=laps, resolution=resolution, table=table)
    return _result(space)


def search(
    system: System,
    budget: FaultBudget | None = None,
    *,
    limit: int = 100_000,
    laps: int = 1,
    resolution: Resolution | None = None,
    table: Table | None = None,
    progress: Progress | None = None,
    symmetry: bool = True,
) -> InterpretedSpace:
    """The state space that ``explore`` sums up; a ``KeyboardInterrupt`` leaves what is there.

    ``symmetry=False`` tells interchangeable participants apart.

    Raises:
        NotInterchangeable: participants are declared interchangeable and are not.
    """
    table = table or Table(system)
    budget = budget or FaultBudget()
    semantics = InstanceRules.under(table, budget)
    successors = Successors(semantics, resolution or Anything())
    space = InterpretedSpace(successors, budget, limit=limit, laps=laps, symmetry=symmetry)
    space.run(progress)
    return space


def _result(space: InterpretedSpace) -> Exploration:
    ends = ends_of(space)
    still = resting(space)
    words = {anomaly: _lines(space, path) for anomaly, path in ends.anomalies.items()}
    return Exploration(
        space.looked_into,
        sum(len(space.successors(number)) for number in range(len(space))),
        ends.classes,
        frozenset(ending_of(space.table, space.configuration(number)) for number in still),
        _trapped(space, still) if space.complete else 0,
        len(space.cut),
        space.complete,
        {verdict: _lines(space, path) for verdict, path in ends.paths.items()},
        words,
    )


def _trapped(space: InterpretedSpace, ends: list[int]) -> int:
    before: list[list[int]] = [[] for _ in range(len(space))]
    for number in range(len(space)):
        for _, target in space.successors(number):
            before[target].append(number)
    reached = {*ends, *space.cut}
    stack = list(reached)
    while stack:
        fresh = [n for n in before[stack.pop()] if n not in reached]
        reached.update(fresh)
        stack.extend(fresh)
    return len(space) - len(reached)


def _lines(space: StateSpace, path: Path) -> tuple[str, ...]:
    return tuple(_words(space.table, step) for step, _ in path)


def _words(table: Table, step: Step) -> str:
    who = table.names[step.participant]
    if step.number < 0:
        return f"{who} {step.kind}"
    if step.kind in ABOUT_BACKUPS:
        return f"{who} {step.kind}, {backup_words(step.number)}"
    return f"{who} {step.kind} {content_of(table, step)}"

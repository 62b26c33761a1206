"""What can happen to a variant at all: exploration under small budgets of the scenario's faults.

Which kinds of faults a scenario has says what is tried: none, one of each kind alone, two of each,
then one of every kind together. Each search is bounded by configurations, never by time, so the
answer is the same on any machine; a search that was cut short proves nothing impossible.

What it cannot see: more faults than the budgets, loops gone round more than ``LAPS`` times, and
livelocks; and probability, which is the other column's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from wfmodel.designs import System, Table
from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.fault_costs import COSTS
from wfmodel.designs.fault_facts import LATE, STOPPING
from wfmodel.designs.faults import FACTS, Fault, FaultKind, FaultScope, of_scope
from wfmodel.experiments.scenario import Scenario
from wfmodel.exploration import FaultBudget, Spent, ends_of
from wfmodel.exploration.fault_accounting import is_part
from wfmodel.exploration.packed import PackedSpace, search
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import INTERRUPTED, StateSpace
from wfmodel.exploration.stories import story_of
from wfmodel.semantics.enabled_steps import has_detectors

MOST_STATES: Final = 500_000
"""Configurations that one search looks into."""

LAPS: Final = 1

LOSING: Final = (STOPPING - set(of_scope(FaultScope.STORE))) | {FaultKind.LOSS}
"""Kinds under which a message that is delivered at most once can be lost."""


class ReachAnswer(StrEnum):
    """What exploration says of an anomaly."""

    POSSIBLE = "possible"
    IMPOSSIBLE = "impossible"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Searched:
    """One search: its budget, how many configurations it looked into, and whether that was all."""

    budget: FaultBudget
    states: int
    complete: bool


@dataclass(frozen=True, slots=True)
class ShortestRun:
    """A shortest way to an anomaly, with the smallest budget that leads there, a line per step."""

    budget: FaultBudget
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Possibility:
    """What can happen to one variant."""

    variant: str
    searches: tuple[Searched, ...]
    stories: Mapping[Anomaly, ShortestRun] = field(repr=False)

    def answer(self, anomaly: Anomaly) -> ReachAnswer:
        """What is known of one anomaly. It is undecided if not even single faults were looked at
        to the end.
        """
        if anomaly in self.stories:
            return ReachAnswer.POSSIBLE
        cut = [each for each in self.cut() if sum(getattr(each, kind) for kind in COSTS) <= 1]
        return ReachAnswer.UNDECIDED if cut else ReachAnswer.IMPOSSIBLE

    def complete(self) -> tuple[FaultBudget, ...]:
        """Budgets under which everything was looked at, without those that another contains."""
        done = [each.budget for each in self.searches if each.complete]
        return tuple(
            each
            for each in done
            if not any(each != other and is_part(each, other) for other in done)
        )

    def cut(self) -> tuple[FaultBudget, ...]:
        """Budgets whose search was cut short."""
        return tuple(each.budget for each in self.searches if not each.complete)

    def rules_out(self, anomaly: Anomaly, met: Spent) -> Searched | None:
        """The search that declares impossible what an instance showed after these faults."""
        if anomaly in self.stories:
            return None
        for each in self.searches:
            if each.complete and met.is_within(each.budget, laps=LAPS):
                return each
        return None


def budget_words(budget: FaultBudget) -> str:
    """``1 crash, 2 lost messages``; ``no fault`` for none."""
    parts = [
        f"{count} {cost.told[count != 1]}"
        for kind, cost in COSTS.items()
        if (count := getattr(budget, kind))
    ]
    return ", ".join(parts) or "no fault"


def budgets(scenario: Scenario, system: System) -> tuple[FaultBudget, ...]:
    """What is tried for a scenario, from little to much; the smaller ones say what it takes."""
    kinds = tuple(dict.fromkeys(_kinds(scenario.setting.faults, system)))
    singles = [_of_each((kind,), 1) for kind in kinds]
    doubles = [_of_each((kind,), 2) for kind in kinds]
    together = _of_each(kinds, 1)
    return tuple(dict.fromkeys((FaultBudget(), *singles, together, *doubles)))


def _of_each(kinds: tuple[str, ...], count: int) -> FaultBudget:
    totals: dict[str, Any] = dict.fromkeys(kinds, count)
    return FaultBudget(**totals)


def _kinds(faults: tuple[Fault, ...], system: System) -> Iterator[str]:
    """Fields of a budget that such faults spend in such a system."""
    kinds = {fault.kind for fault in faults}
    costs = {cost for kind in kinds for cost in FACTS[kind].costs}
    if CommitPolicy.of(system.knobs).at_least_once:
        costs.discard("losses")
        costs |= {"duplicates"} if kinds & LATE else set()
    elif kinds & LOSING:
        costs.add("losses")
    if has_detectors(system):
        costs.add("timeouts")
    return (kind for kind in COSTS if kind in costs)


def possibility(
    name: str,
    system: System,
    tried: tuple[FaultBudget, ...],
    *,
    most_states: int = MOST_STATES,
) -> Possibility:
    """Explore a system under each budget in turn, each with at most so many configurations.

    A budget that contains one whose search was cut short is not tried.
    """
    table = Table(system)
    searches: list[Searched] = []
    stories: dict[Anomaly, ShortestRun] = {}
    for budget in tried:
        if any(not each.complete and is_part(each.budget, budget) for each in searches):
            continue
        searched, found = _explore(table, budget, most_states, known=stories)
        searches.append(searched)
        stories |= found
    return Possibility(name, tuple(searches), stories)


def _explore(
    table: Table, budget: FaultBudget, most_states: int, known: Mapping[Anomaly, ShortestRun]
) -> tuple[Searched, dict[Anomaly, ShortestRun]]:
    """One search, and the anomalies that are new; of its states nothing stays in memory."""
    space = space_within(table, budget, most_states)
    stories = {
        anomaly: ShortestRun(budget, tuple(line.text for line in story_of(space, trace)))
        for anomaly, trace in shortest_runs(space)
        if anomaly not in known
    }
    return Searched(budget, space.looked_into, space.complete), stories


def space_within(table: Table, budget: FaultBudget, most_states: int) -> PackedSpace:
    """What can be reached under a budget; an interrupt goes on as one."""
    space = search(table, budget, limit=most_states, laps=LAPS)
    if space.stopped == INTERRUPTED:
        raise KeyboardInterrupt
    return space


def shortest_runs(space: StateSpace) -> Iterator[tuple[Anomaly, Trace]]:
    """Of each anomaly in a space, a shortest run there."""
    for anomaly, path in ends_of(space).anomalies.items():
        yield anomaly, Trace((0, *(number for _, number in path)), tuple(step for step, _ in path))

"""What a process's fault does, by what it finds an instance at: against a walk over one."""

from __future__ import annotations

import pytest

from tests.exploration.instances.test_lives import ends_as
from tests.exploration.test_spin import CRASH, DUAL, MEMORY, system_of
from wfmodel.designs import Table
from wfmodel.designs.anomalies import Terminal
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import search as search_one
from wfmodel.exploration.instances import decide_together, exposures, live
from wfmodel.exploration.properties import AtMost
from wfmodel.exploration.terminal_states import is_end
from wfmodel.semantics.outcome_monitor import Memory, OutcomeMonitor
from wfmodel.semantics.successors import StepKind

pytestmark = pytest.mark.long


FIRST = (StepKind.CRASH, StepKind.PAUSE)


def by_walking(system, budget):
    """(participant, fault, steps at work) to the classes of ends that follow."""
    space = search_one(system, budget)
    observer, names, nodes = OutcomeMonitor(space.table), space.table.names, system.flow.nodes

    def seen(number):
        settled = not space.budget(number).crashes
        return observer.sees(space.configuration(number), settled=settled)

    first = (0, Memory() | seen(0), None)
    todo, met, found = [first], {first}, {}
    while todo:
        number, said, strike = todo.pop()
        if strike is not None and is_end(space, number):
            settled = not space.budget(number).crashes
            ends = ends_as(observer, space.configuration(number), said, settled)
            found.setdefault(strike, set()).update(ends)
        for step, after in space.successors(number):
            then = strike
            if strike is None and step.kind in FIRST:
                cells = space.configuration(number).cells
                work = {nodes[node].name for cell in cells for node, _, _ in cell.work}
                then = (names[step.participant], step.kind, frozenset(work))
            node = (after, said | seen(after), then)
            if node not in met:
                met.add(node)
                todo.append(node)
    return found


@pytest.mark.parametrize("budget", [CRASH, FaultBudget(pauses=1, crashes=1)])
@pytest.mark.parametrize("knobs", [MEMORY, DUAL])
def test_exposures_are_what_a_walk_finds(knobs, budget):
    system = system_of("saga", "choreographed", knobs)
    told = {
        (each.participant, each.fault, frozenset(point)): ends
        for each in exposures(live(Table(system), budget, strikes=True))
        for point, ends in each.points.items()
    }
    assert told == by_walking(system, budget)


def test_an_orchestrator_without_a_store_loses_instances_anywhere_a_service_only_its_own():
    nodes = {"reserve-stock", "quote-delivery", "charge-card", "ship", "notify"}
    orchestrated = system_of("order-fulfilment", "orchestrated", MEMORY)
    known = {e.participant: e for e in exposures(live(Table(orchestrated), CRASH, strikes=True))}
    everywhere = known["orchestrator"]
    assert set(everywhere.at(Terminal.LOST)) == set(everywhere.points)
    assert nodes < {name for point in everywhere.points for name in point}
    choreographed = system_of("order-fulfilment", "choreographed", MEMORY)
    lives = live(Table(choreographed), CRASH, strikes=True)
    known = {e.participant: e for e in exposures(lives)}
    assert [p for p in known["payment"].at(Terminal.LOST) if p] == [("charge-card",)]
    assert [p for p in known["notification"].at(Terminal.LOST) if p] == [("notify",)]
    # told apart or not, the same can happen at once
    claim = AtMost(0, Terminal.LOST)
    plain = live(Table(choreographed), CRASH)
    assert len(lives) > len(plain)
    assert decide_together(claim, lives, 2).count == decide_together(claim, plain, 2).count == 2


def test_without_a_fault_of_a_process_nothing_is_exposed():
    system = system_of("saga", "choreographed", MEMORY)
    assert exposures(live(Table(system), strikes=True)) == ()

"""Instances together: against a naive product, against one instance, with and without names."""

from __future__ import annotations

import os
from dataclasses import replace
from math import comb

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.agreement.worlds import knobs
from tests.designs.workflows import workflows
from tests.exploration.instances import naive
from tests.exploration.test_against_brute_force import BUILD, budgets
from tests.exploration.test_spin import CRASH, LOSS, MEMORY, NONE, ONCE, SMALL, system_of
from tests.exploration.worlds import two_phase_commit
from wfmodel.designs import Acknowledge, Knobs, Table
from wfmodel.designs.knobs import Order
from wfmodel.exploration import FaultBudget, packed
from wfmodel.exploration.exhaustive_search import search as search_one
from wfmodel.exploration.instances import search
from wfmodel.exploration.state_space import resting
from wfmodel.semantics.fault_budget import UNLIMITED
from wfmodel.semantics.nondeterminism import Anything

pytestmark = pytest.mark.long


MOST = 600
"""Joint worlds; the naive explorer needs about a second for so many."""


def contents(space) -> set:
    """What every configuration is, whatever its number: instances in order, and the total."""
    singles = space.singles
    return {
        (
            tuple((singles.config(single), singles.own(single)) for single in space.vector(n)[:-1]),
            space.budget(n),
        )
        for n in range(len(space))
    }


def orbits(nodes: set) -> set:
    """Without regard to who is who."""
    return {(tuple(sorted(singles, key=repr)), left) for singles, left in nodes}


@settings(max_examples=int(os.environ.get("WFMODEL_EXAMPLES", "40")), deadline=None)
@given(st.data())
def test_the_joint_search_finds_what_a_naive_product_finds(data: st.DataObject):
    workflow = data.draw(workflows(states=2, depth=1, timeouts=True), label="workflow")
    chosen: Knobs = data.draw(knobs(), label="knobs")
    chosen = replace(  # all that the naive reading has heard of
        chosen,
        acknowledge=Acknowledge.AFTER_COMMIT,
        tombstones=False,
        replicas={},
        fenced=True,
        order=Order.NONE,
        partitions=None,
        max_deliveries=None,
    )
    design = data.draw(st.sampled_from(sorted(BUILD)), label="design")
    budget: FaultBudget = data.draw(budgets, label="budget")._replace(restores=0)
    bounded = data.draw(st.sampled_from([{}, {}, {"losses": 1}, {"timeouts": 1}, {"failures": 1}]))
    for kind in bounded:
        budget = budget._replace(**{kind: 2})
    system = BUILD[design](workflow, chosen)
    named = search(Table(system), budget, each=bounded, symmetry=False, limit=MOST)
    assume(named.complete)
    worlds = naive.everything(system, budget, Anything(), instances=2, each=bounded, most=2 * MOST)
    assert worlds is not None
    event(f"{len(str(len(worlds)))} digits of worlds, {sum(budget[:6])} faults")
    assert len(worlds) == len(named)
    nameless = search(Table(system), budget, each=bounded)
    assert len({tuple(sorted(each)) for each in worlds}) == len(nameless)


@pytest.mark.parametrize(("model", "design", "knobs", "budget"), SMALL)
def test_one_instance_is_what_the_search_of_one_finds(model, design, knobs, budget):
    system = system_of(model, design, knobs)
    table = Table(system)
    one = packed.search(table, budget, engine=packed.Engine.PLAIN)
    same = search(table, budget, instances=1)
    assert (len(same), same.transitions) == (len(one), one.transitions)
    for number in range(0, len(one), 7):
        assert same.configurations(number) == (one.configuration(number),)
        assert same.budget(number) == one.budget(number)
        steps = [(act.step, target) for act, target in same.successors(number)]
        assert steps == list(one.successors(number))


@pytest.mark.parametrize(
    ("design", "knobs", "budget", "each"),
    [
        ("orchestrated", MEMORY, CRASH, {}),
        ("choreographed", MEMORY, CRASH, {}),
        ("choreographed", Knobs(), FaultBudget(pauses=1), {}),
        ("orchestrated", ONCE, FaultBudget(losses=2), {"losses": 1}),
        ("choreographed", ONCE, FaultBudget(losses=2), {"losses": 1}),
        ("choreographed", ONCE, FaultBudget(crashes=1, losses=1), {}),
    ],
)
def test_a_search_without_names_finds_the_orbits_of_one_with_names(design, knobs, budget, each):
    table = Table(system_of("saga", design, knobs))
    named = search(table, budget, each=each, symmetry=False)
    nameless = search(table, budget, each=each)
    found = contents(named)
    assert found == {((b, a), left) for (a, b), left in found}
    assert orbits(found) == orbits(contents(nameless))
    assert len(orbits(found)) == len(nameless)


@pytest.mark.parametrize("instances", [2, 3])
def test_without_faults_every_combination_is_reached(instances):
    system = system_of("saga", "choreographed", Knobs())
    one = len(search(Table(system), NONE, instances=1, urgent=False))
    named = search(Table(system), NONE, instances=instances, urgent=False, symmetry=False)
    nameless = search(Table(system), NONE, instances=instances, urgent=False)
    # nothing is shared: each of the instances is anywhere, whatever the others do
    assert len(named) == one**instances
    # multisets of so many of them
    assert len(nameless) == comb(one + instances - 1, instances)


def test_a_total_is_shared_and_a_bound_is_not():
    system = system_of("order-fulfilment", "choreographed", ONCE)
    together = search(Table(system), LOSS, urgent=False)
    calm = len(search(Table(system), NONE, instances=1, urgent=False))
    single = search(Table(system), LOSS, instances=1, urgent=False)
    lossy = len(single) - calm
    # nobody has lost a message, or one of the two has, and the other is anywhere without a loss
    assert len(together) == comb(calm + 1, 2) + lossy * calm
    each = search(Table(system), each={"losses": 1}, urgent=False)
    # both may lose one: any two of all that one reaches
    assert len(each) == comb(len(single) + 1, 2)


def test_processes_are_down_or_paused_in_all_instances_or_in_none():
    system = system_of("saga", "choreographed", MEMORY)
    space = search(Table(system), FaultBudget(crashes=1, pauses=1), limit=5_000)
    for number in range(len(space)):
        flags = {
            tuple((cell.down, cell.paused) for cell in config.cells)
            for config in space.configurations(number)
        }
        assert len(flags) == 1


def test_time_outs_at_any_moment_may_be_bounded_in_each_instance():
    system = system_of("saga", "orchestrated", MEMORY)
    free = FaultBudget(timeouts=UNLIMITED)
    bounded = search(Table(system), free, instances=1, each={"timeouts": 1})
    alike = search_one(system, FaultBudget(timeouts=1))
    assert len(bounded) == len(alike)
    assert len(resting(alike)) == sum(not list(bounded.successors(n)) for n in range(len(bounded)))


@pytest.mark.parametrize(
    ("budget", "each", "instances", "says"),
    [
        (CRASH, {"crashes": 1}, 2, "strike every instance"),
        (CRASH, {"crash": 1}, 2, "no fault 'crash'"),
        (CRASH, {"losses": -1}, 2, "at least 0"),
        (CRASH, {}, 0, "at least one instance"),
    ],
)
def test_what_makes_no_sense_is_refused(budget, each, instances, says):
    system = system_of("saga", "orchestrated", MEMORY)
    with pytest.raises(ValueError, match=says):
        search(Table(system), budget, each=each, instances=instances)


def test_a_system_of_ones_own_runs_in_several_instances():
    table = Table(two_phase_commit(2))
    one = packed.search(table, symmetry=False)
    assert len(search(table, instances=1)) == len(one)
    # messages stay where they are and nothing fails: each instance is anywhere
    assert len(search(table, urgent=False)) == comb(len(one) + 1, 2)


def test_limits_stop_a_search_cleanly():
    system = system_of("saga", "orchestrated", Knobs())
    cut = search(Table(system), CRASH, limit=100)
    assert cut.stopped == "limit of 100 states"
    assert not cut.complete
    assert len(list(cut.successors(0))) > 0
    assert list(cut.successors(len(cut) - 1)) == []
    assert cut.is_open(len(cut) - 1)
    full = search(Table(system), CRASH, memory_bytes=1)
    assert full.stopped == "memory limit of 1 bytes"

"""Runs of several instances, told: whose line it is; predicates that see all of them."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.exploration.test_spin import CRASH, MEMORY, ONCE, system_of
from wfmodel.designs import Table, choreograph
from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.state import Status
from wfmodel.designs.trace_script import acts_of_instance, parse_schedule, schedule_text
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.instances import (
    JointPredicate,
    joint_mermaid,
    joint_schedule,
    joint_story,
    joint_story_text,
    never,
    product_view,
    run_to,
    search,
)
from wfmodel.exploration.properties import Holds, Undecided, Violated
from wfmodel.exploration.trace_space import run_space
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final, Task, Workflow

MS = parse_duration("1ms")
SYSTEM = system_of("saga", "choreographed", MEMORY)


def lost(seen) -> bool:
    return seen.verdict is Terminal.LOST


TWO_LOST = JointPredicate("two are lost", lambda seen: seen.count(lost) == 2)


@pytest.fixture(scope="module")
def space():
    return search(Table(SYSTEM), CRASH)


def test_a_run_of_a_search_without_names_keeps_everybodys_name(space):
    named = search(space.table, CRASH, symmetry=False)
    known: dict = {}
    for number in range(len(named)):
        known.setdefault(named.configurations(number), []).append(number)
    for number in range(0, len(space), 97):
        run = run_to(space, number)
        assert sorted(map(repr, run.configs[-1])) == sorted(map(repr, space.configurations(number)))
        assert len(run) == len(space.path_to(number)) - 1
        for (who, step), (before, after) in zip(run.steps, pairwise(run.configs), strict=True):
            moved = {i for i in range(2) if before[i] != after[i]}
            assert who == -1 or moved <= {who}
            assert (who, step, after) in {
                (act.instance, act.step, named.configurations(target))
                for source in known[before]
                for act, target in named.successors(source)
            }


def test_a_crash_is_told_once_and_what_it_does_to_each(space):
    found = never(space, TWO_LOST)
    assert isinstance(found.answer, Violated)
    assert found.run is not None
    lines = joint_story(found.run)
    assert len(found.answer.counterexample) == len(lines)
    [crash] = [line for line in lines if line.act.deed.value == "crashes"]
    assert crash.act.instance == 0
    assert "instance 1 " in crash.text
    assert "instance 2 " in crash.text
    assert {line.act.instance for line in lines} == {0, 1, 2}
    text = joint_story_text(found.run)
    assert "1. instance 1, " in text
    assert "In the end, instance 2: " in text
    drawn = joint_mermaid(found.run)
    assert drawn.startswith("sequenceDiagram\n")
    assert "instance 2, " in drawn


def test_each_instances_acts_are_a_schedule_of_its_own(space):
    run = never(space, TWO_LOST).run
    acts = parse_schedule(schedule_text(joint_schedule(run)))
    assert [str(act) for act in acts] == [str(act) for act in joint_schedule(run)]
    for instance in (1, 2):
        mine = acts_of_instance(acts, instance)
        alone = run_space(SYSTEM, mine, CRASH)
        last = alone.configuration(alone.last)
        told = run.configs[-1][instance - 1]
        assert [cell.down for cell in last.cells] == [cell.down for cell in told.cells]
        assert last.effects == told.effects


def test_a_predicate_that_tells_instances_apart_is_not_answered_without_names(space):
    first = JointPredicate("the first is lost", lambda seen: lost(seen.instances[0]))
    assert isinstance(never(space, first).answer, Undecided)
    named = search(Table(SYSTEM), CRASH, symmetry=False)
    assert isinstance(never(named, first).answer, Violated)


@pytest.mark.parametrize("instances", [2, 5, 6])
def test_every_order_of_many_instances_is_looked_at(instances):
    step = Task(service="s", duration=Constant(MS), next="done")
    system = choreograph(Workflow(name="tiny", initial="a", states={"a": step, "done": Final()}))
    begun = lambda one: one.status("s") is not Status.UNKNOWN  # noqa: E731
    first = JointPredicate(
        "the first has begun and another has not",
        lambda seen: begun(seen.instances[0]) and not all(map(begun, seen.instances)),
    )
    space = search(Table(system), FaultBudget(), instances=instances)
    assert isinstance(never(space, first).answer, Undecided)


def test_an_answer_says_where_orders_were_compared_on_a_sample(space, monkeypatch):
    many = JointPredicate("three are lost", lambda seen: seen.count(lost) == 3)
    whole = never(space, many).answer
    monkeypatch.setattr(product_view, "MOST_COMPARED", 50)
    sampled = never(space, many).answer
    assert isinstance(whole, Holds)
    assert isinstance(sampled, Holds)
    assert ("sample" in whole.note, "sample" in sampled.note) == (False, True)
    eleven = [tuple(order) for order in product_view._exchanges(11)]
    assert all(sorted(order) == list(range(11)) for order in eleven)
    assert len(set(eleven)) == len(eleven) > 11


def test_what_is_never_reached_holds_and_a_search_that_stopped_says_so(space):
    many = JointPredicate("three are lost", lambda seen: seen.count(lost) == 3)
    assert isinstance(never(space, many).answer, Holds)
    cut = search(Table(SYSTEM), CRASH, limit=50)
    assert isinstance(never(cut, many).answer, Undecided)


def test_instances_see_the_total_and_their_own_bound():
    system = system_of("saga", "choreographed", ONCE)
    space = search(Table(system), FaultBudget(losses=2), each={"losses": 1})
    spent = JointPredicate(
        "one may lose no more, and another may",
        lambda seen: {each.budget.losses for each in seen.instances} == {0, 1},
    )
    found = never(space, spent)
    assert found.run is not None
    assert sum(step.kind.value == "never gets" for _, step in found.run.steps) == 1
    over = JointPredicate("all is spent", lambda s: s.budget.losses == 0 and s.quiescent)
    run = never(space, over).run
    assert run is not None
    assert {who for who, step in run.steps if step.kind.value == "never gets"} == {0, 1}

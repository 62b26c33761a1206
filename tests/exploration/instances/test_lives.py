"""What one instance lives through tells of several: against the joint search, both ways.

The joint side is the explicit search with names, without the reduction of ``urgent``, and a walk
over it that keeps what each instance ever said; it knows nothing of timelines.
"""

from __future__ import annotations

import os
from collections import deque
from itertools import pairwise, product

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.agreement.worlds import knobs
from tests.designs.workflows import workflows
from tests.exploration.test_against_brute_force import BUILD
from tests.exploration.test_spin import CRASH, DUAL, MEMORY, ONCE, system_of
from wfmodel.designs import Knobs, Table
from wfmodel.designs.anomalies import CLEAN, Anomaly, Terminal, primary
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import search as search_one
from wfmodel.exploration.instances import Lives, decide_together, live, search
from wfmodel.exploration.instances.bounds import alone, shared_budget
from wfmodel.exploration.instances.max_simultaneous import Option, best_of, largest, run_of
from wfmodel.exploration.properties import (
    AtMost,
    Holds,
    Observation,
    Predicate,
    Undecided,
    Violated,
)
from wfmodel.exploration.terminal_states import ends_of
from wfmodel.semantics.fault_budget import FAULTS
from wfmodel.semantics.outcome_monitor import Memory, OutcomeMonitor

pytestmark = pytest.mark.long


CASES = [
    ("choreographed", MEMORY, CRASH, {}),
    ("choreographed", ONCE, FaultBudget(losses=1), {}),
    ("choreographed", ONCE, FaultBudget(losses=2), {"losses": 1}),
    ("choreographed", MEMORY, FaultBudget(crashes=1, losses=1), {}),
    ("choreographed", DUAL, CRASH, {}),
    ("choreographed", MEMORY, FaultBudget(pauses=1), {}),
]


def joint_ends(system, budget, each, instances, most):
    """Every set of classes that instances end in together, with the fewest steps to it; by search.

    A configuration where nothing but a fault can happen is an end. None if there are too many.
    """
    space = search(
        Table(system),
        budget,
        each=each,
        instances=instances,
        urgent=False,
        symmetry=False,
        limit=most,
    )
    if not space.complete:
        return None
    observer = OutcomeMonitor(space.table)

    def sees(number):
        settled = not space.budget(number).crashes
        return [observer.sees(config, settled=settled) for config in space.configurations(number)]

    first = (0, tuple(Memory() | seen for seen in sees(0)))
    depth, todo, found = {first: 0}, deque([first]), {}
    while todo:
        node = todo.popleft()
        number, said = node
        settled = not space.budget(number).crashes
        if space.is_end(number):
            ends = tuple(
                ends_as(observer, config, memory, settled)
                for config, memory in zip(space.configurations(number), said, strict=True)
            )
            found.setdefault(ends, depth[node])
        for _, after in space.successors(number):
            then = (after, tuple(a | b for a, b in zip(said, sees(after), strict=True)))
            if then not in depth:
                depth[then] = depth[node] + 1
                todo.append(then)
    return found


def ends_as(observer, config, memory, settled) -> frozenset[Terminal]:
    shown = observer.anomalies(config, memory, settled=settled)
    return frozenset(
        {each.terminal for each in Anomaly if each in shown}
        | {primary(memory.past.verdicts, shown)}
    )


def radius(found, terminal):
    """The largest number of instances that end so, and the fewest steps to that."""
    return max(((sum(terminal in e for e in ends), -steps) for ends, steps in found.items()))


def same_radius(system, budget, each, instances, most=10_000):
    found = joint_ends(system, budget, each, instances, most)
    if found is None:
        return None
    lives = live(Table(system), budget, each=each, instances=instances, urgent=False)
    hit = 0
    for terminal in Terminal:
        ends = [number for number in lives.ends if terminal in lives.ends_as(number)]
        mix = largest(lives, instances, ends, lives.ends)
        count, fewer = radius(found, terminal) if found else (0, 0)
        assert (mix is None) == (not found)
        assert mix is None or (mix.hit, mix.length) == (count, -fewer)
        hit += terminal not in CLEAN and count > 0
    return hit


@pytest.mark.parametrize(("design", "knobs", "budget", "each"), CASES)
def test_lives_and_the_joint_search_agree_how_many_end_so_at_once(design, knobs, budget, each):
    assert same_radius(system_of("saga", design, knobs), budget, each, 2) is not None


@settings(max_examples=int(os.environ.get("WFMODEL_EXAMPLES", "25")), deadline=None)
@given(st.data())
def test_they_agree_for_random_workflows_knobs_and_budgets(data: st.DataObject):
    workflow = data.draw(workflows(states=2, depth=1, timeouts=True), label="workflow")
    chosen: Knobs = data.draw(knobs(), label="knobs")
    design = data.draw(st.sampled_from(sorted(BUILD)), label="design")
    few = st.sampled_from([0, 0, 0, 1, 1, 2])
    budget = FaultBudget(**{kind: data.draw(few) for kind in FAULTS if kind != "restores"})
    system = BUILD[design](workflow, chosen)
    one = search(Table(system), budget, instances=1, urgent=False, limit=300)
    instances = 1 + (len(one) < 80) + (len(one) < 16)
    hit = same_radius(system, budget, {}, instances, most=5_000)
    assume(hit is not None)
    event(f"{instances} instances, {hit} anomalies")


@pytest.mark.parametrize(("design", "knobs", "budget", "each"), CASES)
def test_an_instance_among_others_ends_as_one_alone_does(design, knobs, budget, each):
    """The cut-off: one instance shows every end that an instance can come to among any number."""
    system = system_of("saga", design, knobs)
    found = joint_ends(system, budget, each, 2, 10_000)
    assert found is not None
    lonely = ends_of(search_one(system, alone(*shared_budget(budget, each, 2))))
    classes = {terminal for both in found for ends in both for terminal in ends}
    assert {t for t in classes if t not in CLEAN} == {a.terminal for a in lonely.anomalies}
    assert {t for t in classes if t in CLEAN} == {t for t in lonely.classes if t in CLEAN}


spents = st.tuples(st.integers(0, 2), st.integers(0, 1))
options = st.builds(Option, st.booleans(), spents, st.integers(0, 9), st.integers(0, 99))


@given(st.lists(options, max_size=5), spents, st.integers(1, 3))
def test_the_best_mix_is_the_best_of_all(known: list[Option], total, instances):
    worth = [
        (sum(each.hit for each in mix), -sum(each.steps for each in mix))
        for mix in product(known, repeat=instances)
        if all(sum(each.spent[k] for each in mix) <= total[k] for k in range(2))
    ]
    found = best_of(known, total, instances)
    assert (found is None) == (not worth)
    if found is not None:
        assert (found.hit, -found.length) == max(worth)
        assert len(found.moments) == instances


def test_a_crash_strikes_all_and_a_loss_only_one():
    memory = system_of("order-fulfilment", "choreographed", MEMORY)
    lives = live(Table(memory), CRASH)
    assert [decide_together(AtMost(0, Terminal.LOST), lives, n).count for n in (1, 2, 5, 40)] == [
        1,
        2,
        5,
        40,
    ]
    once = system_of("order-fulfilment", "choreographed", ONCE)
    lives = live(Table(once), FaultBudget(losses=2))
    # each loss is spent on one instance: the total bounds how many
    assert [decide_together(AtMost(0, Terminal.LOST), lives, n).count for n in (1, 2, 5)] == [
        1,
        2,
        2,
    ]
    lives = live(Table(once), each={"losses": 1}, instances=5)
    assert decide_together(AtMost(0, Terminal.LOST), lives, 5).count == 5


def test_answers_name_the_number():
    once = system_of("order-fulfilment", "choreographed", ONCE)
    lives = live(Table(once), FaultBudget(losses=1))
    found = decide_together(AtMost(1, Terminal.LOST), lives, 3)
    assert isinstance(found.answer, Holds)
    assert found.answer.title == "at most 1 instance lost"
    assert found.answer.note == "1 of 3 at once"
    assert found.run is not None
    assert found.run.instances == 3
    broken = decide_together(AtMost(0, Terminal.LOST), lives, 3)
    assert isinstance(broken.answer, Violated)
    assert broken.answer.title == "no instance lost"
    assert len(broken.answer.counterexample) == len(found.run)


def test_a_search_that_stopped_does_not_say_that_it_holds():
    once = system_of("order-fulfilment", "choreographed", ONCE)
    lives = live(Table(once), FaultBudget(losses=1), limit=20)
    assert isinstance(decide_together(AtMost(0, Terminal.LOST), lives, 2).answer, Undecided)


def test_at_most_so_many_somewhere_at_one_moment():
    once = system_of("order-fulfilment", "choreographed", ONCE)
    working = Predicate("payment works", lambda seen: seen.status("payment").value == "running")
    lost = Predicate("it rests unfinished", lambda seen: seen.verdict is Terminal.LOST)
    lives = live(Table(once), FaultBudget(losses=1))
    assert decide_together(AtMost(0, working), lives, 3).count == 3
    assert decide_together(AtMost(0, lost), lives, 3).count == 1
    space = search(Table(once), FaultBudget(losses=1), urgent=False, limit=100_000)
    assert space.complete
    moment = next(
        n
        for n in range(len(space))
        if all(
            space.table.view(space.table.index["payment"], config.cells[2].volatile).status.value
            == "running"
            for config in space.configurations(n)
        )
    )
    assert len(space.path_to(moment)) - 1 == len(decide_together(AtMost(0, working), lives, 2).run)


def test_the_run_of_a_mix_is_a_run_of_the_joint_search():
    system = system_of("saga", "choreographed", MEMORY)
    space = search(Table(system), CRASH, urgent=False, symmetry=False)
    where = {space.configurations(n): [] for n in range(len(space))}
    for number in range(len(space)):
        where[space.configurations(number)].append(number)
    lives: Lives = live(space.table, CRASH, urgent=False)
    for terminal in Terminal:
        hits = [n for n in lives.ends if terminal in lives.ends_as(n)]
        mix = largest(lives, 2, hits, lives.ends)
        assert mix is not None
        run = run_of(lives, mix)
        at = {0}
        assert run.configs[0] == space.configurations(0)
        for (who, step), (_, after) in zip(run.steps, pairwise(run.configs), strict=True):
            at = {
                target
                for number in at
                for act, target in space.successors(number)
                if (act.instance, act.step) == (who, step) and space.configurations(target) == after
            }
            assert at


def test_an_observation_of_a_life_is_one_of_the_instance():
    system = system_of("saga", "choreographed", MEMORY)
    lives = live(Table(system), CRASH)
    assert Observation(lives, lives.ends[0]).quiescent
    assert not Observation(lives, 0).quiescent

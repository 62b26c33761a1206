"""Properties on a saga whose runs are known, and on graphs that are written down."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wfmodel
from tests.exploration.spaces import Graph, act
from tests.exploration.test_explorer import DESIGNS, saga
from wfmodel.designs import Knobs, System, choreograph
from wfmodel.exploration import FaultBudget, Verdict
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.properties import (
    Deadlock,
    Eventually,
    Holds,
    LeadsTo,
    NeverEnds,
    Observation,
    OrphanMessage,
    Predicate,
    RecoversWithin,
    Undecided,
    UnspecifiedReception,
    Violated,
    comes_to_rest,
    decide,
    parse_property,
    standard_properties,
)
from wfmodel.exploration.properties.fairness import Component, components
from wfmodel.exploration.properties.shortest import Shortest
from wfmodel.exploration.state_space import StateSpace, path_to
from wfmodel.semantics.fault_budget import UNLIMITED

BOTH = pytest.mark.parametrize("design", sorted(DESIGNS))
CRASH = FaultBudget(crashes=1)


def system(design: str, **knobs: object) -> System:
    return DESIGNS[design](saga(), Knobs(**knobs))


def answer(design: str, prop, budget: FaultBudget | None = None, limit: int = 10_000, **knobs):
    made = system(design, **knobs)
    prop = parse_property(prop, made) if isinstance(prop, str) else prop
    [found] = decide(search(made, budget, limit=limit), [prop])
    return found


# ------------------------------------------------------------------------------------- safety


@BOTH
def test_a_careful_design_has_every_standard_property_with_a_witness(design):
    made = system(design)
    answers = decide(search(made, CRASH), standard_properties(made))
    assert [a.title for a in answers if not isinstance(a, Holds)] == []
    assert [a.title for a in answers if a.vacuous] == []


@BOTH
def test_an_anomaly_comes_with_the_shortest_story(design):
    found = answer(design, NeverEnds(Verdict.LOST), CRASH, persistence="memory")
    assert isinstance(found, Violated)
    space = search(system(design, persistence="memory"), CRASH)
    ends = Observation(space, found.counterexample.numbers[-1])
    assert ends.verdict is Verdict.LOST
    lost = [n for n in range(len(space)) if Observation(space, n).verdict is Verdict.LOST]
    # A lost start is shorter, and said beside it: there is always that one.
    first, *others = lost
    assert found.note == f"in {len(path_to(space, first))} where its start is lost"
    assert found.counterexample.numbers[-1] == min(n for n in others if _tells(space, n))


def _tells(space: StateSpace, number: int) -> bool:
    config = space.configuration(number)
    known = any(cell.volatile or cell.durable for cell in config.cells)
    return known or bool(list(config.effects))


@BOTH
def test_a_claim_about_stores_and_truth(design):
    claim = "never: bank.stored.status == 'succeeded' and truth.pay == 0"
    assert isinstance(answer(design, claim, CRASH), Holds)
    wrong = answer(design, "never: truth.book == 1")
    assert isinstance(wrong, Violated)


def test_what_a_participant_believes_can_run_ahead_of_its_store_and_of_the_truth():
    """With an outbox the effect lands with the commit, one step after the reaction."""
    found = answer("choreography", "never: bank.status == 'succeeded' and truth.pay == 0")
    assert isinstance(found, Violated)


@BOTH
def test_what_is_never_met_holds_vacuously_and_says_so(design):
    found = answer(design, "never: truth.book == 1 and hotel.status == 'failed'")
    assert isinstance(found, Holds)
    assert found.vacuous
    assert found.note == "hotel.status == 'failed' was never reached"


def test_always_is_never_the_opposite():
    implication = "always: not truth.pay == 1 or truth.book == 1"
    found = answer("orchestration", implication)
    assert isinstance(found, Holds)
    assert not found.vacuous
    assert isinstance(answer("orchestration", "always: truth.pay == 0"), Violated)


def test_a_search_that_stopped_decides_only_what_it_saw():
    found = answer("orchestration", NeverEnds(Verdict.LOST), CRASH, limit=40)
    assert isinstance(found, Undecided)
    assert "limit of 40" in found.why
    [seen] = decide(
        search(system("orchestration", persistence="memory"), CRASH, limit=60),
        [NeverEnds(Verdict.LOST)],
    )
    assert isinstance(seen, Violated)


@BOTH
def test_deadlock_needs_somebody_who_waits(design):
    assert isinstance(answer(design, Deadlock(), CRASH), Holds)
    forgot = answer("orchestration", Deadlock(), CRASH, persistence="memory", timeouts=False)
    assert isinstance(forgot, Violated)


@BOTH
def test_receptions(design):
    assert isinstance(answer(design, UnspecifiedReception()), Holds)
    assert isinstance(answer(design, OrphanMessage()), Holds)


def test_an_answer_to_somebody_who_has_forgotten_the_question_is_an_orphan():
    found = answer("orchestration", OrphanMessage(), CRASH, persistence="memory")
    assert isinstance(found, Violated)


# ----------------------------------------------------------------------------------- liveness


@BOTH
def test_leads_to_and_eventually(design):
    assert isinstance(answer(design, "leads_to: truth.book == 1 => at_rest"), Holds)
    assert isinstance(answer(design, "eventually: at_rest"), Holds)
    assert isinstance(answer(design, "eventually: truth.pay == 1"), Violated)
    lost = answer(design, "eventually: bank.status != 'unknown'", CRASH, persistence="memory")
    assert isinstance(lost, Violated)
    assert lost.counterexample.loop is None


def number_is(*numbers: int) -> Predicate:
    return Predicate(f"in {numbers}", lambda seen: seen.number in numbers)


def test_a_loop_that_an_owed_action_leaves_is_no_counterexample():
    """0 and 1 go round by actions 0 and 1; action 2 leads out from both."""
    graph = Graph({0: [(0, 1), (2, 2)], 1: [(1, 0), (2, 2)], 2: []})
    [left] = decide(graph, [Eventually(number_is(2))])
    assert isinstance(left, Holds)


def test_a_loop_in_which_the_way_out_is_closed_now_and_then_is_one():
    """As before, but action 2 is possible in 1 only: weak fairness does not owe it."""
    graph = Graph({0: [(0, 1)], 1: [(1, 0), (2, 2)], 2: []})
    [stays] = decide(graph, [Eventually(number_is(2))])
    assert isinstance(stays, Violated)
    run = stays.counterexample
    assert run.loop == 0
    assert run.numbers == (0, 1, 0)
    assert run.steps == (act(0), act(1))


def test_a_promise_is_owed_from_its_cause_on():
    """0 → 1 → 2 and back to 1: after 1 (the cause) the effect 0 never comes."""
    graph = Graph({0: [(0, 1)], 1: [(1, 2)], 2: [(2, 1)]})
    [never] = decide(graph, [LeadsTo(number_is(1), number_is(0))])
    assert isinstance(never, Violated)
    [always] = decide(graph, [LeadsTo(number_is(1), number_is(2))])
    assert isinstance(always, Holds)


def test_recovery_is_the_longest_way_outside():
    graph = Graph({0: [(0, 1), (1, 2)], 1: [(0, 3)], 2: [(0, 4)], 3: [(0, 4)], 4: []})
    [found] = decide(graph, [RecoversWithin(3, number_is(4))])
    assert isinstance(found, Holds)
    assert found.note == "at most 3 steps"  # 0, 1, 3, 4
    [short] = decide(graph, [RecoversWithin(2, number_is(4))])
    assert isinstance(short, Violated)
    assert short.counterexample.numbers == (0, 1, 3, 4)


def test_recovery_has_no_bound_where_it_can_go_round():
    graph = Graph({0: [(0, 1), (2, 2)], 1: [(1, 0), (2, 2)], 2: []})
    [found] = decide(graph, [RecoversWithin(None, number_is(2))])
    assert isinstance(found, Violated)
    assert found.note == "no bound: fairness alone ends the loop"


ACTIONS = 3
SIZES = st.integers(2, 5)


@st.composite
def graphs(draw) -> Graph:
    size = draw(SIZES)
    edge = st.tuples(st.integers(0, ACTIONS - 1), st.integers(0, size - 1))
    return Graph({n: draw(st.lists(edge, max_size=3, unique=True)) for n in range(size)}, ACTIONS)


def is_strongly_connected(graph: Graph, members: frozenset[int]) -> bool:
    """Every member reaches every member, itself too, by at least one step inside."""
    for start in members:
        reached: set[int] = set()
        stack = [start]
        while stack:
            for _, target in graph.edges[stack.pop()]:
                if target in members and target not in reached:
                    reached.add(target)
                    stack.append(target)
        if reached != members:
            return False
    return True


def is_fair_by_definition(graph: Graph, members: frozenset[int]) -> bool:
    taken = {name for n in members for name, target in graph.edges[n] if target in members}
    return all(
        name in taken or any(name not in dict(graph.edges[n]) for n in members)
        for name in range(ACTIONS)
    )


def subsets(size: int):
    return chain.from_iterable(combinations(range(size), k) for k in range(1, size + 1))


@given(graphs())
def test_a_fair_loop_is_found_where_any_set_of_states_makes_one(graph: Graph):
    """Against every set of configurations that a run could visit for ever."""
    some = any(
        is_strongly_connected(graph, frozenset(each)) and is_fair_by_definition(graph, set(each))
        for each in subsets(len(graph))
    )
    found = [Component(graph, m) for m in components(graph, np.ones(len(graph), dtype=bool))]
    assert any(component.is_fair() for component in found) is some


@given(graphs())
def test_a_fair_cycle_is_a_walk_that_takes_or_misses_every_action(graph: Graph):
    for members in components(graph, np.ones(len(graph), dtype=bool)):
        component = Component(graph, members)
        if not component.is_fair():
            continue
        cycle = component.cycle(min(members))
        assert cycle.numbers[0] == cycle.numbers[-1] == min(members)
        assert cycle.steps
        for source, step, target in zip(
            cycle.numbers, cycle.steps, cycle.numbers[1:], strict=False
        ):
            assert (step, target) in graph.successors(source)
        taken = {step.participant for step in cycle.steps}
        for name in range(ACTIONS):
            assert name in taken or any(name not in dict(graph.edges[n]) for n in cycle.numbers)


# ---------------------------------------------------------------------------------- shortest


def test_of_shortest_runs_the_one_with_the_fewest_switches_is_told():
    """Two ways of four steps to 7: 0 1 0 1 or 0 0 1 1."""
    graph = Graph(
        {
            0: [(0, 1), (0, 2)],
            1: [(1, 3)],
            2: [(0, 4)],
            3: [(0, 5)],
            4: [(1, 6)],
            5: [(1, 7)],
            6: [(1, 7)],
            7: [],
        }
    )
    run = Shortest(graph).to(7)
    assert [step.participant for step in run.steps] == [0, 0, 1, 1]
    assert run.numbers == (0, 2, 4, 6, 7)


@BOTH
def test_shortest_runs_are_paths_of_the_space(design):
    space = search(system(design, publishing="dual-write"), CRASH)
    shortest = Shortest(space)
    for number in range(0, len(space), 37):
        run = shortest.to(number)
        assert len(run) == shortest.depths[number]
        for source, step, target in zip(run.numbers, run.steps, run.numbers[1:], strict=False):
            assert (step, target) in space.successors(source)


# ---------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("newer: at_rest", "did you mean 'never'?"),
        ("never: bnk.status == 'failed'", "unknown participant 'bnk'; did you mean 'bank'?"),
        ("never: bank.status == 'suceeded'", "did you mean 'succeeded'?"),
        ("never: truth.boo > 1", "unknown step 'boo'; did you mean 'book'?"),
        ("never: bank.state == 'failed'", "a participant has no 'state'; did you mean 'status'?"),
        ("never: left.crash == 1", "unknown fault 'crash'; did you mean 'crashes'?"),
        ("never: bank.status ==", "not a guard"),
        ("leads_to: at_rest", "A => B"),
        ("never_ends: lots", "did you mean 'lost'?"),
        ("recovers_within: soon", "a number of steps"),
    ],
)
def test_a_mistake_in_a_property_is_named(text, says):
    with pytest.raises(ValueError) as caught:
        parse_property(text, system("orchestration"))
    assert says in str(caught.value)


def test_rest_is_the_end_of_every_run():
    assert isinstance(answer("orchestration", comes_to_rest(), CRASH), Holds)


APPROVAL = """
name: approval
initial: ask
states:
  ask:
    kind: receive
    service: desk
    events: {yes: {probability: 1.0, next: done}}
    delay: 1s
  done: {kind: final, outcome: succeeded}
"""


def test_a_watchdog_that_asks_for_what_is_lost_goes_round_for_ever():
    """The outside answers once; lost at most once, it never comes again, whoever is nudged."""
    workflow = wfmodel.load("approval.yaml", text=APPROVAL).workflow
    knobs = Knobs(delivery="at-most-once", watchdog="1s")
    made = choreograph(workflow, knobs)
    [found] = decide(search(made, FaultBudget(losses=1)), [comes_to_rest()])
    assert isinstance(found, Violated)
    assert found.note == "a fair run goes round for ever"
    run = found.counterexample
    assert run.numbers[-1] == run.numbers[run.loop]
    again = {step.participant for step in run.steps[run.loop :]}
    assert again == {made.participants.index(name) for name in ("desk", "watchdog")}
    [calm] = decide(search(made), [comes_to_rest()])
    assert isinstance(calm, Holds)


@pytest.mark.parametrize(
    "budget",
    [FaultBudget(timeouts=UNLIMITED), FaultBudget().each("crashes", ["service0"], 0)],
    ids=["time-outs at any moment", "a bound of nothing"],
)
def test_recovery_is_looked_at_from_the_beginning_where_no_fault_can_happen(budget):
    spaces = (search(system("choreography"), each, limit=500) for each in (FaultBudget(), budget))
    plain, other = spaces
    first, second = (decide(space, [RecoversWithin(1)])[0] for space in (plain, other))
    assert (type(first), type(second)) == (Violated, Violated)

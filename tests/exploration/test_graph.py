"""Steps as arrays say what asking each configuration says, and walks over them what queues do."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.designs.workflows import workflows
from tests.exploration.naive_ends import naive_ends_of, naive_is_end
from tests.exploration.test_explorer import saga
from tests.exploration.test_packed import BOTH, ENGINES, budgets, interpreted, some_knobs
from tests.exploration.test_symmetry import budgets as own_budgets
from tests.exploration.test_symmetry import systems
from wfmodel.designs import Knobs, Table
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import search
from wfmodel.exploration.properties import (
    Holds,
    RecoversWithin,
    Undecided,
    Violated,
    decide,
    standard_properties,
)
from wfmodel.exploration.properties.property_context import Explored
from wfmodel.exploration.step_graph import firsts, graph_of
from wfmodel.exploration.terminal_states import ends_of, is_end

pytestmark = pytest.mark.long


LIMIT = 600


@st.composite
def spaces(draw: st.DrawFn) -> list:
    """One system's space by every engine, the definition first; often cut short."""
    workflow = draw(workflows(timeouts=True))
    table = Table(BOTH[draw(st.sampled_from(sorted(BOTH)))](workflow, draw(some_knobs())))
    budget = draw(budgets)
    packed = [search(table, budget, limit=LIMIT, engine=engine) for engine in ENGINES]
    return [interpreted(table, budget, LIMIT), *packed]


@settings(max_examples=40)
@given(spaces())
def test_the_arrays_say_what_each_configuration_says(found):
    definition = found[0]
    for space in found:
        graph = graph_of(space)
        assert len(graph) == len(definition)
        for number in range(len(definition)):
            assert graph.successors(number) == definition.successors(number)
            assert graph.left[graph.budgets[number]] == definition.budget(number)
            assert graph.open[number] == definition.is_open(number)
            assert graph.ends[number] == naive_is_end(definition, number) == is_end(space, number)


@settings(max_examples=100)
@given(systems(), own_budgets)
def test_a_step_that_changes_nothing_is_an_arc_too(system, budget):
    """Only systems of one's own take such steps; one in eight of these does."""
    table = Table(system)
    definition = interpreted(table, budget, 200)
    for engine in ENGINES:
        space = search(table, budget, limit=200, engine=engine, symmetry=False)
        graph = graph_of(space)
        for number in range(len(definition)):
            assert graph.successors(number) == definition.successors(number)


@settings(max_examples=40)
@given(spaces())
def test_ends_are_those_of_a_queue_of_nodes(found):
    expected = naive_ends_of(found[0])
    for space in found:
        ends = ends_of(space)
        assert ends == expected
        assert ends.paths == expected.paths  # not a part of equality
        assert ends.anomalies == expected.anomalies


@settings(max_examples=40)
@given(spaces(), st.data())
def test_a_walk_meets_what_a_queue_meets_in_its_order(found, data):
    graph = graph_of(found[-1])
    size = len(graph)
    into = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    starts = data.draw(st.lists(st.integers(0, size - 1), unique=True, max_size=4))
    spread = graph.spread(np.array(starts, dtype=np.int64), into, along=~graph.faults)
    came, order, queue = dict.fromkeys(starts, -1), [], deque(starts)
    while queue:
        number = queue.popleft()
        order.append(number)
        for arc in range(graph.offsets[number], graph.offsets[number + 1]):
            target = int(graph.targets[arc])
            if into[target] and target not in came and not graph.faults[arc]:
                came[target] = arc
                queue.append(target)
    assert spread.order.tolist() == order
    assert spread.arcs.tolist() == [came[number] for number in order]
    assert np.flatnonzero(spread.reached).tolist() == sorted(came)


@settings(max_examples=40)
@given(spaces())
def test_the_longest_way_outside_is_the_longest(found):
    space = found[-1]
    explored = Explored(space)
    claim = RecoversWithin()
    [answer] = decide(space, [claim])
    illegal = ~explored.where(claim.legal)
    if isinstance(answer, Violated):
        return

    def budget(number: int) -> tuple[int, ...]:
        return space.budget(number).totals

    starts = [] if any(left > 0 for left in budget(0)) else [0]
    for source in range(len(space)):
        after = (target for _, target in space.successors(source))
        starts += [target for target in after if budget(source) != budget(target)]

    def longest(number: int) -> int:
        known = lengths.get(number)
        if known is None:
            after = [t for _, t in space.successors(number) if budget(t) == budget(number)]
            ways = [1 + (longest(t) if illegal[t] else 0) for t in after]
            known = lengths[number] = max(ways, default=0)
        return known

    lengths: dict[int, int] = {}
    expected = max((longest(n) for n in starts if illegal[n]), default=0)
    note = answer.note if isinstance(answer, Holds) else f"at most {expected} steps"
    assert note == f"at most {expected} steps"


def test_the_definition_has_no_arrays_of_its_own():
    """So the tests above compare two ways, and not one with itself."""
    system = BOTH["orchestration"](saga(), Knobs())
    assert not hasattr(interpreted(Table(system), FaultBudget(), 50), "graph")
    assert hasattr(search(Table(system), limit=50), "graph")


@pytest.mark.parametrize("values", [[], [3, 3, 1, 3, 1, 2]])
def test_firsts(values):
    assert firsts(np.array(values, dtype=np.int64)).tolist() == [0, 2, 5][: len(set(values))]


def test_steps_that_do_not_fit_leave_every_claim_undecided_and_say_so():
    system = BOTH["orchestration"](saga(), Knobs())
    space = search(Table(system), FaultBudget(crashes=1))
    space.memory_bytes = space.size_bytes() + 24 * space.transitions  # the states' share is missing
    answers = decide(space, standard_properties(system))
    assert {type(answer) for answer in answers} == {Undecided}
    assert all(f"its {space.transitions:,} steps take" in answer.why for answer in answers)
    space.memory_bytes += 40 * len(space)
    assert Holds in {type(answer) for answer in decide(space, standard_properties(system))}

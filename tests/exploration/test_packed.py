"""Three searches of a system agree: the tuple explorer, the plain packed one, the compiled one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.designs.workflows import workflows
from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import DESIGNS, Knobs, Table, choreograph, orchestrate
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import Engine, PackedSpace, has_numba, search
from wfmodel.exploration.state_space import InterpretedSpace, resting
from wfmodel.model.workflow import Workflow
from wfmodel.semantics.fault_budget import UNLIMITED
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything
from wfmodel.semantics.outcome_monitor import Ending, ending_of
from wfmodel.semantics.successors import Successors

pytestmark = pytest.mark.long


BOTH = {"orchestration": orchestrate, "choreography": choreograph}
needs_numba = pytest.mark.skipif(not has_numba(), reason="numba is not installed")

GOLDEN = {
    # Three states of a working resource manager's own choice (working, prepared, aborted), what the
    # manager has heard, and what it has decided: the count that TLC gives for TwoPhase.tla.
    1: 12,
    3: 288,
    5: 8_832,
    7: 296_448,
}


def endings(space: PackedSpace) -> dict[object, int]:
    grouped = space.groups(
        lambda number: ending_of(space.table, space.configuration(number)), space.resting
    )
    return {ending: count for ending, (count, _) in grouped.items()}


def interpreted(table: Table, budget: FaultBudget, limit: int) -> InterpretedSpace:
    """The definition, searched as it stands."""
    successors = Successors(InstanceRules(table, backups=budget.restores > 0), Anything())
    space = InterpretedSpace(successors, budget, limit=limit, laps=1)
    space.run()
    return space


def endings_of(space: InterpretedSpace) -> dict[Ending, int]:
    return dict(Counter(ending_of(space.table, space.configuration(n)) for n in resting(space)))


@pytest.mark.parametrize("resources", [1, 3, 5])
def test_two_phase_commit_has_as_many_states_as_tlc_finds(resources):
    space = search(Table(two_phase_commit(resources)))
    assert space.complete
    assert len(space) == GOLDEN[resources]
    # A resting state for each way in which some are aborted: all committed, or any subset of them
    # prepared first and told to abort.
    assert sum(endings(space).values()) == len(space.resting)


@needs_numba
def test_seven_resource_managers_are_searched_compiled():
    space = search(Table(two_phase_commit(7)))
    assert space.compiled
    assert len(space) == GOLDEN[7]
    assert space.size_bytes() / len(space) < 60
    said = {ending.statuses for ending in endings(space)}
    assert said == {("succeeded",), ("aborted",)}  # never both: it is correct


budgets = st.builds(
    FaultBudget,
    crashes=st.integers(0, 1),
    losses=st.integers(0, 1),
    duplicates=st.integers(0, 1),
    timeouts=st.sampled_from([0, 1, UNLIMITED]),
    failures=st.integers(0, 1),
    pauses=st.integers(0, 1),
    restores=st.integers(0, 1),
    worker_crashes=st.integers(0, 1),
)


@st.composite
def some_knobs(draw: st.DrawFn) -> Knobs:
    outbox = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        return Knobs(
            acknowledge=draw(st.sampled_from(["on-receipt", "after-work"])),
            publishing="outbox" if outbox else "dual-write",
            deduplicate=draw(st.booleans()),
        )
    return Knobs(
        persistence=draw(st.sampled_from(["memory", "database", "log"])),
        delivery=draw(st.sampled_from(["at-most-once", "at-least-once"])),
        publishing="outbox" if outbox else "dual-write",
        dual_write_order="commit-first"
        if outbox
        else draw(st.sampled_from(["commit-first", "publish-first"])),
        deduplicate=draw(st.booleans()),
        watchdog=draw(st.sampled_from([None, "1s"])),
    )


def assert_equal_numbers(one: PackedSpace, other: PackedSpace) -> None:
    """The same states, under the same numbers, from the same states by the same steps."""
    assert len(one) == len(other)
    assert one.looked_into == other.looked_into
    assert one.transitions == other.transitions
    assert one.resting.tolist() == other.resting.tolist()
    assert one.cut == other.cut
    for number in range(len(one)):
        assert one.configuration(number) == other.configuration(number)
        assert one.budget(number) == other.budget(number)
        assert one.came_from(number) == other.came_from(number)


ENGINES = [Engine.PLAIN, *([Engine.COMPILED] if has_numba() else [])]


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_all_searches_find_the_same(data: st.DataObject):
    workflow: Workflow = data.draw(workflows(timeouts=True), label="workflow")
    design = BOTH[data.draw(st.sampled_from(sorted(BOTH)), label="design")]
    system = design(workflow, data.draw(some_knobs(), label="knobs"))
    budget = data.draw(budgets, label="budget")
    table = Table(system)  # shared: it numbers what machines hold in the order of first use
    old = interpreted(table, budget, 1_500)
    found = [search(table, budget, limit=1_500, engine=engine) for engine in ENGINES]
    for space in found:
        assert space.complete == old.complete
        assert (space.looked_into, len(space)) == (old.looked_into, len(old))
        assert space.transitions == sum(len(old.successors(n)) for n in range(len(old)))
        assert endings(space) == endings_of(old)
    assert_equal_numbers(found[0], found[-1])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_packed_space_is_a_state_space(engine):
    space = search(Table(two_phase_commit(3)), engine=engine)
    counted = 0
    for number in range(len(space)):
        for _, target in space.successors(number):
            assert 0 <= target < len(space)
            counted += 1
        parent, step = space.came_from(number)
        if number:
            assert (step, number) in space.successors(parent)
    assert counted == space.transitions
    assert space.came_from(0) == (-1, None)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_predicate_over_what_can_be_seen_is_told_for_every_state(engine):
    space = search(Table(two_phase_commit(3)), engine=engine)
    asked = Counter()

    def decided(observation):
        asked[observation] += 1
        return any(view.status.is_final for view in observation.views)

    said = space.holds(decided)
    truth = [decided(space.observation(number)) for number in range(len(space))]
    assert said.tolist() == truth
    assert np.count_nonzero(said) > 0
    assert len(asked) <= 28  # 3**3 statuses of three resource managers, and one to spare


@needs_numba
@pytest.mark.parametrize("design", sorted(DESIGNS))
def test_the_compiled_search_takes_over_at_any_state(design, monkeypatch):
    from tests.exploration.test_explorer import saga

    system, budget = BOTH[design](saga(), Knobs()), FaultBudget(crashes=1, duplicates=1)
    table = Table(system)
    plain = search(table, budget, engine=Engine.PLAIN)
    monkeypatch.setattr("wfmodel.exploration.packed.searching.PLAIN_STATES", 300)
    assert_equal_numbers(plain, search(table, budget))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_memory_limit_is_kept_and_said(engine):
    most = 20_000_000
    space = search(Table(two_phase_commit(7)), engine=engine, memory_bytes=most)
    if space.complete:
        assert engine is Engine.COMPILED
    tight = search(Table(two_phase_commit(7)), engine=engine, memory_bytes=5_000_000)
    assert not tight.complete
    assert "memory limit of 5,000,000 bytes" in tight.stopped
    assert tight.size_bytes() < 1.2 * 5_000_000
    assert 0 < len(tight) < GOLDEN[7]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_limit_is_exact(engine):
    space = search(Table(two_phase_commit(5)), engine=engine, limit=1_234)
    assert space.looked_into == 1_234
    assert space.stopped == "limit of 1,234 states"
    assert space.is_open(1_234)
    assert not space.is_open(1_233)


@pytest.mark.parametrize("engine", ENGINES)
def test_an_interrupt_stops_cleanly_with_what_was_found(engine):
    import signal

    def interrupt(progress):
        if progress.states > 2_000:
            signal.raise_signal(signal.SIGINT)

    space = search(
        Table(two_phase_commit(5)), engine=engine, progress=interrupt, progress_every_s=0
    )
    assert space.stopped == "interrupted"
    whole = search(Table(two_phase_commit(5)), engine=engine)
    for number in range(0, len(space), 100):
        assert space.configuration(number) == whole.configuration(number)

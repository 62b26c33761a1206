"""A chain's memory grows as its states do: tables that would be nearly empty are none."""

from __future__ import annotations

import pytest

from tests.exploration.test_packed import ENGINES, assert_equal_numbers
from wfmodel.designs import Table, choreograph, orchestrate
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import Engine, component_arrays, has_numba, search
from wfmodel.model.workflow import Final, Task, Workflow

pytestmark = pytest.mark.long

needs_numba = pytest.mark.skipif(not has_numba(), reason="numba is not installed")


def chain(length: int) -> Workflow:
    steps = {
        f"s{n}": Task(service="a", duration="1ms", idempotent=True, next=f"s{n + 1}")
        for n in range(length)
    }
    return Workflow(name="chain", initial="s0", states={**steps, f"s{length}": Final()})


@pytest.mark.parametrize("engine", ENGINES)
def test_bytes_per_state_do_not_grow_with_a_chain(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(component_arrays, "MOST_EMPTY", 1 << 16)
    monkeypatch.setattr(component_arrays, "FULL_ENOUGH", 16)

    for length in (50, 200):
        space = search(Table(orchestrate(chain(length))), engine=engine)
        assert space.complete
        # 1,577 and 1,574; the arrays of the compiled search would make it 7,673 and 4,363
        assert space.size_bytes() < 2_000 * len(space)


@needs_numba
@pytest.mark.parametrize("begun", [50, 2_000])
@pytest.mark.parametrize("engine", [Engine.AUTO, Engine.COMPILED])
def test_a_search_whose_tables_become_nearly_empty_goes_on_in_python(
    engine: Engine, begun: int, monkeypatch: pytest.MonkeyPatch
):
    """Where it begins (its tables are so already) and under way; the numbers are the same."""
    table, budget = Table(orchestrate(chain(40))), FaultBudget(crashes=1)
    plain = search(table, budget, engine=Engine.PLAIN)
    assert plain.complete
    assert len(plain) > 2_000
    assert search(table, budget, engine=Engine.COMPILED).compiled
    monkeypatch.setattr("wfmodel.exploration.packed.searching.PLAIN_STATES", begun)
    monkeypatch.setattr(component_arrays, "MOST_EMPTY", 1 << 12)
    monkeypatch.setattr(component_arrays, "FULL_ENOUGH", 16)
    space = search(table, budget, engine=engine)
    assert not space.compiled
    assert_equal_numbers(plain, space)


@needs_numba
def test_a_limit_holds_after_the_hand_over(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(component_arrays, "MOST_EMPTY", 1 << 12)
    monkeypatch.setattr(component_arrays, "FULL_ENOUGH", 16)
    table = Table(orchestrate(chain(40)))
    space = search(table, FaultBudget(crashes=1), limit=1_234, engine=Engine.COMPILED)
    assert (space.looked_into, space.stopped) == (1_234, "limit of 1,234 states")


def test_worlds_of_a_choreographed_chain_are_as_many_as_its_steps():
    space = search(Table(choreograph(chain(100))))
    # One before any step, and one after each of the 100.
    assert len(space.tables.worlds.values) == 101

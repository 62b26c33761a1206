"""Systems of one's own: whatever a simulation does, the explorer may do, in either engine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.agreement.final_configurations import configurations_at_end
from tests.agreement.own_worlds import own_settings, own_systems
from wfmodel.designs import Fault, Knobs, System, Table, load_system, own_system
from wfmodel.designs.building_blocks import BEGIN, Commit, Lock, Procedure, SharedStore
from wfmodel.designs.history import History, Kind
from wfmodel.experiments.hunting.history_to_schedule import retell
from wfmodel.exploration import FaultBudget, refusals
from wfmodel.exploration.packed import search
from wfmodel.exploration.state_space import StateSpace
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.native.words import OBSTACLE
from wfmodel.semantics.configuration import Configuration
from wfmodel.simulation import Arrivals, Setting, simulate

pytestmark = pytest.mark.long

MS = 1_000_000
MOST_STATES = 20_000


def simulated(system: System, setting: Setting, seed: int) -> History:
    """The history, after making sure that each engine writes it and that the explorer may."""
    history = simulate(system, setting, seed=seed)
    assert [(each.instance, each.row, each.message) for each in refusals(system, history)] == []
    if not OBSTACLE:
        compiled = simulate(system, setting, seed=seed, engine="compiled")
        assert compiled.rows.tobytes() == history.rows.tobytes()
        assert (compiled.events, compiled.messages) == (history.events, history.messages)
    return history


def at_rest(history: History) -> bool:
    return bool(history.rows[history.rows[:, 1] == Kind.END, 4].item())


def states(table: Table, config: Configuration) -> tuple[Any, ...]:
    cells = zip(table.states, config.cells, strict=True)
    return tuple(known.values[cell.volatile] for known, cell in cells)


def ends_of(space: StateSpace) -> set[tuple[Any, ...]]:
    return {states(space.table, space.configuration(n)) for n in space.resting.tolist()}  # type: ignore[attr-defined]


def ends_in(system: System, history: History) -> Iterable[tuple[Any, ...]]:
    table = Table(system.as_recorded())
    for instance in range(history.instances()):
        for config in configurations_at_end(table.system, history, instance, table=table):
            yield states(table, config)


@settings(max_examples=120)
@given(own_systems(), st.data())
def test_every_history_is_accepted_and_retold(system: System, data: st.DataObject):
    setting = data.draw(own_settings(system), label="setting")
    history = simulated(system, setting, data.draw(st.integers(0, 99), label="seed"))
    if at_rest(history):
        for instance in range(history.instances()):
            acts, space = retell(system, history, instance)
            assert space.last > 0 or not acts


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(own_systems(), st.data())
def test_every_end_of_a_run_without_faults_is_one_of_the_explorers(
    system: System, data: st.DataObject
):
    # What a set holds may come again; a gap before publication is one between two steps.
    apart = system.channel == "set" or system.knobs.publishing == "dual-write"
    searched = system.as_recorded() if apart else system
    space = search(Table(searched), limit=MOST_STATES)
    assume(space.complete)
    setting = data.draw(own_settings(system, faults=False), label="setting")
    ends = ends_of(space)
    for seed in range(5):
        history = simulated(system, setting, seed)
        assert at_rest(history)
        assert set(ends_in(system, history)) <= ends


@settings(max_examples=40)
@given(own_systems(), st.data())
def test_a_history_without_one_of_its_reactions_is_refused(system: System, data: st.DataObject):
    setting = data.draw(own_settings(system, faults=False), label="setting")
    history = simulated(system, setting, 1)
    reactions = np.flatnonzero(history.rows[:, 1] == Kind.REACT)
    assume(len(reactions))
    place = data.draw(st.sampled_from(reactions.tolist()), label="row")
    less = replace(history, rows=np.delete(history.rows, place, axis=0))
    assert list(refusals(system, less))


# ------------------------------------------------------------------------------ what is shipped


def shipped(text: str, **lasts: str) -> System:
    made = load_system(f"models/{text}")
    kinds = own_system("lengths", {"nobody": made.machines[made.participants[0]]}, lasts=lasts)
    return replace(made, lasts={**kinds.lasts, "end of patience": Exponential(60 * MS)})


def locking(**more: Any) -> System:
    """Two who lock the same row, and the first forgets everything in a crash."""
    both = {
        me: Procedure(me, (("store", Lock("stock", me)), ("store", Commit(me))), asks_again=again)
        for me, again in (("ann", False), ("bob", True))
    }
    return own_system(
        "locking",
        {"store": SharedStore(rows=(("stock", 2),)), **both},
        opening=dict.fromkeys(both, BEGIN),
        channel="fifo",
        knobs=Knobs(persistence="memory"),
        watches={"store": ("ann",)},
        lasts={"begin": {"distribution": "exponential", "mean": "30ms"}},
        **more,
    )


TIMES = {"prepare": "30ms", "give up": "32ms", "commit": "1ms", "abort": "40ms"}
SHIPPED = {
    "two-phase commit": lambda: shipped("two-phase-commit/system.py:two_phase_commit()", **TIMES),
    "mutex": lambda: shipped(
        "own-systems/lamport_mutex.py:mutex(2, 2)", request="20ms", enter="1ms", exit="10ms"
    ),
    "asking": lambda: shipped("own-systems/failure_detector.py:asking"),
    "watching": lambda: shipped("own-systems/failure_detector.py:watching"),
    "register": lambda: shipped("own-systems/single_copy_register.py:register(2)"),
    "locking": locking,
}


def around(*faults: Fault) -> Setting:
    return Setting(
        arrivals=Arrivals(at=(0, 40 * MS)),
        horizon=1000 * MS,
        convergence=3600 * 1000 * MS,
        network=Exponential(20 * MS),
        faults=faults,
    )


@pytest.mark.parametrize("name", SHIPPED)
def test_an_example_ends_in_a_run_as_it_may_end_in_a_search(name):
    system = SHIPPED[name]()
    reached: set[tuple[Any, ...]] = set()
    for seed in range(20):
        reached |= set(ends_in(system, simulated(system, around(), seed)))
    assert reached <= ends_of(search(Table(system)))


@pytest.mark.parametrize("name", SHIPPED)
def test_an_example_that_crashes_ends_in_a_run_as_it_may_end_in_a_search(name):
    system = SHIPPED[name]()
    ends = ends_of(search(Table(system.as_recorded()), FaultBudget(crashes=1)))
    for whom in system.participants:
        for when in (5, 35, 60):
            crash = Fault(kind="crash", target=whom, at=(when * MS,), lasts=Constant(50 * MS))
            history = simulated(system, around(crash), seed=when)
            assert at_rest(history)
            assert set(ends_in(system, history)) <= ends

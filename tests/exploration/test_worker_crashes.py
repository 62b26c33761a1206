"""Workers that die: what may come of it, told by the shortest run."""

from __future__ import annotations

import pytest

from tests.exploration.test_packed import interpreted, needs_numba
from wfmodel.designs import Knobs, Lease, System, Table, choreograph, orchestrate
from wfmodel.designs.trace_script import parse_schedule, schedule_text
from wfmodel.exploration import FaultBudget, explore
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.export import promela
from wfmodel.exploration.packed import Engine
from wfmodel.exploration.packed import search as packed
from wfmodel.exploration.properties import Holds, Violated, decide, parse_property
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.stories import story_text
from wfmodel.model.failures import RetryPolicy
from wfmodel.model.workflow import Final, Lands, Task, Workflow
from wfmodel.simulation.replay import replay

ONCE = FaultBudget(worker_crashes=1)
BOTH = {"orchestration": orchestrate, "choreography": choreograph}
EITHER = pytest.mark.parametrize("design", sorted(BOTH))
HEARTBEAT = Knobs(heartbeat=Lease(renewed="5s", lasts="5m", look="10s"))


def charging(design: str, knobs: Knobs | None = None, **more: object) -> System:
    """A card is charged; after a failure once more."""
    retry = RetryPolicy(attempts=2)
    charge = Task(service="payment", effect="retriable", retry=retry, next="done", **more)  # type: ignore[arg-type]
    states = {"charge": charge, "done": Final(outcome="succeeded")}
    return BOTH[design](Workflow(name="pay", initial="charge", states=states), knobs or Knobs())


def answer(system: System, claim: str):
    space = search(system, ONCE)
    assert space.complete
    [found] = decide(space, [parse_property(claim, system)])
    return space, found


@EITHER
def test_seen_by_nobody_the_instance_is_lost_and_a_heartbeat_helps(design):
    space, found = answer(charging(design), "never_ends: lost")
    assert isinstance(found, Violated)
    told = story_text(space, found.counterexample)
    assert "loses, seen by nobody, the worker of charge" in told
    _, found = answer(charging(design, HEARTBEAT), "never_ends: lost")
    assert isinstance(found, Holds)


@EITHER
def test_after_its_effect_outside_the_retry_charges_again(design):
    """The key of an attempt that died after its effect: known, it lands once."""
    system = charging(design, HEARTBEAT, lands=Lands.IN_CALL)
    space, found = answer(system, "never_ends: duplicated-effect")
    assert isinstance(found, Violated)
    acts = schedule_of(space, found.counterexample)
    assert "loses the worker of charge, after its effect" in schedule_text(acts)
    history = replay(system, parse_schedule(schedule_text(acts)))
    assert [row.kind for row in history].count(8) == 2  # the effect, twice
    known = charging(design, HEARTBEAT, lands=Lands.IN_CALL, idempotent=True)
    assert isinstance(answer(known, "never_ends: duplicated-effect")[1], Holds)


@EITHER
def test_a_death_alone_lands_nothing_twice_at_the_service_s_own_store(design):
    system = charging(design, HEARTBEAT)
    assert isinstance(answer(system, "never_ends: duplicated-effect")[1], Holds)


def test_each_death_is_one_state_more():
    states = {"a": Task(service="one", next="done"), "done": Final(outcome="succeeded")}
    workflow = Workflow(name="one-step", initial="a", states=states)
    seen = choreograph(workflow, HEARTBEAT)
    assert explore(seen).states == 5  # told, reacts, works, has done it, commits that
    # Besides, from running work: the worker is dead; that is heard, and committed: it has failed.
    assert explore(seen, ONCE).states == 5 + 3
    # Without a heartbeat also: the worker is dead, and nobody will know.
    assert explore(choreograph(workflow), ONCE).states == 5 + 3 + 1


@needs_numba
@pytest.mark.parametrize(
    "knobs", [Knobs(), HEARTBEAT, Knobs(persistence="log"), Knobs(acknowledge="after-work")]
)
@EITHER
def test_three_searches_agree(design, knobs):
    system = charging(design, knobs, lands=Lands.IN_CALL)
    budget = FaultBudget(worker_crashes=1, crashes=1)
    definition = interpreted(Table(system), budget, 100_000)
    for engine in (Engine.PLAIN, Engine.COMPILED):
        space = packed(Table(system), budget, engine=engine)
        assert space.complete
        assert len(space) == len(definition)


def test_what_cannot_say_it_refuses_it_by_name():
    with pytest.raises(ValueError, match="crashes of workers are not exported"):
        promela(charging("orchestration"), ONCE)

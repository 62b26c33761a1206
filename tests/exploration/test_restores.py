"""A store that goes back to an old backup: what may come of it, told by the shortest run."""

from __future__ import annotations

import pytest

from tests.exploration.test_packed import interpreted, needs_numba
from wfmodel.designs import Knobs, System, Table, choreograph, orchestrate
from wfmodel.designs.knobs import Persistence
from wfmodel.designs.trace_script import parse_schedule, schedule_text
from wfmodel.exploration import FaultBudget, explore
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.export import promela
from wfmodel.exploration.instances import live
from wfmodel.exploration.packed import Engine
from wfmodel.exploration.packed import search as packed
from wfmodel.exploration.properties import Holds, Violated, decide, parse_property
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.stories import story_text
from wfmodel.model.workflow import Final, Lands, Task, Workflow
from wfmodel.simulation.replay import replay

ONCE = FaultBudget(restores=1)
BOTH = {"orchestration": orchestrate, "choreography": choreograph}
EITHER = pytest.mark.parametrize("design", sorted(BOTH))


def charging(design: str, knobs: Knobs | None = None, *, idempotent: bool = False) -> System:
    """A card is charged by a provider outside, whom no transaction of ours reaches."""
    charge = Task(
        service="payment",
        effect="pivot",
        lands=Lands.IN_CALL,
        idempotent=idempotent,
        next="done",
    )
    states = {"charge": charge, "done": Final(outcome="succeeded")}
    workflow = Workflow(name="pay", initial="charge", states=states)
    return BOTH[design](workflow, knobs or Knobs())


def answer(system: System, claim: str, budget: FaultBudget = ONCE):
    space = search(system, budget)
    assert space.complete
    [found] = decide(space, [parse_property(claim, system)])
    return space, found


@EITHER
def test_a_card_is_charged_twice_and_the_story_says_how(design):
    space, found = answer(charging(design), "never_ends: duplicated-effect")
    assert isinstance(found, Violated)
    told = story_text(space, found.counterexample)
    order = ("charge takes effect", "is restored from a backup 1 change old", "takes effect again")
    places = [told.index(words) for words in order]
    assert places == sorted(places)
    assert "In effect: charge ×2." in told


@EITHER
def test_a_provider_that_knows_the_key_charges_once(design):
    _, found = answer(charging(design, idempotent=True), "never_ends: duplicated-effect")
    assert isinstance(found, Holds)


@EITHER
def test_a_crash_alone_finds_the_backup_of_nothing_and_loses_no_instance(design):
    system = charging(design)
    assert isinstance(answer(system, "never_ends: lost", FaultBudget(crashes=1))[1], Holds)
    assert isinstance(answer(system, "never_ends: lost")[1], Violated)  # forgotten entirely


def test_what_was_sent_is_sent_again():
    space, found = answer(charging("orchestration"), "never_ends: duplicated-effect")
    sent = [act.what for act in schedule_of(space, found.counterexample) if act.deed == "publishes"]
    assert sent.count("charge ended: done") == 2


def test_with_nothing_stored_there_is_nothing_to_restore():
    memory = charging("orchestration", Knobs(persistence=Persistence.MEMORY))
    assert explore(memory, ONCE).states == explore(memory).states


def test_each_backup_is_gone_back_to_once():
    states = {"a": Task(service="one", next="done"), "done": Final(outcome="succeeded")}
    system = choreograph(Workflow(name="one-step", initial="a", states=states))
    assert explore(system).states == 5  # told, reacts, works, has done it, commits that
    # Besides: from running work, or work that is done, to nothing: down, and up again (2); from the
    # end to running work: down, up, resumes, commits that, works, has done it (4 more than 2); from
    # the end to nothing (2).
    assert explore(system, ONCE).states == 5 + 2 + 6 + 2


@needs_numba
@pytest.mark.parametrize(
    "knobs", [Knobs(), Knobs(persistence="log"), Knobs(publishing="dual-write")]
)
@EITHER
def test_three_searches_agree(design, knobs):
    system, budget = charging(design, knobs), FaultBudget(restores=1, crashes=1)
    definition = interpreted(Table(system), budget, 100_000)
    for engine in (Engine.PLAIN, Engine.COMPILED):
        space = packed(Table(system), budget, engine=engine)
        assert space.complete
        assert len(space) == len(definition)


@EITHER
def test_the_story_is_played_in_the_simulator_to_the_same_end(design):
    system = charging(design)
    space, found = answer(system, "never_ends: duplicated-effect")
    acts = schedule_of(space, found.counterexample)
    text = schedule_text(acts)
    assert "payment: is restored from a backup 1 change old\n" in text
    history = replay(system, parse_schedule(text))
    assert [row.kind for row in history].count(8) == 2  # the effect, twice


def test_what_cannot_say_it_refuses_it_by_name():
    system = charging("orchestration")
    with pytest.raises(ValueError, match="restores from a backup are not exported"):
        promela(system, ONCE)
    with pytest.raises(ValueError, match="with one instance only"):
        live(Table(system), ONCE)

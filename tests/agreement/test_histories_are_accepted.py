"""Two drivers of the same machines agree: whatever the simulator records, the explorer allows.

The check can fail: a history with a row dropped, moved or altered is refused.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.agreement.telling import assert_accepted, replayable
from tests.agreement.worlds import EACH, drawn_system, knobs, settings_of_runs
from tests.designs.workflows import workflows
from wfmodel.designs import Fault, Knobs, System
from wfmodel.designs.history import History, Kind
from wfmodel.exploration import refusals
from wfmodel.model.distributions import Constant
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

pytestmark = pytest.mark.long


MS = 1_000_000
MOST_ROWS = 4000
"""Longer histories (loops under faults) say nothing new and take long."""


def refused(system: System, history: History) -> list[str]:
    return [f"instance {r.instance}, row {r.row}: {r.message}" for r in refusals(system, history)]


@pytest.mark.parametrize("design", sorted(EACH))
@settings(max_examples=150)
@given(st.data())
def test_every_simulated_history_is_a_path_of_the_semantics(design: str, data: st.DataObject):
    workflow: Workflow = data.draw(workflows(timeouts=True, outside=True), label="workflow")
    system = drawn_system(data, design, workflow, data.draw(knobs(), label="knobs"))
    setting: Setting = data.draw(settings_of_runs(), label="setting")
    seed = data.draw(st.integers(0, 99), label="seed")
    history = simulate(system, setting, seed=seed)
    assume(len(history.rows) <= MOST_ROWS)
    with replayable(system, setting, seed):
        assert_accepted(system, history)


MATTERS = (Kind.REACT, Kind.COMMIT, Kind.SEND, Kind.EFFECT)


@settings(max_examples=60)
@given(workflows(), st.sampled_from(sorted(EACH)), settings_of_runs(), st.data())
def test_a_history_without_one_of_its_rows_is_refused(workflow, design, setting, data):
    calm = replace(setting, faults=())
    system = drawn_system(data, design, workflow, Knobs())
    history = simulate(system, calm, seed=1)
    places = np.flatnonzero(np.isin(history.rows[:, 1], [int(kind) for kind in MATTERS]))
    place = data.draw(st.sampled_from(places.tolist()), label="row")
    assert refused(system, replace(history, rows=np.delete(history.rows, place, axis=0)))


@settings(max_examples=60)
@given(workflows(), st.sampled_from(sorted(EACH)), settings_of_runs(), st.data())
def test_a_history_with_another_state_in_it_is_refused(workflow, design, setting, data):
    system = drawn_system(data, design, workflow, Knobs())
    history = simulate(system, replace(setting, faults=()), seed=1)
    reacts = np.flatnonzero(history.rows[:, 1] == Kind.REACT)
    place = data.draw(st.sampled_from(reacts.tolist()), label="row")
    who, now = history.rows[place, 3], history.rows[place, 5]
    others = [state for state in range(len(history.views[who])) if state != now]
    assume(others)
    rows = history.rows.copy()
    rows[place, 5] = data.draw(st.sampled_from(others), label="state")
    assert refused(system, replace(history, rows=rows))


def test_taking_back_a_compensation_changes_no_store():
    """Found by the property above: the drivers disagreed on what there was to take back."""
    task = {"service": "A", "effect": "compensatable"}
    workflow = Workflow(
        name="undo-the-undo",
        initial="book",
        states={
            "book": Task(**task, next="cancel"),
            "cancel": Task(**task, compensates="book", next="rebook"),
            "rebook": Task(**task, compensates="cancel", next="done"),
            "done": Final(outcome="aborted"),
        },
    )
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon=10**9)
    for design in EACH.values():
        system = design(workflow, Knobs(deduplicate=False))
        history = simulate(system, setting)
        assert_accepted(system, history)
        assert np.count_nonzero(history.rows[:, 1] == Kind.UNDO) == 1


def test_of_several_messages_for_one_work_the_first_that_was_taken_is_done_first():
    """Found by random worlds: a repeat that overtakes its original asks for the same work; of both
    in hand the explorer finished the one that it had heard of first.
    """
    task = {"service": "two", "duration": Constant(500 * MS), "next": "done"}
    workflow = Workflow(
        name="overtaken",
        initial="a",
        states={
            "a": Task(service="one", duration=Constant(10 * MS), next="b"),
            "b": Task(**task),
            "done": Final(outcome="succeeded"),
        },
    )
    knobs = Knobs(acknowledge="after-work", deduplicate=False, watchdog=50 * MS)
    slow = Fault(
        kind="delay", target="two", at=(0,), lasts=Constant(40 * MS), delay=Constant(100 * MS)
    )
    setting = Setting(
        arrivals=Arrivals(at=(0,)), horizon=3000 * MS, network=Constant(MS), faults=(slow,)
    )
    system = EACH["choreography"](workflow, knobs)
    history = simulate(system, setting)
    told = [row for row in history if row.kind == Kind.ACKNOWLEDGE]
    b = [history.messages[row.a] for row in told if row.participant == 1]
    assert [message.nudge for message in b][:3] == [True, False, True]  # as they were taken
    assert_accepted(system, history)

"""The breadth-first explorer on workflows whose ends can be counted by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.designs.workflows import Fixed, workflows
from wfmodel.designs import Knobs, Table, build, choreograph, orchestrate
from wfmodel.exploration import FaultBudget, Verdict, explore
from wfmodel.model.failures import FailureMode
from wfmodel.model.workflow import Compensation, Final, Task, Workflow
from wfmodel.testing import hybrids

DESIGNS = {"orchestration": orchestrate, "choreography": choreograph}
BOTH = pytest.mark.parametrize("design", sorted(DESIGNS))


def saga() -> Workflow:
    """Two steps, the second may refuse; the first can be undone."""
    undo = Compensation(action="cancel")
    return Workflow(
        name="saga",
        initial="book",
        states={
            "book": Task(service="hotel", effect="compensatable", compensation=undo, next="pay"),
            "pay": Task(
                service="bank",
                effect="pivot",
                failures={"declined": FailureMode(kind="business", probability=0.1)},
                on={"declined": "rollback"},
                next="done",
            ),
            "done": Final(outcome="succeeded"),
        },
    )


def found(design: str, budget: FaultBudget | None = None, **knobs: object):
    return explore(DESIGNS[design](saga(), Knobs(**knobs)), budget)


@BOTH
def test_without_faults_a_saga_commits_or_compensates(design):
    result = found(design)
    assert result.complete
    assert set(result.verdicts) == {Verdict.COMMITTED, Verdict.COMPENSATED}
    assert result.trapped == 0


@BOTH
def test_a_crash_loses_a_transaction_kept_in_memory_and_none_kept_in_a_database(design):
    crash = FaultBudget(crashes=1)
    in_memory = found(design, crash, persistence="memory")
    assert Verdict.LOST in in_memory.verdicts
    assert any("crashes" in line for line in in_memory.trace(Verdict.LOST))
    in_database = found(design, crash)
    assert set(in_database.verdicts) == {Verdict.COMMITTED, Verdict.COMPENSATED}


@BOTH
def test_a_dual_write_can_lose_what_an_outbox_cannot(design):
    crash = FaultBudget(crashes=1)
    dual = found(design, crash, publishing="dual-write", timeouts=False)
    outbox = found(design, crash, publishing="outbox", timeouts=False)
    assert Verdict.LOST in dual.verdicts
    assert Verdict.LOST not in outbox.verdicts


@BOTH
def test_at_most_once_loses_by_one_lost_message_and_at_least_once_does_not(design):
    loss = FaultBudget(losses=1)
    once = found(design, loss, delivery="at-most-once", timeouts=False)
    assert Verdict.LOST in once.verdicts
    assert len(once.trace(Verdict.LOST)) >= 1
    assert Verdict.LOST not in found(design, loss).verdicts


@BOTH
def test_a_message_that_was_taken_up_can_no_longer_be_lost(design):
    """With a crash to come, a commit is a step of its own, and a loss could be tried before it."""
    either = FaultBudget(crashes=1, losses=1)
    result = found(design, either, delivery="at-most-once", timeouts=False)
    assert result.complete
    assert Verdict.LOST in result.verdicts


@BOTH
def test_a_duplicate_lands_twice_only_without_deduplication(design):
    twice = FaultBudget(duplicates=1)
    assert Verdict.DUPLICATED_EFFECT in found(design, twice, deduplicate=False).verdicts
    assert Verdict.DUPLICATED_EFFECT not in found(design, twice, deduplicate=True).verdicts


@BOTH
def test_a_budget_is_total(design):
    """More budget reaches no less; what one fault cannot do, it did not do twice."""
    sizes = [found(design, FaultBudget(crashes=n), persistence="memory").states for n in range(3)]
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 3


def test_a_limit_is_kept_and_said():
    result = explore(orchestrate(saga(), Knobs()), FaultBudget(crashes=2), limit=50)
    assert not result.complete
    assert result.states >= 50


@BOTH
def test_a_shared_table_changes_nothing(design):
    system = DESIGNS[design](saga(), Knobs())
    table = Table(system)
    first, second = (explore(system, FaultBudget(crashes=1), table=table) for _ in range(2))
    fresh = explore(system, FaultBudget(crashes=1))
    assert first.verdicts == second.verdicts == fresh.verdicts
    assert first.states == second.states == fresh.states


@settings(max_examples=60)
@given(workflows(untimed_receives=False, cancel=False), st.integers(0, 999), st.data())
def test_in_one_world_all_designs_come_to_the_same_ends(
    workflow: Workflow, seed: int, data: st.DataObject
):
    """Outcomes, branches and answers fixed: the order of things is all that is left open."""
    ends = []
    for design in (*DESIGNS, data.draw(hybrids(workflow), label="hybrid")):
        system = build(workflow, design)
        result = explore(system, resolution=Fixed(seed), limit=4_000, laps=4)
        if not result.complete or result.cut:
            return
        ends.append(result.endings)
    assert ends[0] == ends[1] == ends[2]

"""A design changes who decides, and nothing else: without latencies and faults all end alike."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.agreement.worlds import EACH
from tests.designs.workflows import workflows
from wfmodel.designs import History, Hybrid, Knobs, build
from wfmodel.designs.history import Kind
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

pytestmark = pytest.mark.long

AT_ONCE = Setting(arrivals=Arrivals(at=(0,)), horizon="1m", network="0s")


def first_verdict(history: History) -> tuple[int, str] | None:
    """When anybody knew how the instance ended, and how."""
    for row in history:
        if row.kind == Kind.REACT:
            status = history.views[row.participant][row.b].status
            if status.is_final:
                return row.time_ns, status.value
    return None


@settings(max_examples=100)
@given(workflows(timeouts=True), st.booleans(), st.integers(0, 99))
def test_without_latencies_and_faults_all_designs_end_alike(workflow, known, seed):
    assume(any(node.kind is NodeKind.TASK for node in build_flow(workflow).nodes))
    knobs = Knobs(commit="0s", publish="0s", deduplicate=known)
    found = {
        name: first_verdict(simulate(make(workflow, knobs), AT_ONCE, seed=seed))
        for name, make in EACH.items()
    }
    assert len(set(found.values())) == 1, found


@pytest.mark.parametrize("work", ["3s", "5s"])
@pytest.mark.parametrize("known", [True, False])
def test_work_longer_than_its_time_out_ends_alike(work, known):
    """It committed always when it was commanded, and never when the service timed itself."""
    slow = Task(
        service="a",
        next="done",
        duration=work,
        timeout="2s",
        retry={"attempts": 3, "backoff": "0s"},
    )
    workflow = Workflow(name="slow", initial="x", states={"x": slow, "done": Final()})
    knobs = Knobs(commit="0s", publish="0s", deduplicate=known)
    ends = {first_verdict(simulate(make(workflow, knobs), AT_ONCE)) for make in EACH.values()}
    assert ends == {(int(work[0]) * 10**9, "succeeded")}


@pytest.mark.parametrize(
    ("groups", "why"), [({}, "no group that has a step"), ({"one": ()}, "'one' is empty")]
)
def test_a_hybrid_without_steps_is_refused(groups, why):
    workflow = Workflow(name="empty", initial="done", states={"done": Final()})
    with pytest.raises(ValueError, match=why):
        build(workflow, Hybrid(groups=groups))

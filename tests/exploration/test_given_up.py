"""Publish first, at most once: what the broker never took leaves no phantom."""

from __future__ import annotations

from wfmodel.designs import Fault, Knobs, build
from wfmodel.designs.history import Drop, Kind
from wfmodel.exploration import accepts
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate


def test_a_message_that_was_given_up_before_a_crash_is_no_phantom():
    """It is refused at 0.2 s, since the broker is down; the commit would have followed at 1.2 s."""
    task = Task(service="a", duration="100ms", idempotent=True, next="done")
    workflow = Workflow(name="one", initial="work", states={"work": task, "done": Final()})
    knobs = Knobs(
        delivery="at-most-once",
        publishing="dual-write",
        dual_write_order="publish-first",
        publish="100ms",
        commit="1s",
    )
    faults = (
        Fault(kind="broker-outage", at=("150ms",), lasts="10s"),
        Fault(kind="crash", target="orchestrator", at=("500ms",), lasts="1s"),
    )
    system = build(workflow, "orchestration", knobs)
    setting = Setting(arrivals=Arrivals(at=("100ms",)), horizon="1m", network="0s", faults=faults)
    history = simulate(system, setting)
    drops = [row.b for row in history if row.kind == Kind.DROP]
    assert Drop.BROKER_DOWN in drops
    assert not any(row.kind == Kind.PHANTOM for row in history)
    assert accepts(system, history, 0).accepted

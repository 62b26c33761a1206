"""When a join goes on: at the first that suffices, or with ``wait`` when every region has ended."""

from __future__ import annotations

import pytest

from tests.simulation.worlds import INSTANT, d, durable_verdicts, run
from wfmodel.model.distributions import Constant
from wfmodel.model.failures import FailureKind, FailureMode
from wfmodel.model.workflow import Final, Outcome, Parallel, Region, Task, Workflow


def region(service: str, lasts: str, fails: bool = False) -> Region:
    """One step; it fails for good, or succeeds."""
    failures = {"no": FailureMode(kind=FailureKind.BUSINESS, probability=1.0)} if fails else {}
    step = Task(service=service, duration=Constant(d(lasts)), failures=failures, next="ok")
    return Region(initial=service, states={service: step, "ok": Final()})


def verdict(regions: tuple[Region, ...], join: int, siblings: str) -> tuple[str, float]:
    """How one instance ends, and after how many seconds."""
    both = Parallel(
        regions=regions, join=join, siblings=siblings, next="done", on={"failure": "bad"}
    )
    ends = {"done": Final(), "bad": Final(outcome=Outcome.FAILED)}
    workflow = Workflow(name="w", initial="both", states={"both": both, **ends})
    # Nothing else takes time, so the verdict comes when the step that decides ends.
    history = run(workflow, knobs=INSTANT, horizon="60s", most=1, network=Constant(0))
    ((word, at),) = durable_verdicts(history).values()
    arrived = min(row.time_ns for row in history if row.instance == 0)
    return word, (at - arrived) / 1e9


FAST, SLOW = region("fast", "1s"), region("slow", "5s")
SLOW_AND_BAD = region("slow", "5s", fails=True)


@pytest.mark.parametrize(
    ("regions", "join", "siblings", "expected"),
    [
        ((FAST, SLOW), 1, "finish", ("succeeded", 1.0)),
        ((FAST, SLOW), 1, "wait", ("succeeded", 5.0)),
        ((FAST, SLOW_AND_BAD), 1, "wait", ("succeeded", 5.0)),
        ((FAST, SLOW_AND_BAD), 2, "wait", ("failed", 5.0)),
        ((SLOW_AND_BAD, SLOW_AND_BAD), 0, "wait", ("succeeded", 5.0)),
    ],
)
def test_a_join_goes_on_when_it_is_decided(regions, join, siblings, expected):
    assert verdict(regions, join, siblings) == expected


def test_a_join_of_nothing_has_to_wait():
    with pytest.raises(ValueError, match="a join of 0 needs siblings: wait"):
        Parallel(regions=(FAST,), join=0, siblings="finish", next="done")

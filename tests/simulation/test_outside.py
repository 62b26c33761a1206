"""What no participant decides: branches, and answers from outside."""

from __future__ import annotations

from collections import Counter

import pytest
from scipy.stats import binomtest

from tests.simulation.worlds import DESIGNS, durable_verdicts, rows
from wfmodel.designs import Knobs
from wfmodel.designs.history import Kind
from wfmodel.designs.messages import Chosen, Received, TimerFired
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Branch, Choice, Final, Reaction, Receive, Task, Wait, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

d = parse_duration
MANY = 2000
BOTH = pytest.mark.parametrize("design", sorted(DESIGNS))


def asked(delay: str = "50ms", timeout: str | None = "100ms") -> Workflow:
    return Workflow(
        name="approval",
        initial="ask",
        states={
            "ask": Task(service="clerk", duration=Constant(d("5ms")), next="route"),
            "route": Choice(
                service="clerk",
                branches=(Branch(when="amount > 100", next="answer", probability=0.25),),
                default="paid",
            ),
            "answer": Receive(
                service="clerk",
                events={
                    "yes": Reaction(next="paid", probability=0.6),
                    "no": Reaction(next="refused", probability=0.3),
                },
                delay=Constant(d(delay)),
                timeout=None if timeout is None else d(timeout),
                on={} if timeout is None else {"timeout": "late"},
            ),
            "paid": Final(outcome="succeeded"),
            "refused": Final(outcome="aborted"),
            "late": Final(outcome="failed"),
        },
    )


def history_of(workflow: Workflow, design: str, many: int = MANY):
    setting = Setting(
        arrivals=Arrivals(every=Constant(d("10ms")), most=many),
        horizon=d("1h"),
        network=Constant(d("1ms")),
    )
    return simulate(DESIGNS[design](workflow, Knobs()), setting, seed=3)


def within(count: int, many: int, share: float) -> bool:
    """Not refuted at one in ten thousand; the seed is fixed."""
    return binomtest(count, many, share).pvalue > 1e-4


@BOTH
def test_branches_and_answers_have_their_declared_shares(design):
    history = history_of(asked(), design)
    ends = Counter(end for end, _ in durable_verdicts(history).values())
    assert sum(ends.values()) == MANY
    assert within(ends["succeeded"], MANY, 0.75 + 0.25 * 0.6)
    assert within(ends["aborted"], MANY, 0.25 * 0.3)
    assert within(ends["failed"], MANY, 0.25 * 0.1)


def test_both_designs_take_the_same_branches_and_hear_the_same_answers():
    ends = [durable_verdicts(history_of(asked(), design)) for design in sorted(DESIGNS)]
    first, second = ({i: end for i, (end, _) in one.items()} for one in ends)
    assert first == second


def test_an_answer_after_the_time_out_changes_nothing():
    history = history_of(asked(delay="200ms"), "choreography", many=200)
    ends = Counter(end for end, _ in durable_verdicts(history).values())
    assert set(ends) == {"succeeded", "failed"}
    fired = [
        row for row in rows(history, Kind.REACT) if isinstance(history.events[row.a], TimerFired)
    ]
    assert len(fired) == ends["failed"] > 0
    late = [
        row
        for row in rows(history, Kind.REACT)
        if isinstance(event := history.events[row.a], Received)
        and type(event.message).__name__ == "External"
    ]
    assert late, "the answers did come"


def test_without_a_time_out_an_answer_that_never_comes_leaves_the_instance_open():
    history = history_of(asked(timeout=None), "choreography", many=400)
    chosen = [r for r in rows(history, Kind.REACT) if isinstance(history.events[r.a], Chosen)]
    assert len(chosen) == 400
    assert 0 < len(durable_verdicts(history)) < 400


def test_a_wait_is_drawn_per_instance_and_the_same_in_both_designs():
    workflow = Workflow(
        name="patience",
        initial="wait",
        states={
            "wait": Wait(service="clerk", duration=Exponential(mean=d("1s")), next="work"),
            "work": Task(service="clerk", duration=Constant(0), next="done"),
            "done": Final(outcome="succeeded"),
        },
        services={},
    )
    fired = []
    for design in sorted(DESIGNS):
        history = history_of(workflow, design, many=50)
        arrived = {row.instance: row.time_ns for row in rows(history, Kind.ARRIVE)}
        fired.append(
            {
                row.instance: (row.time_ns - arrived[row.instance]) // d("100ms")
                for row in rows(history, Kind.REACT)
                if isinstance(history.events[row.a], TimerFired)
            }
        )
    assert len(set(fired[0].values())) > 5
    near = [abs(fired[0][i] - fired[1][i]) <= 1 for i in range(50)]
    assert all(near)

"""Golden values of cost, events and coupling."""

from __future__ import annotations

import pytest

from tests.metrics.runs import A, B, C, Run, one_step, view
from wfmodel.designs.history import Drop
from wfmodel.designs.messages import Command, Ended, Proceed, Reply, Start
from wfmodel.metrics import measure
from wfmodel.model.workflow import Outcome

DO_A, DO_B = Command(A, 0, 1, "o"), Command(B, 0, 1, "o")
A_DONE, B_DONE = Reply(A, 0, 1, "done"), Reply(B, 0, 1, "done")
B_NEXT, C_NEXT = Proceed(B, 0, (), ()), Proceed(C, 0, (), ())
OVER = Ended(Outcome.SUCCEEDED)


def orchestrated() -> Run:
    run = Run().arrive(0).sends(0, "", Start()).receives(1, "o", Start())
    run.sends(1, "o", DO_A).receives(2, "a", DO_A).sends(3, "a", A_DONE).receives(4, "o", A_DONE)
    run.sends(4, "o", DO_B).receives(5, "b", DO_B).sends(6, "b", B_DONE).receives(7, "o", B_DONE)
    return run.says(7, "o", view("succeeded"))


def choreographed() -> Run:
    run = Run().arrive(0).sends(0, "", Start()).receives(1, "a", Start())
    run.sends(2, "a", B_NEXT).receives(3, "b", B_NEXT).sends(4, "b", C_NEXT)
    run.receives(5, "c", C_NEXT).sends(6, "c", OVER).receives(7, "a", OVER).receives(7, "b", OVER)
    return run.says(7, "c", view("succeeded"))


def test_messages_and_deliveries() -> None:
    values = measure(orchestrated().ends(10)).values
    assert values["messages"] == 5  # Start, two commands, two replies
    assert values["deliveries"] == 5
    assert values["busiest_load"] == 3  # o: Start and two replies
    values = measure(choreographed().ends(10)).values
    assert values["messages"] == 4  # Start, two events, the verdict (once, to two)
    assert values["deliveries"] == 5
    assert values["busiest_load"] == 2  # a and b: their step, and the verdict


def test_hops_count_deliveries_that_found_nobody() -> None:
    run = orchestrated().drops(8, "a", DO_A, Drop.LOST).drops(8, "a", DO_A, Drop.RECIPIENT_DOWN)
    run.drops(8, "o", DO_A, Drop.UNPUBLISHED)  # never reached the broker
    values = measure(run.ends(10)).values
    assert values["broker_hops"] == 7
    assert values["lost_events"] == 1


def test_phantom_events() -> None:
    assert measure(one_step(Run()).phantom(20, "a", A_DONE).ends(30)).values["phantom_events"] == 1


def test_store_writes_and_attempts() -> None:
    run = one_step(Run()).begins(3, A).begins(6, A).begins(7, A, epoch=1).begins(8, B)
    values = measure(run.ends(30)).values
    assert values["store_writes"] == 4  # o twice, a twice
    assert values["extra_attempts"] == 1  # only A's first visit was begun twice


def test_latency_percentiles_and_throughput() -> None:
    run = Run()
    for i in range(100):
        run.arrive(10 * i, i).says(10 * i + 1 + i / 100, "o", view("succeeded"), i)
    run.arrive(1000, 100)  # never concluded
    values = measure(run.no_more_arrivals(2000).ends(3000)).values
    assert values["latency_p50"] == pytest.approx(0.001495)  # between 1.49 and 1.50 ms
    assert values["latency_p99"] == pytest.approx(0.0019801)
    assert values["latency_mean"] == pytest.approx(0.001495)
    assert values["throughput"] == 50  # 100 in 2 s


def test_throughput_leaves_out_the_warm_up_and_what_comes_later() -> None:
    run = one_step(Run())
    one_step(run, at=100, instance=1)
    run.arrive(200, 2).no_more_arrivals(300).says(400, "o", view("succeeded"), 2)
    values = measure(run.ends(500, warm_up_ms=50)).values
    assert values["throughput"] == pytest.approx(1 / 0.250)


def test_no_verdict_no_latency() -> None:
    assert measure(Run().arrive(0).ends(10)).reasons["latency_p95"] == "no instance had a verdict"


def test_coupling_of_an_orchestration() -> None:
    values = measure(orchestrated().ends(10)).values
    assert values["link_count"] == 4  # o-a, a-o, o-b, b-o; the outside counts for nobody
    assert values["fan_in"] == 2  # o hears from a and b
    assert values["fan_out"] == 2
    assert values["shared_schemas"] == 4  # a command and a reply per step
    assert values["touched_by_new_step"] == 2  # the orchestrator and the new service


def test_coupling_of_a_choreography() -> None:
    values = measure(choreographed().ends(10)).values
    assert values["link_count"] == 4  # a-b, b-c, c-a, c-b
    assert values["fan_in"] == 2  # b hears from a and c
    assert values["fan_out"] == 2  # c tells a and b
    assert values["shared_schemas"] == 3  # two events and the verdict
    assert values["touched_by_new_step"] == 3  # before, after, and the new service


def test_a_participant_alone_has_no_links() -> None:
    measured = measure(one_step(Run()).ends(30))
    assert measured.reasons["link_count"] == "no participant heard from another"

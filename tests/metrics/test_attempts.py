"""Executions at once, and reports that a fence refused: by hand, and beside a naive reading."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.test_replicas import LEASE, PAUSE, payment, run
from wfmodel.designs import Knobs, build
from wfmodel.designs.history import CRASHES, History, Kind
from wfmodel.designs.messages import WorkDone
from wfmodel.metrics import measure
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.testing import knobs, settings_of_runs, workflows

CALM = Setting(arrivals=Arrivals(at=("0s",)), horizon="2m")


def values_of(system, setting: Setting = CALM) -> dict[str, float]:
    return dict(measure(simulate(system, setting)).values)


@pytest.mark.parametrize(("joins", "at_once"), [(True, 0.0), (False, 1.0)])
def test_a_time_out_does_not_stop_the_first_attempt(joins, at_once):
    retry = {"attempts": 2, "backoff": "0s"}
    workflow = payment(duration="3s", timeout="2s", retry=retry)
    values = values_of(build(workflow, "orchestration", Knobs(deduplicate=joins)))
    assert values["executions_at_once"] == at_once


@pytest.mark.parametrize(("redelivery", "at_once"), [("5s", 0.0), ("2s", 1.0)])
def test_a_visibility_time_out_shorter_than_the_work_lets_two_do_it(redelivery, at_once):
    custody = Knobs(
        acknowledge="after-work",
        redelivery_timeout=redelivery,
        replicas={"bank": 2},
        deduplicate=False,
    )
    values = values_of(build(payment(duration="3s"), "orchestration", custody))
    assert values["executions_at_once"] == at_once


@pytest.mark.parametrize(("fenced", "refused"), [(True, 1.0), (False, 0.0)])
def test_the_report_of_who_was_taken_for_dead_is_refused(fenced, refused):
    given = Knobs(replicas={"bank": 2}, lease=LEASE, fenced=fenced)
    history = run(payment(duration="5s"), "orchestration", given, ("0s",), PAUSE)
    assert measure(history).values["refused_reports"] == refused


@settings(max_examples=60)
@given(workflows(timeouts=True), knobs(), settings_of_runs(), st.integers(0, 99))
def test_a_naive_reading_finds_the_same(workflow, given, setting, seed):
    history = simulate(build(workflow, "choreography", given), setting, seed=seed)
    values = measure(history).values
    at_once, refused, instances = _naive(history)
    if not instances:
        return
    assert values["executions_at_once"] == pytest.approx(len(at_once) / instances)
    assert values["refused_reports"] == pytest.approx((refused if given.fenced else 0) / instances)


def _naive(history: History) -> tuple[set[int], int, int]:
    """Row by row: open attempts by visit, each with its replica, and whether that lapsed."""
    open_: dict[tuple[int, int, int], list[list[int]]] = {}
    holder: dict[tuple[int, int], int] = {}
    at_once, refused, instances = set(), 0, 0
    for row in history:
        match row.kind:
            case Kind.ARRIVE:
                instances += 1
            case Kind.TAKE:
                holder[row.instance, row.participant] = row.a
            case Kind.BEGIN:
                visit = (row.instance, row.a, row.b)
                if open_.setdefault(visit, []):
                    at_once.add(row.instance)
                replica = holder.get((row.instance, row.participant), 0)
                open_[visit].append([row.participant, replica, 0])
            case Kind.REACT if isinstance(event := history.events[row.a], WorkDone):
                open_.pop((row.instance, event.node, event.epoch), None)
            case Kind.FAULT_ON if row.a in CRASHES:
                for attempts in open_.values():
                    attempts[:] = [each for each in attempts if each[0] != row.participant]
            case Kind.LAPSE:
                for attempts in open_.values():
                    for each in attempts:
                        if each[:2] == [row.participant, row.a] and not each[2]:
                            each[2] = 1
                            refused += 1
    return at_once, refused, instances

"""A history in the words of Airflow's tables: which states, in which order, and against the DAG."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from tests.importers.airflow.test_against_airflow import serialised
from tests.importers.airflow.test_random_dags import some_dag
from wfmodel.designs import Fault, Knobs, choreograph, orchestrate
from wfmodel.designs.knobs import Interrupted, Lease
from wfmodel.importers.airflow import translate
from wfmodel.importers.airflow.dag_findings import RACED_SKIP
from wfmodel.importers.airflow.dag_order import load_order
from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.model.distributions import Constant
from wfmodel.model.failures import FailureKind, FailureMode
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.traces.airflow_tables import table_states

SECOND = 10**9
MODELS = Path(__file__).parents[2] / "models"
RECORDED = Path(__file__).parents[1] / "importers" / "airflow" / "recorded.json"
CALM = ["scheduled", "queued", "running", "success"]


def task(name, *after, **fields):
    return {"task_id": name, "downstream_task_ids": list(after), "task_type": "Bash", **fields}


def dag(*tasks, **fields):
    wrapped = [{"__type": "operator", "__var": each} for each in tasks]
    return json.dumps({"__version": 3, "dag": {"dag_id": "dag", "tasks": wrapped, **fields}})


def notes(**states):
    return Annotations(states={name: StateAnnotation(**said) for name, said in states.items()})


FAILS = {"failures": {"exception": FailureMode(FailureKind.TRANSIENT, 1.0)}}


def changes(text, annotations=None, *, knobs=None, faults=(), design=orchestrate, seed=1):
    order = load_order("-", annotations or Annotations(), text)
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon="10m", network="0s", faults=faults)
    history = simulate(design(order.workflow, knobs or Knobs()), setting, seed=seed)
    return table_states(history, order, 0)


def states_of(found, name, index=-1):
    return [each.state for each in found if (each.task, each.index) == (name, index)]


@pytest.mark.parametrize("design", [orchestrate, choreograph])
def test_a_task_that_succeeds_goes_through_four_states_whoever_decides(design):
    found = changes(dag(task("a", "b"), task("b")), design=design)
    assert states_of(found, "a") == states_of(found, "b") == CALM
    assert states_of(found, "") == ["queued", "running", "success"]
    assert [e.task for e in found if e.state == "success"] == ["a", "b", ""]


def test_who_fails_is_tried_again_and_who_waits_for_it_fails_with_it():
    text = dag(task("a", "b", retries=1, retry_delay=5.0), task("b", "c"), task("c"))
    found = changes(text, notes(a=FAILS))
    tried = ["scheduled", "queued", "running"]
    assert states_of(found, "a") == [*tried, "up_for_retry", *tried, "failed"]
    again = [each for each in found if each.task == "a" and each.attempt == 2]
    failed = next(each for each in found if each.state == "up_for_retry")
    assert again[0].time_ns - failed.time_ns == pytest.approx(5 * SECOND, rel=0.01)
    assert states_of(found, "b") == states_of(found, "c") == ["upstream_failed"]
    assert found[-1].state == "failed"


def test_whom_a_branching_task_skips_is_skipped_before_it_succeeds():
    branch = task("a", "b", "c", task_type="BranchPythonOperator", _can_skip_downstream=True)
    found = changes(dag(branch, task("b"), task("c")))
    ends = [(e.task, e.state) for e in found if e.state in ("success", "skipped")]
    assert sorted(name for name, state in ends if state == "success")[1:] != ["b", "c"]
    assert ends[0][1] == "skipped"
    assert ends[1] == ("a", "success")


def test_a_task_without_work_succeeds_and_never_runs():
    found = changes(dag(task("a", "b", _is_empty=True), task("b")))
    assert states_of(found, "a") == ["success"]
    assert states_of(found, "b") == CALM


def test_each_instance_of_a_mapped_task_has_a_row():
    mapped = task("a", "b", _is_mapped=True)
    found = changes(dag(mapped, task("b")), notes(a={"items": 2}))
    assert states_of(found, "a", 0) == states_of(found, "a", 1) == states_of(found, "b") == CALM


def test_a_mapped_task_that_failed_fails_whoever_waits_for_it():
    mapped = task("a", "b", _is_mapped=True)
    found = changes(dag(mapped, task("b")), notes(a={"items": 2, **FAILS}))
    assert states_of(found, "a", 1)[-1] == "failed"
    assert states_of(found, "b") == ["upstream_failed"]


def test_nothing_comes_after_a_sensor_has_failed():
    """It is met at 2 min, when it has long timed out."""
    sensor = task("a", "b", _is_sensor=True, reschedule=True)
    said = notes(a={"delay": Constant(120 * SECOND), "timeout": "60s"})
    found = changes(dag(sensor, task("b")), said)
    tries = ["scheduled", "queued", "running"]
    assert states_of(found, "a") == [*tries, "up_for_reschedule", "failed"]
    assert found[-1].task == ""


def test_a_sensor_that_reschedules_waits_beside_its_pool():
    sensor = task("a", _is_sensor=True, reschedule=True)
    found = changes(dag(sensor), notes(a={"delay": Constant(60 * SECOND)}))
    tries = ["scheduled", "queued", "running"]
    assert states_of(found, "a") == [*tries, "up_for_reschedule", *tries, "success"]


def test_the_first_failure_of_a_fail_fast_dag_ends_it():
    chains = (task("a", "c"), task("b", "d"), task("c"), task("d"))
    said = notes(
        a={"duration": Constant(10 * SECOND), **FAILS}, b={"duration": Constant(100 * SECOND)}
    )
    found = changes(dag(*chains, fail_fast=True), said)
    assert {name: states_of(found, name)[-1] for name in ("a", "b", "c", "d", "")} == {
        **{"a": "failed", "b": "failed", "c": "skipped", "d": "skipped", "": "failed"}
    }
    assert states_of(found, "c") == states_of(found, "d") == ["skipped"]
    assert found[-1].time_ns == pytest.approx(10 * SECOND, rel=0.01)


def test_teardowns_of_a_fail_fast_dag_still_run():
    chain = (
        *(task("up", "work", "down", is_setup=True), task("work", "down"), task("side")),
        task("down", is_teardown=True, trigger_rule="all_done_setup_success"),
    )
    found = changes(dag(*chain, fail_fast=True), notes(work=FAILS))
    assert states_of(found, "down") == CALM
    assert found[-1].state == "failed"


KILLED = (Fault(kind="crash", target="default_pool", at=(5 * SECOND,)),)
WORK = notes(a={"duration": Constant(10 * SECOND)})


def test_a_killed_task_fails_and_is_tried_again():
    text = dag(task("a", retries=1, retry_delay=5.0))
    found = changes(text, WORK, knobs=Knobs(interrupted=Interrupted.FAILS), faults=KILLED)
    tried = ["scheduled", "queued", "running"]
    assert states_of(found, "a") == [*tried, "up_for_retry", *tried, "success"]
    assert found[-1].time_ns == pytest.approx(20 * SECOND, rel=0.01)


def test_an_orphan_is_set_back_and_run_anew_without_a_retry():
    lease = Lease(of="*", renewed=6 * SECOND, lasts=30 * SECOND, look=300 * SECOND)
    node = (Fault(kind="crash", at=(5 * SECOND,)),)
    found = changes(dag(task("a")), WORK, knobs=Knobs(lease=lease), faults=node)
    tried = ["scheduled", "queued", "running"]
    assert states_of(found, "a") == [*tried, "none", *tried, "success"]
    assert [each.attempt for each in found if (each.task, each.state) == ("a", "running")] == [1, 1]
    assert found[-1].time_ns == pytest.approx(315 * SECOND, rel=0.01)


def test_what_is_not_committed_has_not_ended():
    late = (Fault(kind="crash", target="default_pool", at=(10 * SECOND + SECOND // 4,)),)
    knobs = Knobs(commit=Constant(SECOND // 10))
    found = changes(dag(task("a")), WORK, knobs=knobs, faults=late)
    assert states_of(found, "a") == [*CALM[:3], "none", *CALM]


RECORDS = [
    record
    for record in json.loads(RECORDED.read_text(encoding="utf-8"))["dags"]
    if set(record["fates"].values()) <= {"S", "F"}  # who is skipped is drawn
]


@pytest.mark.parametrize("record", RECORDS)
def test_a_dag_without_branches_ends_in_the_tables_as_it_did_in_airflow(record):
    failing = notes(**{name: FAILS for name, fate in record["fates"].items() if fate == "F"})
    found = changes(json.dumps(serialised(record)), failing)
    ends = {each.task: each.state for each in found}
    assert ends.pop("") == record["run"]
    assert ends == record["ends"]


@pytest.mark.parametrize("seed", range(30))
def test_a_random_dag_ends_in_the_tables_as_its_trigger_rules_say(seed):
    dag, _ = some_dag(random.Random(seed))
    done = translate(dag)
    if done.workflow is None or any(each.code == RACED_SKIP.code for each in done.findings):
        pytest.skip("who is first decides")
    draw = random.Random(seed)
    failing = {name: FAILS for name in done.graph.dag.nodes if draw.random() < 0.3}
    found = changes(json.dumps(dag), notes(**failing), seed=seed)
    ends = {each.task: each.state for each in found}
    ends.pop("")
    rules = done.graph.dag
    ways = [
        rules.ways(name)[-1:] if ends[name] == "failed" else rules.ways(name)
        for name in rules.nodes
    ]
    played = (rules.play(dict(zip(rules.nodes, each, strict=True))) for each in product(*ways))
    assert any({n: str(min(end)) for n, end in some.items()} == ends for some in played)


def test_the_model_of_the_real_run_shows_a_history_of_its_own_dag_only():
    order = load_order(MODELS / "airflow-tables" / "workflow.json")
    other = load_order("-", Annotations(), dag(task("a")))
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon="10m")
    history = simulate(orchestrate(order.workflow, Knobs()), setting)
    assert table_states(history, order, 0)[-1].state == "success"
    with pytest.raises(ValueError, match="not of this DAG"):
        table_states(history, other, 0)
    with pytest.raises(KeyError, match="no instance 7"):
        table_states(history, replace(order), 7)


def test_a_run_that_times_out_fails_and_what_is_not_finished_is_skipped():
    """``DagRun`` of Airflow 3: the scheduler skips unfinished task instances, and fails the run."""
    text = dag(task("a", "b"), task("b", "c"), task("c"), dagrun_timeout=15.0)
    long = notes(a={"duration": Constant(10 * SECOND)}, b={"duration": Constant(10 * SECOND)})
    found = changes(text, long)
    assert states_of(found, "a") == CALM
    assert states_of(found, "b") == [*CALM[:-1], "skipped"]
    assert states_of(found, "c") == ["skipped"]
    assert (found[-1].task, found[-1].state) == ("", "failed")
    assert found[-1].time_ns == pytest.approx(15 * SECOND, rel=0.01)

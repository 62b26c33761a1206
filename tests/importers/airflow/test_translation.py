"""What becomes of which part of a DAG; and where findings stand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.importers.airflow.written_dags import branch, codes, dag, states, task
from wfmodel.checks.file_selection import Selection, select_files
from wfmodel.importers import load_any, load_dag
from wfmodel.importers.airflow import translate
from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.importers.recognition import claims_to_be, is_definition
from wfmodel.model.findings import Severity
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Choice, Parallel, Receive, Task, Wait

MODEL = Path(__file__).parents[3] / "models" / "airflow-sales"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (None, {"a": 16, "b": 13, "c": 1, "d": 10}),  # all after it, each once
        ("downstream", {"a": 16, "b": 13, "c": 1, "d": 10}),
        ("upstream", {"a": 2, "b": 4, "c": 3, "d": 15}),
        ("absolute", {"a": 2, "b": 2, "c": 1, "d": 10}),
    ],
)
def test_a_priority_is_the_weight_by_its_rule(rule, expected):
    """As Airflow sums it up: a is before b and c, b before e and d, e before d."""
    given = {} if rule is None else {"weight_rule": rule}
    found = states(
        task("a", "b", "c", priority_weight=2, **given),
        task("b", "d", "e", priority_weight=2, **given),
        task("c", **given),
        task("e", "d", **given),
        task("d", priority_weight=10, **given),
    )
    told = {}
    for state in all_tasks(found):
        told[state.action or ""] = state.priority
    assert {name: told[name] for name in expected} == expected


def all_tasks(found):
    """Tasks of a machine and of its regions; each is named by its action."""
    for name, state in found.items():
        if isinstance(state, Task):
            yield replace(state, action=state.action or name)
        for region in getattr(state, "regions", ()):
            yield from all_tasks(region.states)


def test_weights_beyond_32_bits_are_the_nearest_that_fit():
    much = {"priority_weight": 8 * 10**8}
    found = states(task("a", "b", **much), task("b", "c", **much), task("c", **much))
    assert [found[name].priority for name in "abc"] == [2**31 - 1, 16 * 10**8, 8 * 10**8]


def test_the_heaviest_of_the_tasks_that_are_ready_at_once_is_told_first():
    light, heavy, middle = (task(n, priority_weight=w) for n, w in (("a", 1), ("b", 10), ("c", 5)))
    found = states(task("r", "a", "b", "c"), light, heavy, middle)
    assert [region.initial for region in found["all"].regions] == ["b", "c", "a"]


def test_a_weight_rule_that_is_code_is_named():
    found = dag(task("a", priority_weight=7, weight_rule="rules.BySize"))
    assert codes(found).count("A214") == 1
    assert translate(found, Annotations(states={})).workflow.states["a"].priority == 7


def test_a_task_works_in_its_pool_with_its_retries_and_time_out():
    found = states(task("a", pool="etl", retries=2, retry_delay=60.0, execution_timeout=600.0))["a"]
    assert isinstance(found, Task)
    assert (found.service, found.timeout) == ("etl", parse_duration("10m"))
    assert (found.retry.attempts, found.retry.factor) == (3, 1.0)
    assert found.retry.delay_before(3) == parse_duration("60s")


@pytest.mark.parametrize(
    ("given", "factor", "first"), [(2.0, 2.0, "90s"), (True, 2.0, "90s"), (3, 3.0, "90s")]
)
def test_a_growing_back_off_is_its_mean(given, factor, first):
    fields = {"retries": 3, "retry_delay": 60, "retry_exponential_backoff": given}
    found = states(task("a", **fields, max_retry_delay=120))["a"].retry
    assert (found.factor, found.delay_before(2)) == (factor, parse_duration(first))
    assert found.delay_before(3) == parse_duration("120s")
    assert codes(dag(task("a", **fields))) == ["A211"]


def test_a_default_of_the_client_counts_where_a_task_says_nothing():
    value = dag(task("a", retries=1)) | {"client_defaults": {"tasks": {"retry_delay": 7.0}}}
    found = translate(value).workflow.states["a"].retry
    assert found.backoff == parse_duration("7s")


@pytest.mark.parametrize("after", [5, ["nowhere"], {"a": 1}])
def test_what_comes_after_a_task_has_no_default(after):
    value = dag(task("a", partial_kwargs={"downstream_task_ids": after}))
    value |= {"client_defaults": {"tasks": {"downstream_task_ids": after}}}
    for each in value["dag"]["tasks"]:
        each.get("__var", each).pop("downstream_task_ids", None)
    assert codes(value) == []


def test_a_field_that_is_null_says_nothing():
    assert states(task("a", retries=None, pool=None))["a"].service == "default_pool"


def test_version_2_is_read_and_1_is_not():
    assert codes(dag(task("a"), version=2)) == []
    assert codes(dag(task("a"), version=1)) == ["A202"]


def test_an_empty_task_takes_no_time_and_cannot_fail():
    found = states(task("a", "b", _is_empty=True), task("b"))
    assert isinstance(found["a"], Wait)
    assert found["a"].next == "b"


def test_a_chain_that_fails_runs_nothing_more():
    found = states(task("a", "b"), task("b"))
    assert (found["a"].next, found["a"].on["failure"]) == ("b", "failed")


def test_a_join_waits_for_all_and_a_failure_ends_the_run():
    found = states(task("a", "c"), task("b", "c"), task("c"))
    fork = found["before c"]
    assert isinstance(fork, Parallel)
    assert (fork.join, fork.siblings, fork.next) == ("all", "wait", "c")
    assert fork.on == {"failure": "failed"}


@pytest.mark.parametrize(
    ("rule", "join", "siblings"),
    [
        ("one_success", "any", "finish"),
        ("one_failed", "any", "finish"),
        ("one_done", "any", "finish"),
        ("all_done", 0, "wait"),
    ],
)
def test_a_rule_that_is_met_early_does_not_wait(rule, join, siblings):
    found = states(task("a", "c"), task("b", "c"), task("c", trigger_rule=rule))
    fork = found["before c"]
    assert (fork.join, fork.siblings) == (join, siblings)


def test_one_failure_is_enough_to_go_on():
    value = (task("a", "c"), task("b", "c"), task("c", trigger_rule="one_failed"))
    fork = states(*value)["before c"]
    assert (fork.next, fork.on) == ("c", {"failure": "success"})
    assert fork.regions[0].states["a"].on == {"failure": "counted"}
    [finding] = translate(dag(*value)).findings
    assert finding.code == "A230"
    assert finding.message.startswith("'c' starts after one of 'a', 'b'")


def test_where_the_model_waits_for_all_though_one_is_enough():
    """What follows s tells whether both failed, so that no single end decides."""
    mapped = dag(task("m", "c", _is_mapped=True), task("c", trigger_rule="one_failed"))
    assert codes(mapped, {"m": StateAnnotation(items=3)}) == ["A210"]
    two = dag(
        *(task("a", "c", "s"), task("b", "c", "s"), task("c", trigger_rule="one_failed")),
        task("s", trigger_rule="all_failed"),
    )
    assert "A210" in codes(two)


def test_a_clean_up_runs_after_success_and_failure_alike():
    found = states(task("a", "b"), task("b", "c"), task("c", trigger_rule="all_done"))
    assert found["a"].on["failure"] == found["b"].next == found["b"].on["failure"] == "c"


def test_a_branching_task_becomes_a_choice_and_the_rest_is_skipped():
    rule = "none_failed_min_one_success"
    value = (branch("a", "b", "c"), task("b", "d"), task("c", "d"), task("d", trigger_rule=rule))
    note = StateAnnotation(probabilities={"b": 0.9})
    info = {"a": {"b": {"label": "all is there"}}}
    found = states(*value, notes={"a": note}, edge_info=info)
    choice = found["a (branches)"]
    assert isinstance(choice, Choice)
    [first] = choice.branches
    assert (first.when, first.next, first.probability) == ("all is there", "b", 0.9)
    assert choice.default == "c"
    assert found["b"].next == found["c"].next == "d"


def test_a_skipped_join_is_not_run():
    value = (branch("a", "b", "c"), task("b", "d"), task("c", "d"), task("d"))
    assert "d" not in states(*value)


def test_a_join_that_was_skipped_is_not_failed_any_more():
    # Airflow skips d when a has decided; that b fails then comes too late for it.
    value = (branch("a", "b", "c"), task("b", "d"), task("c", "d"), task("d"))
    found = states(*value)
    assert found["b"].next == found["b"].on["failure"] == "success"
    assert "A227" not in codes(dag(*value))


def test_a_skip_and_a_failure_that_race_are_a_finding():
    value = dag(branch("a", "b", "c"), task("b", "d"), task("c"), task("x", "d"), task("d"))
    [finding] = [f for f in translate(value).findings if f.code == "A227"]
    assert finding.message == "'d' is skipped by 'b' or fails by 'x': the first counts"


def test_a_task_that_skips_itself_by_its_annotation():
    note = StateAnnotation(failures={"skipped": {"kind": "business", "probability": 0.1}})
    found = states(task("a", "b"), task("b"), notes={"a": note})
    assert found["a"].on == {"skipped": "success", "failure": "failed"}


def test_sensors_hold_a_slot_or_wait_outside():
    poking = states(task("s", _is_sensor=True, reschedule=False, retries=1))["s"]
    assert isinstance(poking, Task)
    assert poking.timeout == parse_duration("7d")
    assert poking.retry.on == ("exception",)
    outside = states(task("s", "b", _is_sensor=True, reschedule=True), task("b"))["s"]
    assert isinstance(outside, Receive)
    assert (outside.events["met"].next, outside.on) == ("b", {"timeout": "failed"})
    waits = states(task("s", _is_sensor=True, delta="1 day, 0:00:02"))["s"]
    assert waits.duration.mean_ns() == parse_duration("1d") + parse_duration("2s")


def test_a_mapped_task_runs_once_for_each_instance():
    found = states(
        task("a", "b", _is_mapped=True), task("b"), notes={"a": StateAnnotation(items=5)}
    )
    fork = found["a"]
    assert (fork.copies, fork.join, fork.next, fork.on) == (5, "all", "b", {"failure": "failed"})
    assert set(fork.regions[0].states) == {"a", "counted", "not counted"}


def test_one_instance_is_enough_for_one_success():
    found = states(task("a", "b", _is_mapped=True), task("b", trigger_rule="one_success"))
    assert (found["a"].join, found["a"].next) == ("any", "b")


def test_a_mapped_group_is_one_region():
    children = {"g.a": ["operator", "g.a"], "g.b": ["operator", "g.b"]}
    group = {"_group_id": "g", "is_mapped": True, "children": children}
    top = {"_group_id": None, "children": {"g": ["taskgroup", group]}}
    found = states(task("g.a", "g.b"), task("g.b", "z"), task("z"), task_group=top)
    assert (found["g"].copies, found["g"].next) == (2, "z")
    assert found["g"].regions[0].states["g.a"].next == "g.b"


def test_a_teardown_runs_when_the_work_failed_and_the_run_fails_all_the_same():
    found = states(
        task("up", "work", "down", is_setup=True),
        task("work", "down"),
        task("down", is_teardown=True, trigger_rule="all_done_setup_success"),
    )
    after = found[found["work"].on["failure"]]
    assert (after.action or "down") == "down"
    assert (found["down"].next, found["down"].on["failure"]) == ("success", "success")
    assert (after.next, after.on["failure"]) == ("failed", "failed")
    assert found["up"].on["failure"] == "failed"


def test_what_one_join_cannot_ask_is_an_added_wait():
    value = dag(task("a", "c", "d"), task("b", "d"), task("c"), task("d"))
    [finding] = translate(value).findings
    assert (finding.code, finding.message) == ("A210", "in the model 'b' waits for 'a' too")


def test_fail_fast_cancels():
    found = states(task("a", "c"), task("b", "c"), task("c"), fail_fast=True)
    assert found["before c"].siblings == "cancel"


def test_the_time_limit_of_a_run():
    assert translate(dag(task("a"), dagrun_timeout=60.0)).workflow.timeout == parse_duration("1m")


@pytest.mark.parametrize(
    ("notes", "code", "said"),
    [
        ({"lod": {"items": 2}}, "A140", "did you mean 'load'?"),
        ({"load": {"items": 2}}, "A142", "it takes"),
        ({"load": {"probabilities": {"x": 1}}}, "A142", "it takes"),
        ({"pick": {"probabilities": {"x": 1}}}, "A143", ""),
    ],
)
def test_an_annotation_that_fits_nothing_is_an_error(notes, code, said):
    given = {name: StateAnnotation(**note) for name, note in notes.items()}
    value = dag(branch("pick", "load"), task("load"))
    found = translate(value, Annotations(states=given))
    assert found.workflow is None
    assert code in [f.code for f in found.annotation_findings]
    assert any(said in f.help for f in found.annotation_findings)


@pytest.mark.parametrize(
    "value",
    [
        {"__version": 3, "dag": []},
        {"__version": 3, "dag": {"dag_id": "d", "tasks": []}},
        {"__version": 3, "dag": {"dag_id": "d", "tasks": [3]}},
        {"__version": 3, "dag": {"dag_id": 4, "tasks": [task("a")]}},
        dag(task("a"), task("a")),
        dag(task("a", 4)),
        dag(task("a", retries=-1)),
        dag(task("a", retries=1e300)),
        dag(task("a", retry_delay="5m")),
        dag(task("a", pool=4)),
        dag(task("a", is_setup="yes")),
        dag(task("a", "a")),
        dag(task("a"), dagrun_timeout="1h"),
        dag(task("a")) | {"client_defaults": {"tasks": {"retries": "x"}}},
        dag(task("a")) | {"client_defaults": {"tasks": {"priority_weight": 1e300}}},
        dag(task("a", partial_kwargs={"retries": "x"})),
        dag(task("a", partial_kwargs={"__type": "dict", "__var": {"retries": "x"}})),
    ],
)
def test_what_is_no_serialised_dag_is_an_error(value):
    done = translate(value)
    assert done.workflow is None
    assert any(f.severity is Severity.ERROR for f in done.findings)


@pytest.mark.parametrize("limit", ["run_states.MOST_STATES", "forks.MOST_STEPS"])
def test_too_many_states_are_refused_by_name(monkeypatch, limit):
    monkeypatch.setattr(f"wfmodel.importers.airflow.{limit}", 2)
    done = translate(dag(task("a", "c"), task("b", "c"), task("c")))
    assert done.workflow is None
    [finding] = done.findings
    assert (finding.code, finding.path) == ("A205", ("dag", "tasks"))


def test_the_model_imports_with_places():
    result = load_any(MODEL / "workflow.json")
    assert result.workflow is not None
    text = (MODEL / "workflow.json").read_text(encoding="utf-8").split("\n")
    at = result.document.locate(("states", "load"))
    assert '"task_id": "load"' in "\n".join(text[at.line - 1 : at.end_line])
    for finding in result.findings:
        assert finding.span.file.endswith("workflow.json")
        assert finding.severity is Severity.INFO
    assert {f.code for f in result.findings} >= {"A211", "A216", "A218", "A220"}


def test_the_model_is_what_its_dag_file_says():
    source = (MODEL / "dag.py").read_text(encoding="utf-8")
    value = json.loads((MODEL / "workflow.json").read_text(encoding="utf-8"))
    for item in value["dag"]["tasks"]:
        assert f'"{item["__var"]["task_id"].rpartition(".")[2]}"' in source


def test_a_serialised_dag_is_found_by_what_it_holds(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(dag(task("a"))), encoding="utf-8")
    (tmp_path / "b.json").write_text('{"version": 3, "dag": {}}', encoding="utf-8")
    assert [Path(f).name for f in select_files([str(tmp_path)], Selection()).files] == ["a.json"]
    assert is_definition(dag(task("a")), "a.json")
    assert claims_to_be('{"__version": 3, "dag": {"dag_id": "x",', "a.json")
    assert load_dag(tmp_path / "a.json").workflow.name == "d"

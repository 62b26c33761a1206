"""Fields in a wrapping (``{"__type": "timedelta", "__var": 90.0}``), wherever they may stand."""

import pytest

from tests.importers.airflow.written_dags import codes, dag, task
from wfmodel.importers.airflow import translate
from wfmodel.model.units import parse_duration


def wrapped(value, kind="timedelta"):
    return {"__type": kind, "__var": value}


def test_fields_of_a_dag():
    given = {"dagrun_timeout": wrapped(90.0), "fail_fast": wrapped(True, "bool")}
    done = translate(dag(task("a"), **given, max_active_runs=wrapped(3), description=wrapped("x")))
    assert done.workflow.timeout == parse_duration("90s")
    assert done.workflow.description == "x"
    assert [f.code for f in done.findings] == ["A216", "A222"]


@pytest.mark.parametrize(
    "field",
    [
        *("retries", "retry_delay", "execution_timeout", "priority_weight", "trigger_rule", "pool"),
        *("retry_exponential_backoff", "max_retry_delay", "weight_rule", "downstream_task_ids"),
    ],
)
def test_null_in_a_wrapping_says_nothing(field):
    common = {"retries": 2} if field != "retries" else {}
    bare = translate(dag(task("a", "b", **common), task("b", **{**common, field: None})))
    value = dag(task("a", "b", **common), task("b", **{**common, field: wrapped(None)}))
    assert translate(value).workflow == bare.workflow
    assert bare.workflow is not None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"retries": wrapped("x")}, ("retries",)),
        ({"partial_kwargs": {"retries": "x"}}, ("partial_kwargs", "retries")),
        ({"partial_kwargs": wrapped({"retries": "x"})}, ("partial_kwargs", "__var", "retries")),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(fields, path):
    [finding] = translate(dag(task("a", _is_mapped=True, **fields))).findings
    assert (finding.code, finding.path) == ("A201", ("dag", "tasks", 0, "__var", *path))


def test_so_is_a_default_of_the_client():
    value = dag(task("a")) | {"client_defaults": {"tasks": {"retry_delay": "5m"}}}
    [finding] = translate(value).findings
    assert (finding.code, finding.path) == ("A201", ("client_defaults", "tasks", "retry_delay"))


@pytest.mark.parametrize("rule", ["all_sucess", wrapped("all_sucess", "str")])
def test_an_unknown_trigger_rule_is_named_wherever_it_stands(rule):
    given = {"trigger_rule": rule}
    assert codes(dag(task("a", **given))) == ["A203"]
    assert codes(dag(task("a", _is_mapped=True, partial_kwargs=given))) == ["A203"]
    assert codes(dag(task("a")) | {"client_defaults": {"tasks": given}}) == ["A203"]

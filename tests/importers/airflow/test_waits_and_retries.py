"""How long tasks wait, how often they are tried, and what ends that."""

import pytest

from tests.importers.airflow.written_dags import branch, codes, dag, states, task
from wfmodel.importers.annotations import StateAnnotation
from wfmodel.model.units import parse_duration


@pytest.mark.parametrize(
    ("delay", "factor", "longest", "pauses"),
    [
        (86400, 2.0, 864000, ["1d", "1d", "1d"]),  # max_task_retry_delay is shorter
        (28800, 2.0, None, ["12h", "24h", "24h"]),
        (100, 2.0, 200, ["150s", "200s", "200s"]),
        (100, 0.5, None, ["150s", "75s", "37500ms"]),
        (172800, 0, None, ["2d", "2d", "2d"]),  # a pause that does not grow has no limit
    ],
)
def test_pauses_between_attempts(delay, factor, longest, pauses):
    given = {"retry_exponential_backoff": factor, "max_retry_delay": longest}
    retry = states(task("a", retries=3, retry_delay=delay, **given))["a"].retry
    assert [retry.delay_before(k) for k in (2, 3, 4)] == [parse_duration(p) for p in pauses]


@pytest.mark.parametrize(
    ("retry", "again"),
    [
        (None, ("exception", "timeout")),
        ({"attempts": 4}, ("exception", "timeout")),
        ({"attempts": 4, "on": ["skipped", "exception"]}, ("exception",)),
        ({"attempts": 4, "on": ["skipped"]}, None),
    ],
)
def test_a_skip_is_never_retried(retry, again):
    failures = {"skipped": {"kind": "transient", "probability": 0.5}}
    note = StateAnnotation(failures=failures, retry=retry)
    found = states(task("a", retries=2), notes={"a": note})["a"].retry
    assert (found and found.on) == again


POKES = {"_is_sensor": True, "retries": 2}


@pytest.mark.parametrize(
    ("fields", "own", "limit", "again"),
    [
        ({}, None, "7d", ("exception",)),
        ({}, "2m", "2m", ("exception",)),
        ({"execution_timeout": 60}, None, "1m", ()),  # whatever fails, the time-out too
        ({"execution_timeout": 60}, "2m", "1m", ()),
        ({"execution_timeout": 180}, "2m", "2m", ("exception",)),  # its own comes first
    ],
)
def test_the_time_out_of_a_sensor_that_pokes(fields, own, limit, again):
    found = states(task("s", **POKES, **fields), notes={"s": StateAnnotation(timeout=own)})["s"]
    assert (found.timeout, found.retry.on) == (parse_duration(limit), again)


def test_an_execution_timeout_bounds_each_look_of_a_sensor_that_reschedules():
    given = {"_is_sensor": True, "reschedule": True, "execution_timeout": 60}
    assert states(task("s", **given))["s"].timeout == parse_duration("7d")


def latest(*below, kind="LatestOnlyOperator"):
    return task("l", *below, task_type=kind, _can_skip_downstream=True)


@pytest.mark.parametrize(
    ("kind", "given", "shares", "found"),
    [
        ("LatestOnlyOperator", {}, (1.0, 0.0), ["A229"]),
        ("LatestOnlyOperator", {"a": 0.2}, (0.2, 0.8), []),
        ("ShortCircuitOperator", {}, (0.5, 0.5), ["A212", "A229"]),
        ("ShortCircuitOperator", {"b": 0.3}, (0.3, 0.7), ["A212"]),
        ("ShortCircuitOperator", {"a": 0.3, "b": 0.3}, (0.3, 0.7), ["A212"]),
    ],
)
def test_how_often_a_run_goes_on(kind, given, shares, found):
    value = (latest("a", "b", kind=kind), task("a"), task("b"))
    notes = {"l": StateAnnotation(probabilities=given)}
    assert states(*value, notes=notes)["l (branches)"].probabilities() == pytest.approx(shares)
    assert codes(dag(*value), notes) == found


def test_what_is_skipped_together_has_one_probability():
    notes = {"l": StateAnnotation(probabilities={"a": 0.2, "b": 0.3})}
    assert "A144" in codes(dag(latest("a", "b"), task("a"), task("b")), notes)
    assert "A144" not in codes(dag(branch("l", "a", "b"), task("a"), task("b")), notes)


def test_a_delta_is_counted_from_the_start_of_the_run():
    """Known where nothing is before it; else it is said that the model counts otherwise."""
    sensor = task("w", task_type="TimeDeltaSensor", _is_sensor=True, delta="0:00:30")
    assert codes(dag(sensor)) == []
    assert codes(dag(task("a", "w"), sensor)) == ["A228"]
    known = {"w": StateAnnotation(duration={"distribution": "constant", "value": "5s"})}
    assert "A228" not in codes(dag(task("a", "w"), sensor), known)


def test_a_delta_is_waited_for_outside_too():
    fields = {"task_type": "TimeDeltaSensor", "_is_sensor": True, "reschedule": True}
    sensor = task("w", **fields, delta="0:00:30")
    assert states(sensor)["w"].delay.mean_ns() == parse_duration("30s")
    assert "A228" in codes(dag(task("a", "w"), sensor))
    assert "A228" not in codes(dag(task("a", "w"), sensor), {"w": StateAnnotation(delay="5s")})


def lasting(low, high, **said):
    between = {"distribution": "uniform", "low": low, "high": high}
    return {"a": StateAnnotation(duration=between, **said)}


@pytest.mark.parametrize(
    ("low", "high", "found"), [("1s", "59s", []), ("1s", "61s", ["A231"]), ("61s", "70s", [])]
)
def test_an_attempt_whose_time_is_up_is_killed(low, high, found):
    """Where all are it is said by a failure, where some are by a finding."""
    value = task("a", retries=2, execution_timeout=60)
    assert codes(dag(value), lasting(low, high)) == found
    made = states(value, notes=lasting(low, high))["a"]
    killed = made.failures.get("execution_timeout")
    assert (killed is not None) == (low == "61s")
    if killed:
        assert (made.duration.mean_ns(), made.timeout) == (parse_duration("60s"), None)
        assert killed.probability == 1


def test_only_where_a_late_result_can_count():
    """Without a retry nobody waits for it; and what a sensor waits for comes whoever looks."""
    once = task("a", execution_timeout=60)
    sensor = task("a", execution_timeout=60, _is_sensor=True, retries=2)
    for value in (once, sensor):
        assert "A231" not in codes(dag(value), lasting("1s", "70s"))
        assert states(value, notes=lasting("61s", "70s"))["a"].timeout == parse_duration("60s")


def test_what_is_retried_of_killed_attempts_is_what_the_retry_says():
    retry = {"attempts": 3, "on": ["timeout"]}
    found = states(task("a", execution_timeout=60), notes=lasting("61s", "70s", retry=retry))["a"]
    assert found.retry.on == ("execution_timeout",)

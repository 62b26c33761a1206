"""Every engine is documented, and what follows from its parameters are knobs that there are."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from pydantic import TypeAdapter, ValidationError

from tests.generated import ROOT
from wfmodel.designs import Knobs, Lease
from wfmodel.experiments import Scenario, Variant, load_scenario
from wfmodel.experiments.assumptions import assumptions
from wfmodel.runtimes import ENGINES, Runtime, engine_named, engine_page, engines_page

ASKED = {
    "airflow", "dbos", "temporal", "step-functions", "camunda-7", "camunda-8", "conductor", "kafka",
    "sqs", "rabbitmq", "nats", "redis-streams", "celery", "kubernetes-lease", "patroni",
    "postgresql-lease",
}  # fmt: skip
REQUIRED = {
    "redis-streams": {"min-idle-time": "10s", "claim-loop": "2s"},
    "temporal": {"activity.start_to_close_timeout": "1m"},
    "postgresql-lease": {"lease_duration": 10, "renew_every": 3, "look_every": 1},
}
"""Parameters without which an engine decides nothing."""


def usual(name: str) -> Runtime:
    return Runtime(name, REQUIRED.get(name, {}))


def test_the_engines_that_people_run_are_there():
    assert set(ENGINES) == ASKED


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_makes_sound_knobs_and_says_where_each_comes_from(name):
    runtime = usual(name)
    values = runtime.knob_values()
    assert set(values) <= {each.name for each in fields(Knobs)}
    assert set(runtime.origins()) == set(values)
    assert TypeAdapter(Knobs).validate_python(values) != Knobs() or name == "dbos"
    for knob, rule in engine_named(name).knobs.items():
        assert rule.names or rule.why, f"{knob} is fixed without a reason"


@pytest.mark.parametrize("name", ENGINES)
def test_the_page_of_an_engine_is_current_and_names_every_parameter(name):
    page = (ROOT / "docs" / "runtimes" / f"{name}.md").read_text(encoding="utf-8")
    assert page == engine_page(name), "python -m tests.generated --write"
    for parameter in engine_named(name).parameters:
        assert f"`{parameter}`" in page
    for required in REQUIRED.get(name, {}):
        with pytest.raises(ValueError, match="has no default; give it"):
            Runtime(name, {k: v for k, v in REQUIRED[name].items() if k != required})


def test_the_page_of_all_is_current():
    page = ROOT / "docs" / "runtimes" / "README.md"
    assert page.read_text(encoding="utf-8") == engines_page(), "python -m tests.generated --write"


@pytest.mark.parametrize(
    ("name", "given", "knob", "value"),
    [
        ("sqs", {}, "redelivery_timeout", "30s"),
        ("sqs", {"VisibilityTimeout": 300}, "redelivery_timeout", "5m"),
        ("kafka", {"session.timeout.ms": 10_000}, "redelivery_timeout", "10s"),
        ("kafka", {"max.poll.interval.ms": "20s"}, "redelivery_timeout", "20s"),
        ("celery", {}, "acknowledge", "on-receipt"),
        ("celery", {"task_acks_late": True}, "acknowledge", "after-work"),
        ("conductor", {"responseTimeoutSeconds": 600}, "redelivery_timeout", "11m"),
        ("redis-streams", {**REQUIRED["redis-streams"], "consumer": "stable"}, "custody", "link"),
        ("temporal", {**REQUIRED["temporal"]}, "redelivery_timeout", "60s"),
        (
            "temporal",
            {**REQUIRED["temporal"], "activity.heartbeat_timeout": 5},
            "redelivery_timeout",
            "5s",
        ),
        (
            "airflow",
            {},
            "lease",
            {"renewed": "6s", "lasts": "30s", "look": "5m", "of": "services"},
        ),
        (
            "airflow",
            {"scheduler.task_instance_heartbeat_timeout": "2m"},
            "heartbeat",
            {"renewed": "5s", "lasts": "2m", "look": "10s", "of": "services"},
        ),
        ("airflow", {}, "poll", {"every": "1s", "of": "orchestrator"}),
        ("kubernetes-lease", {}, "lease", {"renewed": "2s", "lasts": "15s", "look": "2s"}),
        ("patroni", {}, "lease", {"renewed": "10s", "lasts": "30s", "look": "10s"}),
    ],
)
def test_a_parameter_becomes_a_knob(name, given, knob, value):
    assert Runtime(name, given).knob_values()[knob] == value


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("airflw", {}, "unknown runtime 'airflw'; did you mean 'airflow'?"),
        ("sqs", {"VisibilityTimout": 3}, "did you mean 'VisibilityTimeout'?"),
        ("sqs", {"maxReceiveCount": "3s"}, "maxReceiveCount: expected a whole number; got '3s'"),
        ("dbos", {"workflow.max_recovery_attempts": 3}, "not covered: the model lacks a limit of"),
        ("airflow", {"core.parallelism": 8}, "is said elsewhere: `services.NAME.capacity`"),
        ("airflow", {"scheduler.task_queued_timeout": "2m"}, "a lease of what is queued"),
        ("sqs", {"VisibilityTimeout": 0}, "VisibilityTimeout = 0: redelivery_timeout"),
        ("sqs", {"VisibilityTimeout": -1}, "cannot be negative"),
        ("sqs", {"VisibilityTimeout": float("inf")}, "VisibilityTimeout"),
        ("sqs", {"VisibilityTimeout": "soon"}, "VisibilityTimeout: a duration is a number"),
        ("celery", {"task_acks_late": "often"}, "expected false or true; got 'often'"),
        ("airflow", {"scheduler.scheduler_health_check_threshold": 2}, "must last longer"),
    ],
)
def test_what_cannot_be_is_refused_by_name(name, given, said):
    with pytest.raises(ValueError) as caught:
        Runtime(name, given)
    assert said in str(caught.value)


SCENARIO = """\
question: Who recovers sooner?
workflow: ../../models/order-fulfilment/workflow.yaml
runtime: airflow
variants:
  engine: {design: orchestration}
  tuned: {design: orchestration, runtime: {airflow: {scheduler.orphaned_tasks_check_interval: 10}}}
  another: {design: orchestration, runtime: dbos}
  by hand: {design: orchestration, knobs: {lease: null}}
knobs: {commit: 3ms}
setting: {arrivals: {every: 1s}, horizon: 10s}
"""


def test_knobs_win_over_the_runtime_and_a_variant_over_the_scenario():
    loaded = load_scenario(ROOT / "tests" / "runtimes" / "s.yaml", SCENARIO)
    assert loaded.scenario is not None
    found = loaded.scenario.variants_by_name()
    leases = {name: each.knobs.lease for name, each in found.items()}
    documented = Lease(renewed="6s", lasts="30s", look="5m", of="services")  # type: ignore[arg-type]
    assert leases["engine"] == documented
    assert leases["tuned"] == replace(documented, look="10s")
    assert leases["another"] is leases["by hand"] is None
    assert {each.knobs.commit.mean_ns() for each in found.values()} == {3_000_000}
    assert replace(loaded.scenario, seed=2).variants_by_name() == found


def assumption(text: str, knob: str) -> tuple[str, bool]:
    loaded = load_scenario(ROOT / "tests" / "runtimes" / "s.yaml", text)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    [one] = [
        each
        for each in assumptions(loaded.scenario, loaded.workflow)
        if each.place == f"knobs.{knob}"
    ]
    return one.source, one.illustrative


ONE = """\
question: Who recovers sooner?
workflow: ../../models/order-fulfilment/workflow.yaml
runtime: airflow
knobs: {commit: 3ms}
setting: {arrivals: {every: 1s}, horizon: 10s}
"""


def test_assumptions_say_which_parameters_a_knob_comes_from():
    said, illustrative = assumption(ONE, "lease")
    assert "scheduler.orphaned_tasks_check_interval = 5m" in said
    assert "https://airflow.apache.org/" in said
    assert not illustrative
    tuned = ONE.replace("airflow\n", "{airflow: {scheduler.scheduler_heartbeat_sec: 2}}\n")
    said, illustrative = assumption(tuned, "lease")
    assert "scheduler.scheduler_heartbeat_sec = 2s" in said
    assert illustrative
    late = ONE.replace("airflow\n", "{celery: {task_acks_late: true}}\n")
    assert assumption(late, "acknowledge")[1] is False, "a choice, not a measurement"
    said, _ = assumption(ONE.replace("commit: 3ms", "lease: null"), "lease")
    assert "scheduler." not in said


def test_a_wrong_runtime_is_told_at_its_place():
    for wrong, said in {
        "airflw": "did you mean 'airflow'",
        "[airflow]": "a runtime is an engine's name",
        "{sqs: {}, kafka: {}}": "a runtime is an engine's name",
        "{sqs: {VisibilityTimeout: [1]}}": "expected a number, a time or a word",
    }.items():
        text = ONE.replace("runtime: airflow", f"runtime: {wrong}")
        [finding] = load_scenario(ROOT / "tests" / "runtimes" / "s.yaml", text).findings
        assert (finding.span.line, said in finding.message) == (3, True)


def test_in_python_knobs_beside_a_runtime_are_a_mapping():
    assert Variant(design="orchestration", runtime="sqs").knobs.deduplicate is False
    own = Variant(design="orchestration", runtime="sqs", knobs={"deduplicate": True})
    assert own.knobs.deduplicate
    assert own.knobs.acknowledge == "after-work"
    with pytest.raises(ValidationError, match="changes nothing"):
        Variant(design="orchestration", runtime="sqs", knobs=Knobs())
    schema = TypeAdapter(Scenario).json_schema()
    assert "airflow" in str(schema["properties"]["runtime"])

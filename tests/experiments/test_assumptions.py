"""What an answer rests on is told completely: nothing of a workflow or a setting is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from wfmodel.experiments import Scenario, load_scenario
from wfmodel.experiments.assumptions import Assumption, Documents, assumptions, places, summary
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Branch, Choice, Final, Receive, Task, Wait, Workflow
from wfmodel.simulation import Arrivals, Setting

MODELS = Path(__file__).parents[2] / "models"
ORDER = MODELS / "order-fulfilment" / "scenario.yaml"
SETTING = Setting(arrivals=Arrivals(every=Exponential(mean=d("1s"))), horizon=d("1m"))
SCENARIO = Scenario(question="Which?", setting=SETTING)


def by_place(*found: Assumption) -> dict[str, Assumption]:
    return {each.place: each for each in found}


def of_order() -> dict[str, Assumption]:
    loaded = load_scenario(ORDER)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    files = Documents(loaded.document, loaded.workflow_document)
    return by_place(*assumptions(loaded.scenario, loaded.workflow, files))


def test_each_has_its_place_in_a_file_that_says_it():
    found = of_order()
    lines = {
        name: (MODELS / f"order-fulfilment/{name}.yaml").read_text(encoding="utf-8").splitlines()
        for name in ("scenario", "workflow")
    }
    for place, word in (
        ("workflow.services.payment.capacity", "payment: {capacity: 20"),
        ("workflow.charge-card.duration", "duration: {distribution: lognormal, median: 250ms"),
        ("workflow.charge-card.failures.declined", "declined: {kind: business"),
        ("workflow.reserve-stock.timeout", "timeout: 2s"),
        ("workflow.reserve-stock~undo.retry", "retry: {attempts: null"),
        ("setting.horizon", "horizon: 10m"),
        ("setting.faults.1", "- kind: loss"),
        ("knobs.redelivery_timeout", "redelivery_timeout: 30s"),
    ):
        file, line, _ = found[place].at.rsplit(":", 2)
        assert word in lines[Path(file).stem][int(line) - 1], place
        assert found[place].declared, place


def test_what_no_file_says_is_a_default_with_its_reason():
    found = of_order()
    for place, value in (
        ("workflow.services.notification.capacity", "without limit"),
        ("workflow.charge-card.timeout", "none"),
        ("setting.warm_up", "0\xa0s"),
        ("knobs.lease", "none"),
        ("monitor.threshold", "30\xa0s"),
        ("relevant.fault_delay", "10 ms, or a twentieth if that is more"),
    ):
        each = found[place]
        assert (each.value, each.declared, each.at) == (value, False, ""), place
        assert each.source.startswith("default; "), place


def test_states_of_all_kinds_tell_their_numbers():
    branch = Branch(next="work", when="big", probability=0.25)
    workflow = Workflow(
        name="told",
        initial="choose",
        timeout=d("1h"),
        states={
            "choose": Choice(branches=(branch,), default="nap"),
            "nap": Wait(duration=Constant(d("5s")), next="hear"),
            "hear": Receive(
                events={"yes": {"next": "work"}, "no": {"next": "done", "probability": 0.1}},
                delay=Constant(d("2s")),
                timeout=d("30s"),
                on={"timeout": "done"},
            ),
            "work": Task(service="a", next="done"),
            "done": Final(outcome="succeeded"),
        },
    )
    found = by_place(*assumptions(SCENARIO, workflow))
    assert found["workflow.choose.branches.0.probability"].value == "25\xa0%"
    assert found["workflow.choose.default"].value == "75\xa0%"
    assert not found["workflow.choose.default"].declared
    assert found["workflow.nap.duration"].value == "5\xa0s"
    assert found["workflow.hear.delay"].value == "2\xa0s"
    assert found["workflow.hear.events.yes.probability"].value == "90\xa0%"
    assert found["workflow.hear.timeout"].value == "30\xa0s"
    assert found["workflow.timeout"].value == "60\xa0min"
    assert (
        found["workflow.work.duration"].source == "default; no duration is given: it takes no time"
    )


@pytest.mark.parametrize("path", sorted(MODELS.rglob("scenario.yaml")), ids=lambda p: p.parent.name)
def test_places_are_told_once_and_sources_may_name_each(path: Path):
    loaded = load_scenario(path)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    listed = assumptions(loaded.scenario, loaded.workflow)
    assert len({each.place for each in listed}) == len(listed)
    assert {each.place for each in listed} <= places(loaded.scenario, loaded.workflow)
    assert f"{len(listed)} assumptions" in summary(listed)


def test_the_source_of_a_state_is_that_of_its_numbers():
    loaded = load_scenario(ORDER)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    sources = {
        "workflow.charge-card": "card network's page",
        "workflow.services.payment.capacity": "deployment",
    }
    found = by_place(*assumptions(replace(loaded.scenario, sources=sources), loaded.workflow))
    assert found["workflow.charge-card.duration"].source == "card network's page"
    assert found["workflow.services.payment.capacity"].source == "deployment"
    assert found["workflow.services.inventory.capacity"].illustrative

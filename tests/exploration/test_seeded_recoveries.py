"""Mistakes of recovery that teams make: each is warned of without a run, found by exploration with
the steps that decide, and gone with its fix, in a complete search.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from wfmodel.designs import Knobs, choreograph, orchestrate
from wfmodel.designs.anomalies import Anomaly
from wfmodel.experiments import Scenario, Variant
from wfmodel.experiments.reachability import possibility
from wfmodel.experiments.runtime_context import ScenarioContext
from wfmodel.experiments.runtime_registry import check_scenario
from wfmodel.exploration import FaultBudget
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

DESIGNS = {"orchestration": orchestrate, "choreography": choreograph}

SAGA = Workflow(
    name="saga",
    initial="book",
    states={
        "book": Task(service="hotel", effect="compensatable", next="pay"),
        "pay": Task(service="bank", effect="compensatable", next="done"),
        "done": Final(),
    },
)

LATE = {"acknowledge": "after-work"}
DUAL = {**LATE, "publishing": "dual-write"}


def asked(
    design: str, crashes: int, workflow: Workflow = SAGA, **knobs: object
) -> tuple[bool, dict[Anomaly, list[str]]]:
    """Whether all was searched, and a shortest story of each anomaly; whoever waits, waits."""
    system = DESIGNS[design](workflow, Knobs(timeouts=False, **knobs))  # type: ignore[arg-type]
    found = possibility("seeded", system, (FaultBudget(crashes=crashes),))
    complete = all(search.complete for search in found.searches)
    return complete, {anomaly: list(story.steps) for anomaly, story in found.stories.items()}


def warned(design: str, workflow: Workflow = SAGA, **knobs: object) -> list[str]:
    """Codes of what is said without a run."""
    variant = Variant(design=design, knobs=Knobs(**knobs))  # type: ignore[arg-type]
    setting = Setting(arrivals=Arrivals(every="1m"), horizon="1h")  # type: ignore[arg-type]
    scenario = Scenario(question="?", setting=setting, variants={"it": variant})
    return [each.code for each in check_scenario(ScenarioContext(scenario, workflow, {}))]


def in_order(story: list[str], *decisive: str) -> bool:
    """Whether lines that match stand in the story in this order."""
    lines = iter(story)
    return all(any(re.search(pattern, line) for line in lines) for pattern in decisive)


MISTAKES = {
    "acknowledged before the work": (
        {"acknowledge": "on-receipt"},
        "R102",
        Anomaly.LOST,
        {
            "orchestration": (r"receives ‘start’", r"crashes"),
            "choreography": (r"hotel receives ‘start’", r"hotel crashes"),
        },
    ),
    "no key": (
        {**LATE, "deduplicate": False},
        "R103",
        Anomaly.DUPLICATED_EFFECT,
        {
            "orchestration": (r"takes effect", r"crashes", r"restarts", r"takes effect again"),
            "choreography": (r"takes effect", r"crashes", r"restarts", r"takes effect again"),
        },
    ),
    "a known key is skipped": (
        {**DUAL, "known_key": "skip"},
        "R104",
        Anomaly.LOST,
        {
            "orchestration": (r"crashes: .* is never sent", r"restarts"),
            "choreography": (r"hotel crashes: ‘go on with pay’ is never sent", r"hotel restarts"),
        },
    ),
}
each_mistake = pytest.mark.parametrize("mistake", MISTAKES)
each_design = pytest.mark.parametrize("design", DESIGNS)


@each_design
@each_mistake
def test_a_mistake_is_warned_of_and_found_with_the_steps_that_decide(mistake, design):
    knobs, code, anomaly, decisive = MISTAKES[mistake]
    assert warned(design, **knobs) == [code]
    _, found = asked(design, 1, **knobs)
    assert set(found) == {anomaly}
    assert in_order(found[anomaly], *decisive[design]), "\n".join(found[anomaly])


def test_an_event_whose_key_is_known_is_skipped_where_a_command_would_be_answered():
    assert warned("choreography", **DUAL) == ["R104"]
    assert set(asked("choreography", 1, **DUAL)[1]) == {Anomaly.LOST}
    assert warned("orchestration", **DUAL) == []
    assert asked("orchestration", 2, **DUAL) == (True, {})


@each_design
@pytest.mark.parametrize(
    "knobs",
    [LATE, {"acknowledge": "after-commit"}, {**DUAL, "known_key": "answer"}],
    ids=["late, with a key", "after the commit", "answered again"],
)
def test_the_fix_holds_under_two_crashes(knobs, design):
    assert warned(design, **knobs) == []
    assert asked(design, 2, **knobs) == (True, {})


def charging(**changes: object) -> Workflow:
    """The same saga, with a payment at a provider outside."""
    pay = replace(SAGA.states["pay"], lands="in-call", **changes)  # type: ignore[arg-type]
    return replace(SAGA, states={**SAGA.states, "pay": pay})


@each_design
def test_an_effect_outside_is_protected_by_no_key_of_ours(design):
    assert warned(design, charging()) == ["R103"]
    _, found = asked(design, 1, charging())
    assert set(found) == {Anomaly.DUPLICATED_EFFECT}
    known = charging(idempotent=True)
    assert warned(design, known) == []
    assert asked(design, 1, known) == (True, {})


def test_a_watchdog_heals_one_loss_and_not_its_own():
    """It stands beside the loss, and can be lost like everything else."""
    knobs = {"acknowledge": "on-receipt", "watchdog": "30s"}
    assert warned("orchestration", **knobs) == []
    assert asked("orchestration", 1, **knobs) == (True, {})
    assert set(asked("orchestration", 2, **knobs)[1]) == {Anomaly.LOST}

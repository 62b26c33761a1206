"""Pages of rules over scenarios are true: bad examples yield exactly the rule, good ones none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.agreement.dressed import FAMILIES
from wfmodel.checks import RULES
from wfmodel.checks.choreography.choreography_registry import CHOREOGRAPHY_RULES
from wfmodel.checks.rule_pages import HERE, SECTIONS, example_of, sections_of
from wfmodel.cli import main
from wfmodel.experiments import load_scenario
from wfmodel.experiments.runtime_context import StepWork, slow, takes_no_time
from wfmodel.experiments.runtime_registry import RUNTIME_RULES, RuntimeRule
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.workflow import Task

ROOT = Path(__file__).parents[2]
SCENARIOS = sorted(set(ROOT.glob("models/**/scenario.yaml")) - set(ROOT.glob("models/bugs/**/*")))
by_name = pytest.mark.parametrize("rule", RUNTIME_RULES, ids=lambda rule: rule.name)

SAGA = """\
name: saga
initial: book
states:
  book: {kind: task, service: hotel, duration: 2s, effect: compensatable, next: pay}
  pay:
    kind: task
    service: bank
    duration: 2s
    timeout: 10s
    effect: compensatable
    on: {timeout: rollback}
    next: paid
  paid: {kind: final}
services:
  bank: {capacity: 2}
"""


def findings_of(folder: Path, scenario: str, workflow: str = SAGA) -> tuple[Finding, ...]:
    (folder / "order.yaml").write_text(workflow, encoding="utf-8")
    return load_scenario(folder / "scenario.yaml", scenario).findings


def of_page(rule: RuntimeRule, heading: str, folder: Path) -> tuple[Finding, ...]:
    [workflow] = re.findall(r"```yaml\n(name:.*?)```", rule.page, re.DOTALL)
    return findings_of(folder, example_of(rule, heading) or "", workflow)


@by_name
def test_the_bad_example_yields_exactly_this_rule_at_the_marked_line(rule, tmp_path):
    lines = (example_of(rule, "Example") or "").splitlines()
    found = of_page(rule, "Example", tmp_path)
    assert [(each.code, each.name) for each in found] == [(rule.code, rule.name)], found
    marked = [number for number, line in enumerate(lines, 1) if line.endswith(HERE)]
    assert [each.span.line for each in found if each.span] == marked
    assert found[0].severity is rule.severity


@by_name
def test_the_good_example_yields_nothing(rule, tmp_path):
    assert of_page(rule, "Use instead", tmp_path) == ()


@by_name
def test_a_page_has_every_section_in_order(rule):
    headings = [heading for heading in sections_of(rule) if heading]
    assert headings == list(SECTIONS)


@by_name
def test_a_rule_is_named_as_its_file_and_is_never_an_error(rule):
    assert rule.name == rule.check.__module__.rpartition(".")[2].replace("_", "-")
    assert re.fullmatch(r"R1\d\d", rule.code)
    assert rule.severity is not Severity.ERROR


def test_codes_and_names_are_unique_among_all_rules():
    rules = [*CHOREOGRAPHY_RULES, *RULES, *RUNTIME_RULES]
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)


def asked(knobs: str = "{}", faults: str = "[]", more: str = "") -> str:
    return f"""\
question: What becomes of a payment?
workflow: order.yaml
knobs: {knobs}
setting: {{arrivals: {{every: 1m}}, horizon: 1h, faults: {faults}}}
{more}
"""


CRASH = "[{kind: crash, target: services, every: 5m, lasts: 5s}]"
LATE = "acknowledge: after-work"
DUAL = f"{LATE}, publishing: dual-write"


@pytest.mark.parametrize(
    ("scenario", "codes"),
    [
        (asked(), []),
        (asked("{acknowledge: on-receipt, watchdog: 1m}"), []),
        (asked(f"{{{LATE}, redelivery_timeout: 1s}}"), ["R101", "R101"]),  # both steps
        (asked(f"{{{LATE}}}", CRASH), ["R105"]),
        (asked(f"{{{LATE}, custody: link}}", CRASH), []),
        (asked(f"{{{LATE}, timeouts: false}}", CRASH), []),
        (asked("{lease: {renewed: 1s, lasts: 11s, look: 1s}}", CRASH), ["R105"]),
        (asked("{lease: {renewed: 1s, lasts: 9s, look: 1s}}", CRASH), []),
        (asked("{}", "[{kind: loss, probability: 0.1}]"), ["R105"]),
        (asked("{delivery: at-most-once}", "[{kind: loss, probability: 0.1}]"), []),
        (asked(f"{{{DUAL}}}"), ["R104"]),  # events are skipped
        (asked(f"{{{DUAL}}}", more="designs: [orchestration]"), []),  # commands are answered
        (asked(f"{{{DUAL}, watchdog: 1m}}"), []),
        (asked("{redelivery_look: 1m}"), ["R106"]),
        (asked(faults="[{kind: loss, probability: 0}]"), ["R108"]),
        (asked(faults="[{kind: crash, target: bank, at: [2h], lasts: 1s}]"), ["R108"]),
        (asked(faults="[{kind: slow-service, target: bank, factor: 2}]"), []),
        (asked(faults="[{kind: delay, probability: 0.5}]"), ["R108"]),
        (asked(faults="[{kind: business-failure, target: hotel, step: pay}]"), ["R108"]),
        (asked(faults="[{kind: slow-service, target: orchestrator, factor: 2}]"), ["R108"]),
        (asked("{persistence: memory}", "[{kind: slow-store, factor: 2}]"), ["R108"]),
        (asked("{persistence: log}", "[{kind: slow-store, factor: 2}]"), ["R108"]),
        (asked("{persistence: log}", "[{kind: store-outage, lasts: 1s, every: 1m}]"), []),
        (asked("{flush_interval: 2s}"), ["R110"]),
        (asked("{persistence: log, commit: 2ms}"), ["R110"]),
        (asked("{persistence: log, relay_delay: 2ms}"), ["R110"]),
        (asked("{publishing: dual-write, relay_delay: 2ms, watchdog: 1m}"), ["R110"]),
        (asked("{relay_delay: 2ms}"), []),
        (asked("{event_content: thin}"), []),
        (asked("{event_content: thin}", more="designs: [orchestration]"), ["R110"]),
        (asked("{watchdog: 2h}"), ["R110"]),
    ],
)
def test_what_is_found_beside_the_pages(scenario, codes, tmp_path):
    assert [each.code for each in findings_of(tmp_path, scenario)] == codes


@pytest.mark.parametrize("each", FAMILIES, ids=lambda each: each.distribution)
def test_every_family_of_durations_can_be_judged(each):
    work = StepWork("pay", "bank", Task(service="bank", duration=each))
    assert takes_no_time(each) == (each.mean_ns() == 0)
    assert bool(slow(work, 0)) != takes_no_time(each)
    assert slow(work, 10**15) == ""


def test_a_finding_stands_where_the_variant_turns_the_knob(tmp_path):
    more = """\
variants:
  early: {design: choreography, knobs: {acknowledge: on-receipt}}
  late: {design: choreography, knobs: {acknowledge: after-work}}
"""
    [finding] = findings_of(tmp_path, asked(more=more))
    assert (finding.code, finding.path) == ("R102", ("variants", "early", "knobs", "acknowledge"))


def test_a_knob_that_one_variant_uses_does_something(tmp_path):
    more = """\
variants:
  once: {design: choreography, knobs: {delivery: at-most-once}}
  again: {design: choreography}
"""
    assert findings_of(tmp_path, asked("{redelivery_timeout: 10s}", more=more)) == ()


NONE_YET = "[{kind: loss, probability: 0}]"


@pytest.mark.parametrize(
    "more",
    [
        "sweep: {fault: loss, probability: [0, 0.1]}",
        "experiment: {responses: [lost], factors: {losses: {path: setting.faults.0.probability,"
        " levels: [0, 0.1]}}}",
    ],
)
def test_a_fault_whose_strength_is_varied_does_something(more, tmp_path):
    assert findings_of(tmp_path, asked(faults=NONE_YET, more=more)) == ()


def test_knobs_that_are_varied_are_not_judged_by_what_is_written(tmp_path):
    factor = "{path: knobs.delivery, levels: [at-least-once, at-most-once]}"
    knobs = "{delivery: at-most-once, redelivery_timeout: 10s}"
    assert [each.code for each in findings_of(tmp_path, asked(knobs))] == ["R110"]
    more = f"experiment: {{responses: [lost], factors: {{delivery: {factor}}}}}"
    assert findings_of(tmp_path, asked(knobs, more=more)) == ()


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.parent.name)
def test_no_shipped_scenario_is_warned_of(path):
    found = load_scenario(path).findings
    assert [each.message for each in found if each.severity is not Severity.INFO] == []


def test_compare_repeats_warnings_and_a_suppression_is_heard(tmp_path, capsys):
    scenario = f"""\
{asked("{acknowledge: on-receipt}  # wfmodel: ignore[R102] as it is today", NONE_YET)}
replications: 2
"""
    findings_of(tmp_path, scenario)  # writes the workflow
    file = tmp_path / "scenario.yaml"
    file.write_text(scenario, encoding="utf-8")
    shown = {}
    for command in (["check", "--no-cache"], ["compare", "--jobs", "1"]):
        with pytest.raises(SystemExit):
            main([*command, str(file)])
        shown[command[0]] = capsys.readouterr()
    assert "R108 loss does nothing" in shown["check"].out
    assert "R102" not in shown["check"].out
    assert "R108 loss does nothing" in shown["compare"].err

"""The explorer of choreographies against a naive enumeration; and whatever a file may hold."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, assume, given, settings

from tests.checks.choreographies import choreographies, enumerate_all, replay, start
from wfmodel.checks.choreography.choreography_check import (
    check_choreography,
    check_choreography_file,
)
from wfmodel.checks.choreography.composition import MOST_COPIES, Composition
from wfmodel.checks.choreography.search import MOST_WORK, CompositionSpace, explore
from wfmodel.model.declared_choreography import Choreography, load_choreography

pytestmark = pytest.mark.long


CASES = int(os.environ.get("CHOREOGRAPHY_CASES", "400"))
thorough = settings(
    max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)


def verdicts_of(found: CompositionSpace) -> tuple[dict, dict, dict, int | None]:
    """What the explorer saw, with the length of its shortest run."""
    composition = found.composition
    refused: dict = {}
    orphans: dict = {}
    stuck: dict = {}
    for index, at in enumerate(found.reached):
        here = dict(zip(composition.services, at.states, strict=True))
        for m in composition.refused(at):
            key = (m.service, here[m.service], m.event)
            refused.setdefault(key, len(found.run_to(index)))
    for index in found.rests:
        at = found.reached[index]
        here = dict(zip(composition.services, at.states, strict=True))
        waiting = composition.waiting(at)
        length = len(found.run_to(index))
        if waiting:
            stuck.setdefault(frozenset((s, here[s]) for s in waiting), length)
        else:
            for m, _ in at.bag:
                if m not in composition.refused(at):
                    orphans.setdefault((m.event, m.service), length)
    endless = None if found.endless is None else len(found.run_to(found.endless))
    return refused, orphans, stuck, endless


@thorough
@given(choreographies())
def test_the_verdicts_are_those_of_a_naive_enumeration(choreography: Choreography):
    truth = enumerate_all(choreography, 400, MOST_COPIES)
    assume(truth is not None)
    assert truth is not None
    found = explore(Composition(choreography), most=5_000)
    assert found.is_complete
    assert verdicts_of(found) == (truth.refused, truth.orphans, truth.stuck, truth.endless)


@thorough
@given(choreographies())
def test_what_is_followed_beside_the_messages_changes_no_verdict(choreography: Choreography):
    """Failures heard of are kept with the messages: every run is still a run, and a shortest."""
    found = explore(Composition(choreography), most=300)
    for index in range(len(found.reached)):
        situation = replay(choreography, found.run_to(index))
        assert tuple(state for _, state in situation[0]) == found.reached[index].states
    assert replay(choreography, ()) == start(choreography)


@settings(thorough, max_examples=max(100, CASES // 4))
@given(choreographies())
def test_every_run_that_a_finding_shows_is_a_run(choreography: Choreography):
    for finding in check_choreography(choreography):
        replay(choreography, finding.trace)


GOOD = """\
choreography: order
correlation: order_id
events:
  placed: {outside: publishes}
services:
  inventory:
    initial: idle
    states:
      idle:
        on:
          placed: {to: reserved}
      reserved: {}
"""

BAD = {
    # what is wrong: (text, code, line, part of the message)
    "unknown key": (GOOD.replace("correlation", "corelation"), "L110", 2, "'correlation'"),
    "unknown key of a reaction": (GOOD.replace("{to:", "{too:"), "L110", 11, "did you mean 'to'"),
    "unknown delivery": (GOOD + "delivery: exactly-once\n", "L113", 13, "at-least-once"),
    "unknown edge": (GOOD.replace("publishes}", "sends}"), "L113", 4, "publishes"),
    "missing initial": (GOOD.replace("    initial: idle\n", ""), "L111", 6, "'initial'"),
    "no services": ("choreography: x\nservices: {}\n", "L113", 2, "at least 1"),
    "services as a list": ("choreography: x\nservices: [a]\n", "L113", 2, "mapping"),
    "a reaction as a name": (GOOD.replace("{to: reserved}", "reserved"), "L113", 11, "a mapping"),
    "a number for a name": (GOOD.replace("order\n", "7\n", 1), "L113", 1, "string"),
    "both forms": (
        GOOD.replace("{to: reserved}", "{to: reserved, outcomes: {a: {}}}"),
        "L113",
        11,
        "inside the outcomes",
    ),
    "both tasks": (GOOD.replace("{to:", "{does: a, undoes: a, to:"), "L113", 11, "not both"),
    "an event that waits but comes not from outside": (
        GOOD.replace("{outside: publishes}", "{after: x}"),
        "L113",
        4,
        "outside: publishes",
    ),
    "empty": ("", "L104", 1, "empty"),
    "a list": ("- a\n", "L113", 1, "mapping"),
    "broken": ("choreography: [x\nservices: {}\n", "L105", 2, "is not closed with ]"),
    "no such state": (GOOD.replace("to: reserved", "to: reservd"), "C114", 11, "'reservd'"),
    "no such initial": (GOOD.replace("initial: idle", "initial: idel"), "C114", 7, "'idel'"),
    "no workflow there": (GOOD + "workflow: none.yaml\n", "C113", 13, "cannot be compared"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_a_finding_at_its_place(what: str):
    text, code, line, said = BAD[what]
    first = next(f for f in check_choreography_file("x.yaml", text) if f.code == code)
    assert first.span is not None
    assert first.span.line == line
    assert said in first.message


def test_the_good_one_is_good():
    assert check_choreography_file("x.yaml", GOOD) == ()


def test_a_workflow_with_defects_is_said_to_be_so(tmp_path):
    (tmp_path / "w.yaml").write_text("name: w\ninitial: nowhere\nstates: {a: {kind: final}}\n")
    [finding] = check_choreography_file(tmp_path / "x.yaml", GOOD + "workflow: w.yaml\n")
    assert (finding.code, "lead nowhere" in finding.message) == ("C113", True)


def test_a_huge_choreography_is_looked_at_within_bounds_and_said_to_be_undecided():
    lines = [
        f"  s{i}: {{initial: i, states: {{i: {{on: {{placed: {{to: j, publishes: [e{i}]}}}}}},"
        f" j: {{on: {{e{(i * 7 + 1) % 400}: {{to: k}}}}}}, k: {{}}}}}}\n"
        for i in range(400)
    ]
    text = GOOD.partition("services:")[0] + "services:\n" + "".join(lines)
    choreography = load_choreography("huge.yaml", text).choreography
    assert choreography is not None
    found = explore(Composition(choreography))
    # One configuration is looked at to its end: 400 services, and at most 2 messages for each.
    assert found.work <= MOST_WORK + 400 * (400 + 2 * 400)
    assert len(found.reached) <= MOST_WORK // 400
    assert not found.is_complete
    assert "C115" in {finding.code for finding in check_choreography(choreography)}


@pytest.mark.parametrize("most_work", [1, 10, 30])
def test_what_a_bound_on_work_leaves_out_is_undecided(most_work: int):
    choreography = load_choreography("x.yaml", GOOD).choreography
    assert choreography is not None
    found = explore(Composition(choreography), most_work=most_work)
    # outside: 1 service; then the service takes its message: 1 and 1; then nothing comes.
    assert found.is_complete == (most_work > 3)
    assert set(found.rests).isdisjoint(found.cut)


def test_events_that_pile_up_are_undecided_not_endless():
    text = GOOD.replace("{to: reserved}", "{publishes: [again, more]}").replace(
        "      reserved: {}\n", "          again: {publishes: [again, more]}\n"
    )
    text += (
        "        end: true\n  sink:\n    initial: s\n    states: {s: {end: true, on: {more: {}}}}\n"
    )
    assert {f.code for f in check_choreography_file("x.yaml", text)} == {"C115"}


@pytest.mark.parametrize("value", ["null", "7", "[]", "{a: 1}", "'x'"])
@pytest.mark.parametrize("key", ["events", "services", "workflow", "delivery", "correlation"])
def test_wrong_kinds_of_values_are_findings_or_fine(key: str, value: str):
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))
    loaded = load_choreography("x.yaml", f"{text}\n{key}: {value}\n")
    assert (loaded.choreography is None) == bool(loaded.findings)

"""A hybrid on the command line and in a scenario's file: built everywhere, refused at its place."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

import pytest
import yaml

import wfmodel
from tests.cli.test_command_line import call
from wfmodel.designs import Hybrid, Knobs, build
from wfmodel.designs import known_designs as door
from wfmodel.designs.placement import Placement, Undeclared, services_of
from wfmodel.experiments import Scenario, Variant, load_scenario
from wfmodel.experiments.scenario import system_of
from wfmodel.exploration import FaultBudget, explore
from wfmodel.exploration.stories.generated_test import regression_test

WORKFLOW = """name: pair
initial: a
states:
  a:
    {kind: task, service: A, idempotent: true, writes: [x], effect: compensatable,
     compensation: {action: back, idempotent: true}, next: m}
  m: {kind: task, service: M, idempotent: true, next: choose}
  choose: {kind: choice, branches: [{when: x > 1, reads: [x], next: b}], default: b}
  b:
    {kind: task, service: B, idempotent: true,
     failures: {no: {kind: business, probability: 0.1}}, on: {no: rollback}, next: ok}
  ok: {kind: final}
"""
SCENARIO = """question: Which?
workflow: workflow.yaml
designs:
  - orchestration
  - hybrid: {groups: {first: [a], second: [m, b]}}
knobs: {persistence: memory}
setting: {arrivals: {at: [0s]}, horizon: 1s}
"""
LINE = "hybrid:first=a;second=m,b"


@pytest.fixture
def files(tmp_path):
    (tmp_path / "workflow.yaml").write_text(WORKFLOW, encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def test_a_design_on_the_line_is_the_one_of_the_file(capsys, files):
    asked = ("--crash", "1", "--format", "json")
    _, by_line, _ = call(
        capsys, "explore", str(files / "workflow.yaml"), *asked, "--design", LINE,
        "--knob", "persistence=memory",
    )  # fmt: skip
    _, by_file, _ = call(
        capsys, "explore", str(files / "scenario.yaml"), *asked, "--design", "hybrid"
    )
    assert by_line == by_file
    assert '"design": "hybrid"' in by_line


def test_what_is_found_rebuilds_its_groups(capsys, files):
    out = files / "found"
    code, _, _ = call(
        capsys, "explore", str(files / "scenario.yaml"), "--design", "hybrid",
        "--crash", "1", "--property", "never_ends: lost", "--out", str(out),
    )  # fmt: skip
    assert code == 1
    [test] = out.glob("test_*.py")
    assert "from wfmodel.designs import Hybrid, Knobs\n" in test.read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "1 failed" in done.stdout  # the run is possible: that is what it was written for
    assert "AssertionError" in done.stdout or "assert not" in done.stdout


def test_a_hunted_scenario_declares_the_groups_again(capsys, files):
    out = files / "hunted"
    code, _, _ = call(
        capsys, "hunt", str(files / "workflow.yaml"), "--design", LINE, "--fault", "crash",
        "--knob", "persistence=memory", "--anomaly", "lost", "--examples", "60", "--out", str(out),
    )  # fmt: skip
    assert code == 1
    [scenario] = out.glob("*.scenario.yaml")
    data = yaml.safe_load(scenario.read_text(encoding="utf-8"))
    assert data["variants"]["hybrid"]["design"] == {
        "hybrid": {"groups": {"first": ["a"], "second": ["m", "b"]}}
    }
    code, said, _ = call(capsys, "simulate", str(scenario), "--root", str(files))
    assert code == 0
    assert "ended lost" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("[m, b]", "[m, c]"), ":5:47 E108 unknown step 'c'; there are a, b, choose, m, ok"),
        (("[m, b]", "[m, b, a]"), ":5:50 E108 step 'a' is in group 'first' already"),
        (("[m, b]", "[m]"), ":5:14 E108 step 'b' is in no group"),
        (("first", "A"), ":5:23 E108 group 'A' has a service's name"),
        (("[a]", "[]"), ":5:23 E108 group 'first' is empty"),
        (("- hybrid:", "- hybird:"), ":5:5 L110 unknown key 'hybird'; did you mean 'hybrid'?"),
        (("groups", "gruops"), ":5:14 L110 unknown key 'gruops'; did you mean 'groups'?"),
        (("- orchestration", "- orchestraton"), ":4:5 L113 unknown design 'orchestraton'; did"),
        (("- orchestration", "- 7"), ":4:5 L113 expected a design's name, or a mapping with"),
        (("- orchestration", "- hybrid"), ":4:5 L113 design 'hybrid' does not stand alone; write"),
        (("- orchestration", f"- {LINE}"), "designs names one design twice"),
    ],
)
def test_what_does_not_fit_is_found_at_its_place(capsys, files, change, says):
    path = files / "scenario.yaml"
    assert change[0] in SCENARIO
    path.write_text(SCENARIO.replace(*change), encoding="utf-8")
    code, out, _ = call(capsys, "check", str(path))
    assert code == 1
    assert f"scenario.yaml{says}" in out or ("twice" in says and says in out)


def test_check_asks_what_groups_cannot_know(capsys, files):
    path, thin = str(files / "workflow.yaml"), ("--choreography", "thin")
    assert call(capsys, "check", path)[0] == 0
    assert call(capsys, "check", path, *thin, "--design", LINE)[0] == 0  # told with the event to m
    code, out, _ = call(capsys, "check", path, *thin, "--design", "hybrid:q=a,m;r=choose,b")
    assert code == 1
    assert f"{path}:8:37 C101 as a hybrid, 'r' decides 'choose' by 'x', which no event" in out
    carried = ("--design", "hybrid:q=a,m;r=choose,b")
    assert call(capsys, "check", path, *carried)[0] == 0


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("hybrid:first=a", "steps 'm', 'b' are in no group"),
        ("hybrid:first", "expected GROUP=STEP,STEP;GROUP=STEP; got 'first'"),
        ("hybird:first=a", "unknown design 'hybird:first=a'"),
    ],
)
def test_a_line_that_does_not_fit_is_one_line(capsys, files, line, says):
    for command in ("check", "simulate", "explore"):
        code, out, err = call(capsys, command, str(files / "workflow.yaml"), "--design", line)
        assert (code, out) == (2, "")
        assert len(err.strip().splitlines()) == 1
        assert says.replace("unknown design", "no design or variant") in err or says in err


def test_a_scenario_in_python_takes_the_value(files):
    loaded = load_scenario(files / "scenario.yaml")
    assert loaded.scenario is not None
    variant = loaded.scenario.variants_by_name()["hybrid"]
    assert variant.design == Hybrid(groups={"first": ("a",), "second": ("m", "b")})
    assert Variant(design=variant.design) == Variant(design=str(variant.design))
    assert isinstance(loaded.scenario, Scenario)


@dataclass(frozen=True, slots=True)
class Alone(Undeclared):
    """A further design, for the test: the first service controls everything."""

    name = "alone"

    def place(self, flow):
        first = services_of(flow)[0]
        return Placement((), lambda node: first, first, (first,))


def test_a_further_design_is_a_class_and_an_entry(files, monkeypatch):
    """Nothing else asks which design it is."""
    workflow = wfmodel.load(files / "workflow.yaml").workflow
    monkeypatch.setitem(door.EVERY, "alone", Alone())
    system = system_of(workflow, Variant(design="alone"))
    assert system.participants == ("A", "M", "B")
    told, expected = explore(system), explore(build(workflow, "orchestration"))
    assert {end.effects for end in told.endings} == {end.effects for end in expected.endings}
    text = regression_test(
        path="w.yaml", design=system.declared, knobs=Knobs(), claim="no: deadlock",
        title="no deadlock", schedule=(), budget=FaultBudget(),
    )  # fmt: skip
    assert "wfmodel.build(workflow, 'alone', Knobs())" in text

"""Whatever a file holds, its check ends: counted in steps, with processor time as the last resort.

``large`` writes the kinds of files that took minutes: long chains, wide forks, thousands of guards,
near misses and findings, one long line.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from pathlib import Path
from types import FunctionType

import pytest

from tests.cli.test_command_line import call
from wfmodel.checks import RULES, check_result
from wfmodel.checks.context import Context
from wfmodel.checks.effort import MOST_FINDINGS, MOST_STEPS, Effort, OverBudgetError
from wfmodel.checks.suppressions import MOST_SUPPRESSIONS
from wfmodel.cli import check_file
from wfmodel.cli.check_file import check_one, check_safely
from wfmodel.cli.file_answer import FileQuestion
from wfmodel.importers import load_any
from wfmodel.model import json_reader
from wfmodel.model.limits import MOST_VALUES, RefusedError
from wfmodel.model.spelling import nearest
from wfmodel.model.validate import MOST_ERRORS

pytestmark = pytest.mark.long

Machine = dict[str, object]
FINAL: Machine = {"kind": "final"}
MOST_SECONDS = 8.0  # of processor time, on a slow machine too; it was minutes


@pytest.fixture(autouse=True)
def _patient_clocks() -> None:
    """Here the clock is as it is."""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def task(after: str, **more: object) -> Machine:
    return {"kind": "task", "service": "s", "duration": "1ms", "next": after, **more}


def workflow(states: Machine, **more: object) -> Machine:
    return {"name": "w", "initial": next(iter(states)), "states": states, **more}


def choice(guards: list[str]) -> Machine:
    branches = [{"next": "z", "guard": guard} for guard in guards]
    return workflow({"a": {"kind": "choice", "branches": branches, "default": "z"}, "z": FINAL})


def chain(length: int) -> Machine:
    states = {f"s{i}": task(f"s{i + 1}") for i in range(length)}
    return workflow({**states, f"s{length}": FINAL})


def misspelt(count: int) -> Machine:
    states = {f"reserve-the-room-{i}": task(f"reserve-teh-room-{i}") for i in range(count)}
    return workflow({**states, "z": FINAL})


def wide(count: int) -> Machine:
    region = {"initial": "a", "states": {"a": task("z", writes=["x"], reads=["y"]), "z": FINAL}}
    fork = {"kind": "parallel", "regions": [region] * count, "join": "all", "next": "z"}
    return workflow({"p": fork, "z": FINAL})


def patterns(count: int) -> Machine:
    rng = random.Random(1)

    def guard() -> str:
        words = ("".join(rng.choice("ab") for _ in range(8)) for _ in range(25))
        return " and ".join(f'matches(s, "*{word}*")' for word in words)

    return choice([guard() for _ in range(count)])


def calls(depth: int) -> Machine:
    def twice(name: str) -> Machine:
        first = {"kind": "workflow", "workflow": name, "next": "b"}
        return {"initial": "a", "states": {"a": first, "b": {**first, "next": "z"}, "z": FINAL}}

    parts = {f"w{i}": twice(f"w{i + 1}") for i in range(depth)}
    last = {"initial": "a", "states": {"a": task("z"), "z": FINAL}}
    states = {"a": {"kind": "workflow", "workflow": "w0", "next": "z"}, "z": FINAL}
    return workflow(states, workflows={**parts, f"w{depth}": last})


LARGE = {
    "chain": lambda: chain(5000),
    "misspelt": lambda: misspelt(3000),
    "wide": lambda: wide(800),
    "guards": lambda: choice([f"x == {i} and y > {i}" for i in range(4000)]),
    "patterns": lambda: patterns(20),
    "calls": lambda: calls(30),
    "unknown kinds": lambda: workflow({f"s{i}": {"kind": "bogus"} for i in range(30_000)}),
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_large_file_is_decided_or_said_to_be_too_large(kind):
    file = Path("w.json")
    file.write_text(json.dumps(LARGE[kind]()), encoding="utf-8")
    before = time.process_time()
    answer = check_one("w.json", FileQuestion())
    assert time.process_time() - before < MOST_SECONDS
    assert len(answer.findings) <= MOST_FINDINGS + 3
    errors = {each.code for each in answer.findings if each.severity == "error"}
    assert errors <= {"S101", "S110", "L102", "L112"}


def test_what_is_not_decided_names_the_rules_and_the_option(capsys):
    Path("w.json").write_text(json.dumps(patterns(20)), encoding="utf-8")
    code, out, _ = call(capsys, "check", "w.json", "--max-steps", "100000")
    [line] = [line for line in out.splitlines() if " S118 " in line]
    assert code == 1
    assert "S130" in line
    _, out, _ = call(capsys, "check", "w.json", "--max-steps", "100000", "--format", "json")
    [help] = [each["help"] for each in json.loads(out)["findings"] if each["code"] == "S118"]
    assert "--max-steps" in help
    Path("wfmodel.toml").write_text("[severity]\ntoo-large-to-decide = 'info'\n", encoding="utf-8")
    assert call(capsys, "check", "w.json", "--max-steps", "100000")[0] == 0


def test_the_same_file_is_too_large_everywhere():
    answers = [
        [str(each) for each in check_result(loaded, rules=RULES, effort=Effort(60_000))]
        for loaded in [load(misspelt(400)), load(misspelt(400))]
    ]
    assert answers[0] == answers[1]


def load(machine: Machine):
    return load_any("w.json", None, json.dumps(machine))


def steps_for(machine: Machine) -> int:
    workflow = load(machine).workflow
    assert workflow is not None
    effort = Effort(10**12)
    context = Context.of(workflow, effort)
    for rule in RULES:
        for _ in rule.check(context):
            pass
    return 10**12 - effort.steps


@pytest.mark.parametrize("make", [chain, wide, misspelt], ids=lambda make: make.__name__)
def test_work_grows_with_the_file_and_not_with_its_square(make):
    small, large = steps_for(make(100)), steps_for(make(400))
    assert large < 6 * small


@pytest.mark.parametrize("depth", [14, 30])
def test_calls_that_double_are_stopped_by_what_is_counted(depth):
    """Not by the clock: the answer is the same on any machine."""
    effort = Effort()
    found = check_result(load(calls(depth)), rules=RULES, effort=effort)
    assert [each.code for each in found] == ["S118"]
    assert "--max-steps" in found[0].help


def test_a_budget_is_shared_and_a_quick_rule_is_decided_beside_a_slow_one():
    findings = check_result(load(patterns(20)), rules=RULES, effort=Effort(50_000))
    assert {each.code for each in findings} == {"S118"}
    broken = patterns(20)
    broken["initial"] = "nowhere"
    found = {each.code for each in check_result(load(broken), rules=RULES, effort=Effort(50_000))}
    assert "S102" in found


def work_for(seconds: float) -> None:
    begun = time.process_time()
    while time.process_time() - begun < seconds:
        pass


ours = FunctionType(work_for.__code__, {"__name__": "wfmodel.some.rule", "time": time})
"""The same in a module of ours, where the clock may break in."""


def test_a_clock_stops_work_that_nobody_counts():
    effort = Effort(seconds=0.05)
    before = time.process_time()
    with pytest.raises(OverBudgetError), effort.share(1.0):
        ours(MOST_SECONDS)
    assert effort.timed_out
    assert time.process_time() - before < MOST_SECONDS


def test_the_clock_does_not_break_into_what_may_hold_a_lock():
    """Coverage's lock was never given back, and the tests stood still."""
    effort = Effort(seconds=0.01)
    with effort.share(1.0):
        work_for(0.1)
        with pytest.raises(OverBudgetError):
            effort.spend()


def test_the_clock_waits_where_it_may_not_break_in():
    effort = Effort(seconds=0.01)
    with effort.share(1.0), effort.held():
        work_for(0.1)
        with pytest.raises(OverBudgetError):
            effort.spend()


def test_findings_are_bounded_and_the_worst_are_told():
    found = check_result(load(misspelt(MOST_FINDINGS + 500)), rules=RULES)
    assert len(found) <= MOST_FINDINGS + 2
    assert sum(each.code == "S101" for each in found) > MOST_FINDINGS - 200


@pytest.mark.parametrize("value", ["1,", "{},"])
def test_values_of_json_are_bounded_as_those_of_yaml(value):
    with pytest.raises(RefusedError, match="more than 250,000 values"):
        json_reader.read_json(f"[{value * MOST_VALUES}1]", "w.json")
    assert json_reader.read_json("[1, {}]", "w.json") == [1, {}]


def test_errors_of_a_file_are_bounded_and_the_rest_is_counted():
    states = {f"s{i}": {"kind": "bogus"} for i in range(MOST_ERRORS + 7)}
    Path("w.json").write_text(json.dumps(workflow(states)), encoding="utf-8")
    found = check_one("w.json", FileQuestion()).findings
    assert len(found) == MOST_ERRORS + 1
    assert "7 errors more; mend some" in found[0].message
    assert found[0].code == "L112"


def test_findings_whose_places_take_too_long_stand_at_the_start():
    machine = load(misspelt(20))
    slow = replace(machine.document, find_places=lambda: ours(MOST_SECONDS))
    found = check_result(replace(machine, document=slow), rules=RULES, effort=Effort(seconds=0.3))
    assert all(each.span.line == 1 and each.fix is None and not each.related for each in found)
    assert any("where the findings stand" in each.message for each in found)


def test_a_break_is_looked_for_once_however_long_the_line_is():
    lines = json_reader.Lines("a" * 1000 + "\n" + "b" * 1000)
    assert lines._starts == [0, 1001]
    assert lines.extent(0, 3) == (1, 1, 1, 4)
    assert lines.extent(1001, 1003) == (2, 1, 2, 3)


def test_of_many_names_the_nearest_is_still_found():
    known = [f"step-{i}" for i in range(5000)] + ["reserve-room"]
    assert nearest("reserv-room", known) == "reserve-room"
    assert nearest("Reserve-Room", known) == "reserve-room"


def test_suppressions_are_bounded(monkeypatch):
    monkeypatch.setattr(check_file, "_FOR_SUPPRESSIONS", 60.0)
    text = "".join(f"# wfmodel: ignore[S{100 + i}] x\n" for i in range(60_000))
    Path("w.yaml").write_text(f"name: w\ninitial: a\nstates: {{a: {{kind: final}}}}\n{text}")
    answer = check_one("w.yaml", FileQuestion())
    assert len(answer.findings) <= 2 * MOST_SUPPRESSIONS
    assert any("what follows is not read" in each.message for each in answer.findings)


def test_a_fault_of_ours_ends_neither_the_check_nor_silently(capsys, monkeypatch, tmp_path):
    for name in ("a", "b", "c"):
        Path(f"{name}.yaml").write_text(
            f"name: {name}\ninitial: x\nstates: {{x: {{kind: task, service: s, next: gone}}}}\n"
        )
    whole = check_file.check_one

    def breaks(file: str, question: FileQuestion, *rest):
        if file == "b.yaml":
            raise ZeroDivisionError("secret content")
        return whole(file, question, *rest)

    monkeypatch.setattr(check_file, "check_one", breaks)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, out, err = call(capsys, "check", "a.yaml", "b.yaml", "c.yaml", "--exit-zero")
    assert code == 3
    assert "Traceback" not in err
    assert [line.split()[1] for line in out.splitlines()] == ["S101", "L199", "S101"]
    [details] = tmp_path.glob("wfmodel-fault-*.txt")
    assert details.name in out
    assert "secret content" not in out
    assert "ZeroDivisionError" in details.read_text(encoding="utf-8")


def test_memory_that_ends_is_said_of_the_file(monkeypatch):
    def ends(file: str, question: FileQuestion, *rest):
        raise MemoryError

    monkeypatch.setattr(check_file, "check_one", ends)
    [found] = check_safely("w.yaml", FileQuestion()).findings
    assert found.code == "L102"


@pytest.mark.parametrize("value", ["0", "-1", "nan", "1e9"])
def test_a_bound_that_is_none_is_refused(capsys, value):
    assert call(capsys, "check", ".", "--max-seconds", value)[0] == 2


def test_a_whole_check_of_usual_files_takes_a_small_part_of_the_budget():
    models = sorted((Path(__file__).parents[2] / "models").rglob("*.asl.json"))
    assert models
    for file in models:
        workflow = load_any(file).workflow
        assert workflow is not None
        effort = Effort()
        check_result(load_any(file), rules=RULES, effort=effort)
        assert MOST_STEPS - effort.steps < MOST_STEPS / 10


def test_a_question_that_does_not_fit_is_no_fault_of_ours(capsys):
    Path("w.yaml").write_text("name: w\ninitial: z\nstates: {z: {kind: final}}\n", encoding="utf-8")
    code, _, err = call(capsys, "check", "w.yaml", "--design", "hybrid:a=x;b=y")
    assert (code, "L199" in err, "w.yaml: " in err) == (2, False, True)


def test_a_guard_with_hundreds_of_stars_is_not_asked_of_the_solver(capsys, monkeypatch):
    """Z3 looks at its own bounds seconds apart there."""
    smt = pytest.importorskip("wfmodel.checks.guards.smt")
    monkeypatch.setattr(smt.Solver, "_units", lambda *_: pytest.fail("it was asked"))
    guard = f"matches(x, '{'*?' * 300}') and x == '{'a' * 3000}'"
    data = {"x": {"type": "string", "input": True}}
    Path("w.json").write_text(json.dumps({**choice([guard]), "data": data}), encoding="utf-8")
    assert call(capsys, "check", "w.json", "--no-cache")[0] == 0


def test_what_is_imported_for_a_file_is_no_work_on_it(monkeypatch):
    clock = iter([10.0, 14.5])  # before the import, after it
    monkeypatch.setattr("wfmodel.checks.effort.time.process_time", lambda: next(clock))
    effort = Effort(seconds=1.0, began=10.0)

    with effort.unclocked():
        pass
    assert effort.began == 14.5

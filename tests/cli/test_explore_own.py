"""``wfmodel explore FILE.py:NAME``: verdicts, stories and errors of a System of one's own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command_line import call

TWO_PHASE = "models/two-phase-commit/system.py"

LOCK = """
from wfmodel.designs import System, own_system
from wfmodel.designs.messages import Received, Send, SetTimer, TimerFired
from wfmodel.designs.state import Status, View
from wfmodel.exploration.properties import Never, Predicate


class Client:
    initial = "idle"

    def __init__(self, me):
        self.me = me

    def react(self, state, event):
        match event:
            case TimerFired("go"):
                return "waiting", (Send(("lock",), ("acquire", self.me)),)
            case Received("granted"):
                return "holding", ()
            case _:
                return state, ()

    def view(self, state):
        return View(Status.RUNNING if state == "waiting" else Status.UNKNOWN)


class Lock:
    initial = 0

    def react(self, state, event):
        match event:
            case Received(("acquire", who)) if state < MOST:
                return state + 1, (Send((who,), "granted"),)
            case _:
                return state, ()

    def view(self, state):
        return View()


def both_hold(seen):
    return seen.state("a") == seen.state("b") == "holding"


def lock(most: int = 2) -> System:
    global MOST
    MOST = most
    return own_system(
        "lock",
        {"a": Client("a"), "b": Client("b"), "lock": Lock()},
        opening={"a": (SetTimer("go"),), "b": (SetTimer("go"),)},
        properties=[
            Never(Predicate("both hold it", both_hold)),
            'leads_to: a.state == "waiting" => a.state == "holding"',
        ],
    )
"""


@pytest.fixture
def lock_file(tmp_path: Path) -> str:
    path = tmp_path / "lock.py"
    path.write_text(LOCK)
    return str(path)


def test_a_system_of_ones_own_is_asked_what_its_author_claims(capsys, lock_file):
    code, out, _ = call(capsys, "explore", f"{lock_file}:lock", "--stories")
    assert code == 1
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "never both hold it violated in 6 steps" in lines
    assert "no deadlock holds witness of 6 steps" in lines
    assert "1. a is woken by go: is now waiting; sends ‘acquire a’ to lock" in lines
    assert "In the end: a is holding, b is holding, lock is 2." in lines


def test_whoever_waits_for_ever_is_a_deadlock(capsys, lock_file):
    code, out, _ = call(capsys, "explore", f"{lock_file}:lock(1)")
    words = " ".join(out.split())
    assert "never both hold it holds" in words
    assert "no deadlock violated in 5 steps" in words
    assert code == 1


def test_arguments_stand_behind_the_name_of_a_function(capsys):
    """314 states: five resource managers, not told apart, as Stateright counts them."""
    code, out, _ = call(capsys, "explore", f"{TWO_PHASE}:two_phase_commit(5, symmetric=True)")
    assert "; 314 states; states that differ in who is who of rm1 … rm5 are one" in out
    assert code == 0


def test_states_and_their_parts_may_be_asked_for(capsys):
    claim = 'never: rm1.state == "aborted" and manager.state["0"] == "abort"'
    code, out, _ = call(
        capsys, "explore", f"{TWO_PHASE}:two_phase_commit", "--property", claim, "--format=json"
    )
    assert '"manager is woken by abort: is now abort {}; sends' in out
    assert code == 1
    _, said, wrong = call(
        capsys, "explore", f"{TWO_PHASE}:two_phase_commit", "--property", "never: rm1.stat == 1"
    )
    assert "did you mean 'state'" in said + wrong


def test_a_kept_counterexample_is_a_test_that_fails_until_it_is_mended(capsys, lock_file, tmp_path):
    folder = tmp_path / "out"
    call(capsys, "explore", f"{lock_file}:lock", "--out", str(folder))
    [test] = folder.glob("test_*never*.py")
    diagram = next(folder.glob("*never*.mmd")).read_text()
    assert "p0-)p2: 1. acquire a" in diagram
    assert "point of no return" in diagram
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    failed = subprocess.run(run, capture_output=True, text=True, check=False, env=environment)
    assert "1 failed" in failed.stdout, failed.stdout
    test.write_text(test.read_text().replace(":lock", ":lock(1)"))
    mended = subprocess.run(run, capture_output=True, text=True, check=False, env=environment)
    assert "1 passed" in mended.stdout, mended.stdout


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("x = 1\n", "", "is a program, and is not run; name a system"),
        ("x = 1\n", ":x", "x is no System but int (there is no System in it)"),
        (LOCK, ":lok", "has no 'lok'; did you mean 'lock'? (systems there: lock())"),
        (LOCK, ":lock(most)", "arguments are literals; got (most)"),
        (LOCK, ":lock(1, 2)", "raised TypeError"),
        ("import nothing_of_this_name\n", ":x", "raised ModuleNotFoundError"),
        ("raise SystemExit(3)\n", ":x", "raised SystemExit: 3"),
        (LOCK.replace("state + 1, (", "[state], ("), ":lock", "lock in state '0', meeting message"),
        (LOCK.replace('seen.state("a")', 'seen.state("z")'), ":lock", "KeyError: 'z'"),
    ],
)
def test_what_is_wrong_with_a_file_is_one_line(capsys, text, name, said, tmp_path):
    path = tmp_path / "own.py"
    path.write_text(text)
    code, _, err = call(capsys, "explore", f"{path}{name}")
    assert code == 2
    [line] = err.splitlines()
    assert said in line


def test_a_design_is_refused(capsys):
    code, _, err = call(
        capsys, "explore", f"{TWO_PHASE}:two_phase_commit", "--design=orchestration"
    )
    assert "is a system already" in err
    assert code == 2


@pytest.mark.parametrize("given", ["trap.py:system", "trap.py", "."])
def test_nothing_but_explore_runs_such_a_file(capsys, given, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("trap.py").write_text("open('sprung', 'w').close()\n")
    for command in ("check", "draw", "hunt"):
        call(capsys, command, given)
    assert not Path("sprung").exists()
    call(capsys, "explore", "trap.py")
    assert not Path("sprung").exists()
    call(capsys, "explore", "trap.py:system")
    assert Path("sprung").exists()


@pytest.mark.parametrize("call_of", ["", "(1)"])
def test_a_file_of_such_a_name_is_that_file_and_runs_nothing(
    capsys, tmp_path, monkeypatch, call_of
):
    """Who explores what a pull request adds names both: a program, and a file to have it run."""
    monkeypatch.chdir(tmp_path)
    Path("trap.py").write_text("open('sprung', 'w').close()\n")
    named = f"trap.py:system{call_of}"
    Path(named).write_text("name: w\ninitial: a\nstates: {a: {kind: final}}\n")
    for command in ("explore", "check", "draw", "hunt"):
        code, _, err = call(capsys, command, named)
        assert code == 0, err
    Path(named).unlink()
    Path(named).symlink_to("nowhere")
    assert call(capsys, "explore", named)[0] == 2
    assert not Path("sprung").exists()


def test_a_search_may_stop_at_the_first_violation(capsys):
    claim = "never: rm1.state == 'aborted'"
    whole = (TWO_PHASE + ":two_phase_commit(6)", "--property", claim)
    code, out, _ = call(capsys, "explore", *whole, "--stop-at-first", "--format=json")
    [found] = json.loads(out)
    assert code == 1
    assert found["bounds"]["stopped"] == "at the first violation"
    assert found["properties"][0]["detail"] == "in 1 steps"
    assert 1_000 <= found["bounds"]["states"] < 50_816
    order = "models/order-fulfilment/workflow.yaml"
    few = ("--design=orchestration", "--crash=1", "--knob=persistence=memory", "--format=json")
    parts, all_of_it = (
        json.loads(call(capsys, "explore", order, *few, *more)[1])[0]["properties"]
        for more in (("--stop-at-first",), ())
    )
    known = {each["claim"]: each for each in all_of_it}
    violated = [each for each in parts if each["answer"] == "violated"]
    assert violated
    for each in violated:
        assert each["detail"].split(";")[0] == known[each["claim"]]["detail"].split(";")[0]


def test_where_nothing_is_violated_the_whole_is_searched(capsys):
    code, out, _ = call(capsys, "explore", f"{TWO_PHASE}:two_phase_commit(5)", "--stop-at-first")
    assert "; 8,832 states\n" in out  # five resource managers, as Stateright counts them
    assert code == 0


@pytest.mark.parametrize("other", ["--checkpoint=kept", "--instances=2", "--exposure"])
def test_stopping_early_does_not_go_with(capsys, other):
    code, _, err = call(
        capsys, "explore", f"{TWO_PHASE}:two_phase_commit", "--stop-at-first", other
    )
    assert code == 2
    assert "does not go with --stop-at-first" in err

"""``wfmodel hunt``: exit codes, coverage, files that can be played, one line for what is wrong."""

from __future__ import annotations

import runpy
import shutil
import sys
from pathlib import Path

import pytest

from tests.cli.test_command_line import ORDER, call

CHOREOGRAPHY = ("--design", "choreography")
CRASHED = (
    *CHOREOGRAPHY,
    "--knob",
    "publishing=dual-write",
    "--anomaly",
    "lost",
    "--fault",
    "crash",
)
STEM = "choreography-lost"


def test_what_is_found_exits_with_1_and_its_files_play_wherever_they_are_moved(
    capsys, monkeypatch, tmp_path: Path
):
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "models").mkdir(parents=True)
    shutil.copy(ORDER, here / "models/workflow.yaml")
    monkeypatch.chdir(here)
    code, out, _ = call(capsys, "hunt", "models/workflow.yaml", *CRASHED, "--out", "found/lost")
    assert code == 1
    assert "choreography: hunting lost" in out
    assert "shipping crashes: ‘go on with notify’ is never sent" in out

    test = f"test_{STEM.replace('-', '_')}.py"
    suffixes = (".scenario.yaml", ".txt", ".mmd", ".schedule", ".svg")
    written = {path.name: path for path in (here / "found/lost").iterdir()}
    assert set(written) == {test, *(STEM + suffix for suffix in suffixes)}
    assert all(str(tmp_path) not in path.read_text("utf-8") for path in written.values())

    monkeypatch.chdir(tmp_path)
    here.rename(there)
    scenario = there / f"found/lost/{STEM}.scenario.yaml"
    monkeypatch.chdir(scenario.parent)  # its --root is seen from there, like its workflow
    run = scenario.read_text("utf-8").splitlines()[0].removeprefix("# wfmodel ").split()
    code, out, err = call(capsys, *(str(scenario) if word == "THIS" else word for word in run))
    assert code == 0, err
    assert "crash" in out

    monkeypatch.chdir(there)
    functions = runpy.run_path(f"found/lost/{test}")
    [still_impossible] = [each for name, each in functions.items() if name.startswith("test_")]
    with pytest.raises(AssertionError):  # it fails as long as the run is possible
        still_impossible()


def test_a_workflow_named_by_an_absolute_path_keeps_it(capsys, tmp_path: Path):
    asked = (*CRASHED, "--out", str(tmp_path))
    assert call(capsys, "hunt", ORDER, *asked)[0] == 1
    assert f"\nworkflow: {ORDER}\n" in (tmp_path / f"{STEM}.scenario.yaml").read_text("utf-8")


def test_nothing_found_exits_with_0_says_how_far_it_got_and_writes_nothing(capsys, tmp_path: Path):
    folder = tmp_path / "found"
    asked = (*CHOREOGRAPHY, "--fault", "duplication", "--examples", "10", "--out", str(folder))
    code, out, _ = call(capsys, "hunt", ORDER, *asked)
    assert code == 0
    assert "nothing was found; that shows nothing about what was not tried" in out
    assert "holds" not in out
    assert "coverage: " in out
    assert "came to rest" in out
    assert "never begun: " in out
    assert not folder.exists()


def test_when_the_time_is_up_it_says_so(capsys):
    """No time at all, so that it does not matter how fast this machine is."""
    code, out, _ = call(capsys, "hunt", ORDER, *CHOREOGRAPHY, "--seconds", "0")
    assert code == 2
    assert "nothing was found" not in out
    assert out.splitlines()[-2:] == [
        "nothing was looked at, which answers nothing: no schedule was played",
        "coverage: 0 schedules (the time was up)",
    ]


def test_without_hypothesis_it_says_how_to_get_it(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "hypothesis", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules, "wfmodel.experiments.hunting.strategies", raising=False)
    code, _, err = call(capsys, "hunt", ORDER, *CHOREOGRAPHY)
    assert code == 2
    assert "pip install 'wfmodel[testing]'" in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--anomaly", "missing"], "no anomaly 'missing'; there are lost, split-verdict, "),
        (["--fault", "earthquake"], "no fault 'earthquake' to hunt with; there are crash, loss, "),
        (["--property", "never lost"], "did you mean 'never'? (there are: never, always, "),
        (["--property", "never: paymnt.status == 'failed'"], "did you mean 'payment'?"),
        (["--property", "no: deadlock", "--anomaly", "lost"], "either --anomaly or --property"),
        (["--design", "anarchy"], "there are orchestration, choreography, both"),
    ],
)
def test_a_mistake_is_one_line(capsys, arguments, says):
    code, out, err = call(capsys, "hunt", ORDER, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_a_claim_about_several_instances_is_refused(capsys):
    code, _, err = call(capsys, "hunt", ORDER, "--property", "at_most: 2 lost", "--examples", "1")
    assert code == 2
    assert "explore --instances" in err

"""``wfmodel hunt --walks``: exit codes, coverage, files that fail as tests, and no "holds"."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import pytest

from tests.cli.test_command_line import ORDER, ROOT, call

CHOREOGRAPHY = (ORDER, "--design", "choreography")
DUAL = (*CHOREOGRAPHY, "--knob", "publishing=dual-write", "--crash", "1", "--walks", "400")
STEM = "choreography-never-lost"


def test_what_is_found_exits_with_1_and_becomes_files(capsys, tmp_path: Path):
    asked = ("--anomaly", "lost", "--out", str(tmp_path / "found"))
    code, out, _ = call(capsys, "hunt", *DUAL, *asked)
    assert code == 1
    assert "choreography: 1 crash; time-outs fire" in out
    assert "search stopped: 400 random walks" in out
    assert "found, against 'never lost': 6 steps, met after " in out
    assert "5. inventory crashes: ‘go on with quote-delivery’ is never sent" in out
    assert "coverage: 400 walks, " in out
    test = f"test_{STEM.replace('-', '_')}.py"
    suffixes = (".txt", ".mmd", ".schedule", ".svg")
    written = {path.name for path in (tmp_path / "found").iterdir()}
    assert written == {test, *(STEM + suffix for suffix in suffixes)}
    functions = runpy.run_path(str(tmp_path / "found" / test))
    [still_impossible] = [each for name, each in functions.items() if name.startswith("test_")]
    with pytest.raises(AssertionError):  # it fails as long as the run is possible
        still_impossible()


def test_nothing_found_says_in_how_many_walks_and_never_that_it_holds(capsys, tmp_path: Path):
    folder = tmp_path / "found"
    code, out, _ = call(capsys, "hunt", *CHOREOGRAPHY, "--walks", "2000", "--out", str(folder))
    assert code == 0
    assert "not found in 2,000 walks: a run against any of these: never lost; " in out
    assert "that shows nothing about what they did not see" in out
    assert "nothing within these bounds was left out" in out  # without faults they see all
    assert "holds" not in out
    assert not folder.exists()


def test_the_same_command_prints_the_same(capsys):
    one, two = (call(capsys, "hunt", *DUAL) for _ in range(2))
    assert one == two
    assert call(capsys, "hunt", *DUAL, "--seed", "2")[1] != one[1]


def test_when_the_time_is_up_it_says_so(capsys):
    code, out, _ = call(capsys, "hunt", *DUAL, "--seconds", "0")
    assert code == 2
    assert "search stopped: 0 random walks (the time was up)" in out
    assert "\nnothing was looked at, which answers nothing: no walk was taken\n" in out
    assert "not found" not in out
    assert out.endswith("coverage: 0 walks, 0 steps\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--crash", "1"], "--crash needs --walks"),
        (["--limit", "9"], "--limit needs --walks"),
        (["--laps", "1"], "--laps needs --walks"),
        (["--walks", "10", "--fault", "crash"], "--fault does not go with --walks"),
        (["--walks", "10", "--faults", "3"], "--faults does not go with --walks"),
        (["--walks", "10", "--examples", "9"], "--examples does not go with --walks"),
        (["--walks", "10", "--instances", "2"], "--instances does not go with --walks"),
        (["--walks", "10", "--anomaly", "missing"], "no anomaly 'missing'; there are lost, "),
        (["--walks", "10", "--property", "never lost"], "did you mean 'never'?"),
    ],
)
def test_a_mistake_is_one_line(capsys, arguments, says):
    code, out, err = call(capsys, "hunt", ORDER, *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


def test_what_the_page_shows_is_what_it_says(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs/hunting.md").read_text(encoding="utf-8")
    [shown] = [b for b in re.findall(r"```console\n(.*?)```", text, re.S) if " --walks " in b]
    command, *lines = shown.strip().splitlines()
    code, out, _ = call(capsys, *shlex.split(command.removeprefix("$ wfmodel ")))
    assert (code, out.rstrip().splitlines()) == (1, lines)

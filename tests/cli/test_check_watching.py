"""``--watch``: a change of any file that belongs to the check leads to another one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.test_command_line import call
from wfmodel.cli.check_watching import State, state_of, watch

ISLAND = "name: w\ninitial: go\nstates:\n  go: {kind: final}\n  island: {kind: final}\n"


def test_it_checks_once_for_each_change():
    seen: list[State] = [{"a": (1, 1)}] * 3 + [{"a": (2, 1)}] * 2 + [{"a": (2, 1), "b": (3, 1)}] * 2
    checked: list[int] = []
    waited: list[float] = []
    at = iter(seen)

    def look() -> State:
        found = next(at, None)
        if found is None:
            raise KeyboardInterrupt
        return found

    watch(lambda: checked.append(1), look, wait=waited.append)
    assert len(checked) == 3
    assert len(waited) == 2


def test_what_belongs_to_a_file_is_looked_at_too(tmp_path: Path):
    file, side = tmp_path / "w.asl.json", tmp_path / "w.suppressions.yaml"
    file.write_text("{}", encoding="utf-8")
    before = state_of([str(file)])
    side.write_text("suppressions: []\n", encoding="utf-8")
    both = state_of([str(file)])
    assert set(both) - set(before) == {str(side)}
    file.unlink()
    assert set(state_of([str(file)])) == {str(side)}


def test_the_command_goes_on_until_it_is_interrupted(tmp_path: Path):
    file = tmp_path / "w.yaml"
    file.write_text(ISLAND, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "wfmodel", "check", ".", "--watch", "--isolated"]
    own = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=own, text=True, stderr=subprocess.STDOUT, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        try:
            assert "S110" in running.stdout.readline()
            while "watching" not in running.stdout.readline():
                pass
            file.write_text(ISLAND + "  rock: {kind: final}\n", encoding="utf-8")
            said = [running.stdout.readline() for _ in range(2)]
            assert ["island" in said[0], "rock" in said[1]] == [True, True]
        finally:
            running.send_signal(signal.SIGINT)
    assert running.returncode == 0


def test_options_that_end_do_not_go_with_it(capsys):
    code, _, err = call(capsys, "check", ".", "--watch", "--list-files")
    assert code == 2
    assert "--list-files does not go with --watch: it goes on" in err

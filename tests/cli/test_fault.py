"""What nothing foresaw: one line, a file with the details, exit code 3."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_command_line import BROKEN, ORDER, ROOT, call
from wfmodel.cli.app import COMMANDS
from wfmodel.native.lost import WorkersLostError

SCENARIO = str(ROOT / "models/order-fulfilment/scenario.yaml")


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def _raising(error: BaseException):
    def raises(*_: object, **__: object) -> None:
        raise error

    return raises


def break_commands(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Whichever way a line is read."""
    monkeypatch.setattr("wfmodel.cli.app.app", _raising(error))
    monkeypatch.setattr("wfmodel.cli.check_run.run_check", _raising(error))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_the_same_outermost_frame(capsys, monkeypatch, command):
    break_commands(monkeypatch, ZeroDivisionError("by nothing"))
    code, out, err = call(capsys, command, ORDER)
    assert (code, out) == (3, "")
    said = re.fullmatch(
        r"wfmodel: error: a fault of wfmodel: ZeroDivisionError: by nothing \(details in (.+)\)\n",
        err,
    )
    assert said is not None
    file = Path(said[1])
    report = file.read_text(encoding="utf-8")
    assert f"command: wfmodel {command} {ORDER}\n" in report
    assert re.search(r"^python: 3\.\d+", report, re.MULTILINE)
    assert re.search(r"^numpy: \d", report, re.MULTILINE)
    assert "Traceback (most recent call last)" in report
    assert report.rstrip().endswith("ZeroDivisionError: by nothing")
    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0
    assert [other.name for other in file.parent.iterdir()] == [file.name]


def test_a_fault_within_a_command_is_caught_too(capsys, monkeypatch):
    monkeypatch.setattr("wfmodel.cli.draw.load_or_refuse", _raising(RecursionError()))
    code, _, err = call(capsys, "draw", ORDER)
    assert code == 3
    assert "a fault of wfmodel: RecursionError (details in " in err


def test_a_hostile_message_is_one_short_line_and_obeyed_nowhere(capsys, monkeypatch):
    hostile = ValueError("a\n::error::b\x1b[31m" + "c" * 5000)
    break_commands(monkeypatch, hostile)
    code, _, err = call(capsys, "check", ORDER)
    assert code == 3
    assert err.count("\n") == 1
    assert len(err) < 600
    assert "\x1b" not in err
    assert "\x1b" not in Path(err.split("details in ")[1].rstrip(")\n")).read_text("utf-8")


def test_where_no_folder_can_be_written_the_line_is_said_all_the_same(capsys, monkeypatch):
    break_commands(monkeypatch, KeyError("x"))
    monkeypatch.setattr("wfmodel.cli.fault.write_file", _raising(PermissionError("no")))
    code, _, err = call(capsys, "check", ORDER)
    assert code == 3
    assert "its details could not be written" in err


def test_without_a_home_the_details_are_among_temporary_files(capsys, monkeypatch, tmp_path):
    break_commands(monkeypatch, KeyError("x"))
    monkeypatch.setattr("wfmodel.cli.fault.own_folder", lambda: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    _, _, err = call(capsys, "check", ORDER)
    assert f"details in {tmp_path}{os.sep}wfmodel-fault-" in err


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 2, "out of memory"),
        (BrokenPipeError(), 0, ""),
        (OSError(28, "No space left on device", "x"), 2, "x: No space left on device"),
        (WorkersLostError("a worker process was killed"), 2, "a worker process was killed"),
    ],
)
def test_what_is_no_fault_stays_what_it_is(monkeypatch, capfd, error, code, says):
    break_commands(monkeypatch, error)
    monkeypatch.setattr("wfmodel.cli.ending.discard", lambda: None)
    found, _, err = call(capfd, "check", ORDER)
    assert found == code
    assert says in err
    assert "fault" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of POSIX")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments", [("check", BROKEN), ("explore", ORDER, "--limit", "50"), ("rules",), ("--help",)]
)
def test_a_reader_that_has_gone_is_no_finding(arguments, unbuffered):
    """Exit code 1 would say that something was found."""
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "wfmodel", *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": unbuffered, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    os.close(writing)
    assert ran.returncode == 0
    assert b"Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "module",
    ["native.safety", "cli.plain_check", "cli.ending", "cli.check_run", "cli.app", "cli.check"],
)
def test_an_interrupt_while_anything_is_imported_is_one_exit_code(module: str, tmp_path: Path):
    script = f"""
import sys
class Pressed:
    def find_spec(self, name, path=None, target=None):
        if name == "wfmodel.{module}":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Pressed())
from wfmodel.cli import main
main(sys.argv[1:])
"""
    plain = module in ("native.safety", "cli.plain_check", "cli.ending", "cli.check_run")
    words = ["check", "nowhere.yaml", *(() if plain else ("--jobs", "1"))]
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script, *words], cwd=tmp_path, capture_output=True, check=False
    )
    assert ran.returncode == 130, ran.stderr
    assert b"Traceback" not in ran.stderr

"""The campaign sees what it is there to see."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaign import trial
from tests.campaign.jobs import OLD, Job
from tests.campaign.trial import Ran, Whole

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")

JOB = Job("report", ("report",), ("page.md",))
WHOLE = Whole(Ran(0, b"", b"", 1.0, 0), {"page.md": b"new and whole"}, b"")


@pytest.mark.parametrize("content", [OLD, b"new and whole"])
def test_an_old_file_or_a_new_one_is_right(tmp_path: Path, content: bytes):
    (tmp_path / "page.md").write_bytes(content)
    assert trial._of_files(tmp_path, JOB, "SIGINT", WHOLE) == []


def test_a_half_a_missing_and_an_unfinished_file_are_wrong(tmp_path: Path):
    assert trial._of_files(tmp_path, JOB, "SIGKILL", WHOLE) == ["page.md is neither old nor new"]
    (tmp_path / "page.md").write_bytes(b"new and")
    assert trial._of_files(tmp_path, JOB, "SIGKILL", WHOLE) == ["page.md is neither old nor new"]
    (tmp_path / "page.md").write_bytes(OLD)
    (tmp_path / ".unfinished-1").touch()
    assert trial._of_files(tmp_path, JOB, "SIGINT", WHOLE) == ["an unfinished file is left"]
    assert trial._of_files(tmp_path, JOB, "SIGKILL", WHOLE) == []


@pytest.mark.parametrize(
    ("ran", "wrong"),
    [
        (Ran(130, b"", b"wfmodel: error: interrupted\n", 1, 0), []),
        (Ran(1, b"", b"", 1, 0), ["ended with 1"]),
        (Ran(130, b"", b"Traceback (most", 1, 0), ["said 'Traceback'"]),
        (Ran(130, b"", b"", 1, 2), ["2 left running"]),
        (Ran(None, b"", b"", 1, 0), ["ended with None"]),
    ],
)
def test_endings_are_judged(ran: Ran, wrong: list[str]):
    assert trial._of_ending(ran, "SIGINT") == wrong


def test_what_is_left_running_is_found_and_ended(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trial, "LEAVE_S", 0)
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    process = subprocess.Popen(waits, stdin=subprocess.PIPE, start_new_session=True)
    assert trial._left_running(process.pid) == 1
    assert process.wait() == -signal.SIGKILL
    assert trial._left_running(process.pid) == 0
    assert os.getpid() not in trial._processes(process.pid)

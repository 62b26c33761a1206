"""Workers end with their parent and with an error; one that is killed is an error, never a hang."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from wfmodel.native import pools
from wfmodel.native.lost import WorkersLostError
from wfmodel.native.pools import WorkerPool

if os.environ.get("WFMODEL_TEST_PLATFORM") == "portable":  # a parent without Linux's own way
    sys.platform = "portable"

ROOT = Path(__file__).parents[2]
METHODS = multiprocessing.get_all_start_methods()
ALL_METHODS = pytest.mark.parametrize("method", METHODS)
unix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def pool(method: str, workers: int = 2) -> WorkerPool:
    return WorkerPool(workers, multiprocessing.get_context(method))


def killed_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def killed_half_way(number: int) -> bytes:
    """A result whose second half never comes."""
    if number == 3:

        def send(self, buffer, write=os.write):
            os.write(self.fileno(), buffer[: len(buffer) // 2])
            os.kill(os.getpid(), signal.SIGKILL)

        Connection._send = send
    return bytes(1000)


def for_ever(number: int) -> None:
    threading.Event().wait()


def refused(number: int) -> None:
    raise ValueError(f"not {number}")


@ALL_METHODS
def test_results_come_in_order(method):
    with pool(method) as workers:
        assert list(workers.map(abs, range(-5, 0), chunksize=2)) == [5, 4, 3, 2, 1]


@ALL_METHODS
def test_what_a_worker_raises_is_raised_here(method):
    with pytest.raises(ValueError, match="not 0"), pool(method) as workers:
        list(workers.map(refused, range(3)))
    assert multiprocessing.active_children() == []


@unix
@ALL_METHODS
@pytest.mark.parametrize("work", [killed_at_three, killed_half_way])
def test_a_worker_that_is_killed_is_said(method, work, monkeypatch):
    monkeypatch.setattr(pools, "GRACE_S", 0.2)
    with (
        pytest.raises(WorkersLostError, match="a worker process was killed by SIGKILL") as said,
        pool(method) as workers,
    ):
        list(workers.map(work, range(20)))
    assert "\n" not in str(said.value)
    assert multiprocessing.active_children() == []


def _interrupted(method: str) -> None:
    with pool(method) as workers:
        workers.map(for_ever, range(10))
        raise KeyboardInterrupt


@ALL_METHODS
def test_an_error_ends_workers_that_are_under_way(method):
    with pytest.raises(KeyboardInterrupt):
        _interrupted(method)
    assert multiprocessing.active_children() == []


def told(pipe: Path) -> None:
    """Say that this worker is there, and hold the pipe as long as it is."""
    with pipe.open("wb") as writing:
        writing.write(b"%d\n" % os.getpid())
        writing.flush()
        threading.Event().wait()


PARENT = """
from pathlib import Path
from tests.native.test_pools import pool, told
if __name__ == "__main__":
    with pool({method!r}) as workers:
        list(workers.map(told, [Path({pipe!r})] * 2))
"""


@unix
@ALL_METHODS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("platform", [sys.platform, "portable"])
def test_workers_end_with_their_parent(tmp_path, method, number, platform):
    """Each holds the other end of a pipe: once all are gone, it is at its end."""
    pipe, script = tmp_path / "pipe", tmp_path / "parent.py"
    os.mkfifo(pipe)
    script.write_text(PARENT.format(method=method, pipe=str(pipe)), encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(ROOT), "WFMODEL_TEST_PLATFORM": platform},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with pipe.open("rb") as reading:
        workers = {int(reading.readline()), int(reading.readline())}
        parent.send_signal(number)
        assert reading.read() == b""  # returns when nobody can write any more
    _, said = parent.communicate()
    assert len(workers - {parent.pid}) == 2
    assert said.count(b"Traceback") == (number == signal.SIGINT), said  # the script's own


@unix
def test_ctrl_c_at_a_terminal_is_for_the_parent_alone(tmp_path):
    """It reaches the whole group at once."""
    pipe, script = tmp_path / "pipe", tmp_path / "parent.py"
    os.mkfifo(pipe)
    script.write_text(PARENT.format(method="spawn", pipe=str(pipe)), encoding="utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(script)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with pipe.open("rb") as reading:
        reading.readline()
        os.killpg(parent.pid, signal.SIGINT)
        reading.read()
    _, said = parent.communicate()
    assert said.count(b"Traceback") == 1, said

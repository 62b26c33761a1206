"""One command, one fault at one instant, and what was found wrong afterwards."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Final

from tests.campaign.jobs import OLD, ROOT, Job

PROGRAM: Final = (sys.executable, "-P", "-m", "wfmodel")
SIGNALS: Final = {name: signal.Signals[name] for name in ("SIGKILL", "SIGTERM", "SIGINT")}
FULL_DISK: Final = "full disk"
CLOSED_PIPE: Final = "closed pipe"
FAULTS: Final = (*SIGNALS, FULL_DISK, CLOSED_PIPE)
CODES: Final = {
    "SIGKILL": {0, -signal.SIGKILL},
    "SIGTERM": {0, -signal.SIGTERM},
    "SIGINT": {0, 130, 2},  # 2: ``explore`` says what it has seen so far
    FULL_DISK: {0, 2},
    CLOSED_PIPE: {0},
}
KILLED: Final = ("SIGKILL", "SIGTERM")
PATIENCE_S: Final = 1200
LEAVE_S: Final = 120
"""Both are waited for only where something is wrong, or the machine is very busy."""
NOISE: Final = (b"Traceback", b"Exception ignored", b"a fault of wfmodel")


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int | None
    out: bytes
    err: bytes
    seconds: float
    left: int
    """Processes of its session that were still there a while later."""


@dataclass(frozen=True)
class Whole:
    """What an undisturbed run leaves."""

    ran: Ran
    outputs: dict[str, bytes]
    again: bytes


class _Drain(threading.Thread):
    """Reads a pipe to its end, or until it is closed at an instant."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.stream, self.read = stream, bytearray()
        self.start()

    def run(self) -> None:
        """Read on."""
        while chunk := os.read(self.stream.fileno(), 1 << 16):
            self.read += chunk


def run(
    folder: Path, words: tuple[str, ...], fault: str = "", at_s: float = 0, bytes_left: int = 0
) -> Ran:
    """Run a command in a session of its own, with a fault at an instant or at so many bytes."""
    most = bytes_left if fault == FULL_DISK else None
    begun = time.monotonic()
    process = subprocess.Popen(
        [*PROGRAM, *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder.parent / "cache")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=partial(_as_if_called, most),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    said = _Drain(process.stderr)
    out = None if fault == CLOSED_PIPE else _Drain(process.stdout)
    if fault in SIGNALS or fault == CLOSED_PIPE:
        _wait(process, at_s)
        if fault == CLOSED_PIPE:
            process.stdout.close()
        elif process.returncode is None:
            process.send_signal(SIGNALS[fault])
    code = _wait(process, PATIENCE_S)
    seconds = time.monotonic() - begun
    left = _left_running(process.pid)
    for thread in (said, out):
        if thread is not None:
            thread.join(1)
    return Ran(code, b"" if out is None else bytes(out.read), bytes(said.read), seconds, left)


def _as_if_called(most: int | None) -> None:
    """In the child: hear Ctrl-C, which a campaign in the background does not; limit its files."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if most is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _left_running(session: int) -> int:
    """Processes of a session that are there although they had time to leave; they are ended."""
    end = time.monotonic() + LEAVE_S
    while (left := _processes(session)) and time.monotonic() < end:
        time.sleep(0.05)
    for number in left:
        os.kill(number, signal.SIGKILL)
    return len(left)


def _processes(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(entry.parent.name))
    return found


def undisturbed(job: Job) -> Whole:
    """What the command leaves when nothing happens to it. Its first run compiles, and is no
    measure of how long the others take.
    """
    with tempfile.TemporaryDirectory() as top:
        run(_prepared(job, Path(top)), job.words)
    with tempfile.TemporaryDirectory() as top:
        folder = _prepared(job, Path(top))
        ran = run(folder, job.words)
        assert ran.code == 0, ran.err
        outputs = {name: (folder / name).read_bytes() for name in job.outputs}
        again = run(folder, job.again).out if job.again else b""
        return Whole(ran, outputs, again)


def _prepared(job: Job, top: Path) -> Path:
    folder = top / "work"
    folder.mkdir()
    job.prepare(folder)
    return folder


def disturbed(job: Job, fault: str, whole: Whole, share: float) -> tuple[Ran, list[str]]:
    """A fault at this share of the way, and what is wrong then."""
    largest = max((len(text) for text in whole.outputs.values()), default=200_000)
    with tempfile.TemporaryDirectory() as top:
        folder = _prepared(job, Path(top))
        at_s, room = share * whole.ran.seconds, int(share * largest)
        ran = run(folder, job.words, fault, at_s, room)
        return ran, [*_of_ending(ran, fault), *_of_files(folder, job, fault, whole)]


def _of_ending(ran: Ran, fault: str) -> list[str]:
    wrong = [f"{ran.left} left running"] if ran.left else []
    wrong += [f"said {word.decode()!r}" for word in NOISE if word in ran.err]
    if ran.code == -signal.SIGINT and not ran.err:  # the interpreter was about to end
        return wrong
    if ran.code not in CODES[fault]:
        wrong.append(f"ended with {ran.code}")
    return wrong


def _of_files(folder: Path, job: Job, fault: str, whole: Whole) -> list[str]:
    wrong = []
    for name, complete in whole.outputs.items():
        text = (folder / name).read_bytes() if (folder / name).exists() else None
        if text not in (OLD, complete):
            wrong.append(f"{name} is neither old nor new")
    if fault not in KILLED and list(folder.rglob(".unfinished-*")):
        wrong.append("an unfinished file is left")
    if job.again:
        after = run(folder, job.again)
        if after.code != 0:
            wrong.append(f"cannot go on: {after.err.decode(errors='replace').strip()}")
        elif not _alike(folder, job, whole, after):
            wrong.append("went on to something else")
    return wrong


def _alike(folder: Path, job: Job, whole: Whole, after: Ran) -> bool:
    """Whether the second call leaves, or says, what it does after an undisturbed first one."""
    files = [name for name in job.outputs if name in job.again]
    if not files:
        return after.out == whole.again
    return all((folder / name).read_bytes() == whole.outputs[name] for name in files)


def is_before_main(ran: Ran) -> bool:
    """Whether an interrupt reached the interpreter before it had anything of the program's."""
    return b"Traceback" in ran.err and b"wfmodel/cli/__init__.py" not in ran.err

"""Nothing is lost, torn or doubled, whatever happens on the way; what is wrong names its file."""

from __future__ import annotations

import errno
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.experiments.samples import workflow
from tests.experiments.sweeps.declared import Paced, declared, files
from wfmodel.experiments.factorial.cell_store import LOCK, StoreError, opened
from wfmodel.experiments.factorial.cell_work import CellWork
from wfmodel.experiments.factorial.executors import Became, InProcess
from wfmodel.experiments.factorial.experiment_runs import prepare, run_experiment
from wfmodel.experiments.factorial.outcome import CellOutcome
from wfmodel.experiments.factorial.parquet_rows import cell_bytes, cell_from, results_from

pytestmark = pytest.mark.long


ROOT = Path(__file__).parents[3]
KILLS = int(os.environ.get("WFMODEL_KILLS", "4"))
"""How often a sweep is killed at a random instant; 20 in the long run."""


class Known:
    """An executor that has all outcomes already, so that only the store is at work."""

    def __init__(self, outcomes: dict[str, CellOutcome]) -> None:
        self.outcomes_by_key = outcomes
        self.run: list[str] = []

    def outcomes(self, works: Iterable[CellWork]) -> Iterator[Became]:
        for work in works:
            self.run.append(work.key)
            yield self.outcomes_by_key[work.key]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, CellOutcome]:
    works = prepare(declared(), workflow()).works.values()
    return {each.key: each for each in InProcess().outcomes(works)}


@pytest.fixture
def known(outcomes) -> Known:
    return Known(outcomes)


@pytest.fixture(scope="module")
def whole(outcomes, tmp_path_factory) -> dict[str, bytes]:
    """The files of a sweep that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole")
    sweep(folder, Known(outcomes))
    return files(folder)


def sweep(folder: Path, executor, *, resume: bool = False, **changes):
    scenario = declared(**changes)
    return run_experiment(scenario, workflow(), executor=executor, out=folder, resume=resume)


def test_what_is_left_is_a_manifest_and_one_file_of_results(whole):
    assert list(whole) == ["manifest.json", "results.parquet"]
    found, metadata = results_from(whole["results.parquet"])
    assert [number for number, _ in found] == [0, 1, 2, 3, 4, 5]
    assert {"wfmodel", "numpy", "scipy", "seed", "scenario"} <= set(metadata)


def test_the_order_in_which_cells_finish_leaves_no_trace(tmp_path, outcomes, whole):
    class Backwards(Known):
        def outcomes(self, works):
            yield from super().outcomes(reversed(list(works)))

    sweep(tmp_path, Backwards(outcomes))
    assert files(tmp_path) == whole


def test_a_finished_sweep_runs_nothing_again(tmp_path, known, whole):
    first = sweep(tmp_path, known)
    again = sweep(tmp_path, Known({}), resume=True)
    assert again.new == 0
    assert repr(again.points) == repr(first.points)
    assert files(tmp_path) == whole


@pytest.mark.parametrize("after", [1, 3, 5])
def test_what_is_finished_is_not_run_again(tmp_path, known, whole, after):
    class StoppedError(Exception):
        pass

    def stop(_label: str, done: int, _total: int) -> None:
        if done == after:
            raise StoppedError

    with pytest.raises(StoppedError):
        run_experiment(declared(), workflow(), executor=known, out=tmp_path, progress=stop)
    finished = {path.stem for path in (tmp_path / "cells").iterdir()}
    assert len(finished) == after
    known.run.clear()
    assert sweep(tmp_path, known, resume=True).new == 6 - after
    assert not finished & set(known.run)
    assert files(tmp_path) == whole


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


def killing(monkeypatch, at: int, *, done: bool) -> Callable[[], int]:
    """Die at the call with this number among all that change the disk, before or after it."""
    calls = 0

    def wrap(holder: object, name: str) -> None:
        real = getattr(holder, name)

        def call(*args: object, **keys: object) -> object:
            nonlocal calls
            calls += 1
            if calls == at and not done:
                raise Killed
            result = real(*args, **keys)
            if calls == at:
                raise Killed
            return result

        monkeypatch.setattr(holder, name, call)

    wrap(os, "fsync")
    for name in ("replace", "unlink", "rmdir", "mkdir"):
        wrap(Path, name)
    return lambda: calls


@pytest.mark.parametrize("done", [False, True])
def test_it_may_be_killed_at_every_change_of_the_disk(tmp_path, known, whole, done):
    at = 0
    while True:
        at += 1
        folder = tmp_path / str(at)
        folder.mkdir()
        with pytest.MonkeyPatch.context() as patch:
            calls = killing(patch, at, done=done)
            with suppress(Killed):
                sweep(folder, known)
        kept = {path.stem for path in folder.glob("cells/*.parquet")}
        finished = (folder / "results.parquet").exists()
        known.run.clear()
        sweep(folder, known, resume=True)
        assert files(folder) == whole
        assert not (kept & set(known.run))
        assert not (finished and known.run)
        if calls() < at:
            break
    # manifest: 2 flushes, 1 rename; cells: 1 directory, 6 times 3; results 3; 6 files, 1 directory
    assert at > 30


@pytest.mark.parametrize("number", range(KILLS))
def test_kill_9_at_a_random_instant(tmp_path, whole, number):
    draw = random.Random(f"kill {number}")
    program = [sys.executable, "-m", "tests.experiments.sweeps.declared", str(tmp_path), "0.05"]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(draw.randint(0, 6)):
            process.stdout.readline()
        time.sleep(draw.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
    kept = {path.stem for path in tmp_path.glob("cells/[!.]*.parquet")}
    executor = Paced(0)
    result = sweep(tmp_path, executor, resume=True)
    assert files(tmp_path) == whole
    assert not kept & set(executor.run)
    assert result.new == len(executor.run) == len(set(executor.run))


def test_a_full_disk_is_said_and_loses_nothing(tmp_path, known, whole, monkeypatch):
    real, left = os.fsync, 9

    def full(number: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(number)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError) as caught:
            sweep(tmp_path, known)
    assert ".parquet: No space left on device; make room and go on with --resume" in str(
        caught.value
    )
    assert not list(tmp_path.rglob(".unfinished-*"))
    known.run.clear()
    sweep(tmp_path, known, resume=True)
    assert len(known.run) < 6
    assert files(tmp_path) == whole


def interrupted(folder: Path, known: Known) -> Path:
    """A sweep with some cells finished; the file of one of them."""

    def stop(_label: str, done: int, _total: int) -> None:
        if done == 3:
            raise Killed

    with pytest.raises(Killed):
        run_experiment(declared(), workflow(), executor=known, out=folder, progress=stop)
    return min(folder.glob("cells/*.parquet"))


def flipped(content: bytes, place: int) -> bytes:
    return content[:place] + bytes([content[place] ^ 0x10]) + content[place + 1 :]


def is_read(content: bytes) -> bool:
    """Whether a cell's file can be read; then its rows are those that were written."""
    try:
        cell_from(content)
    except ValueError:
        return False
    return True


def test_no_flipped_byte_changes_what_is_read(tmp_path, known):
    content = interrupted(tmp_path, known).read_bytes()
    whole, _ = cell_from(content)
    changed = [flipped(content, place) for place in range(0, len(content), 11)]
    read = [each for each in changed if is_read(each)]  # a byte that nobody looks at
    assert {repr(cell_from(each)[0]) for each in read} <= {repr(whole)}
    assert len(read) < len(changed) / 2


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_a_damaged_cell_is_named_with_the_way_out(tmp_path, known, whole, damage):
    cell = interrupted(tmp_path, known)
    content = cell.read_bytes()
    places = range(len(content) // 2, len(content))
    changed = {
        "cut": content[:-7],
        "flipped": next(one for at in places if not is_read(one := flipped(content, at))),
        "empty": b"",
        "text": b"what is this?",
    }
    cell.write_bytes(changed[damage])
    with pytest.raises(StoreError, match="damaged") as caught:
        sweep(tmp_path, known, resume=True)
    assert str(caught.value).startswith(str(cell))
    assert "move it away and resume" in str(caught.value)
    cell.unlink()
    sweep(tmp_path, known, resume=True)
    assert files(tmp_path) == whole


def test_no_flipped_bit_is_taken_for_a_number(outcomes):
    outcome = next(iter(outcomes.values()))
    content = cell_bytes(outcome, {"seed": "1"})
    assert repr(cell_from(content)[0]) == repr(outcome)
    for place in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[place] ^= 1 << place % 8
        try:
            found, _ = cell_from(bytes(flipped))
        except ValueError:
            continue
        assert repr(found) == repr(outcome)


def test_columns_that_no_sweep_writes_are_no_cell(outcomes):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    content = cell_bytes(next(iter(outcomes.values())), {"seed": "1"})
    table = parquet.read_table(io.BytesIO(content))
    tried = 0
    for place, field in enumerate(table.schema):
        for value in (None, "x", 1, 1.5, [1], {"a": 1}, b"x", True):
            other = arrow.array([value] * len(table))
            if other.type == field.type:
                continue
            changed, buffer = table.set_column(place, field.name, other), io.BytesIO()
            parquet.write_table(changed, buffer)
            with pytest.raises(ValueError, match=f"its column '{field.name}' is of another kind"):
                cell_from(buffer.getvalue())
            with pytest.raises(ValueError, match="it has no column 'point'"):
                results_from(buffer.getvalue())
            tried += 1
    assert tried > 7 * len(table.schema) - 10


def test_a_damaged_file_of_results_is_named(tmp_path, known):
    sweep(tmp_path, known)
    path = tmp_path / "results.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StoreError, match=r"results\.parquet: damaged.*move it away"):
        sweep(tmp_path, known, resume=True)


def test_a_foreign_file_among_the_cells_is_named(tmp_path, known):
    cell = interrupted(tmp_path, known)
    foreign = cell.with_name("holiday.parquet")
    foreign.write_bytes(cell.read_bytes())
    with pytest.raises(StoreError, match=r"holiday\.parquet: no cell of this sweep; move it away"):
        sweep(tmp_path, known, resume=True)


def test_a_foreign_file_is_not_taken_away_at_the_end(tmp_path, known):
    sweep(tmp_path, known)
    (tmp_path / "cells").mkdir()
    (tmp_path / "cells" / "notes.txt").write_text("mine")
    sweep(tmp_path, known, resume=True)
    assert (tmp_path / "cells" / "notes.txt").read_text() == "mine"


def test_a_cell_under_another_name_is_not_believed(tmp_path, known):
    cell = interrupted(tmp_path, known)
    missing = next(key for key in known.outcomes_by_key if not cell.with_stem(key).exists())
    shutil.copy(cell, cell.with_stem(missing))
    with pytest.raises(StoreError, match="belongs to another sweep"):
        sweep(tmp_path, known, resume=True)


def test_a_directory_that_holds_something_else_is_left_alone(tmp_path, known):
    (tmp_path / "thesis.txt").write_text("do not lose")
    with pytest.raises(StoreError, match=r"thesis\.txt: the directory is not empty"):
        sweep(tmp_path, known)
    assert (tmp_path / "thesis.txt").read_text() == "do not lose"


def test_going_on_must_be_asked_for(tmp_path, known):
    sweep(tmp_path, known)
    with pytest.raises(StoreError, match="--resume goes on with it"):
        sweep(tmp_path, known)


def test_a_changed_scenario_is_said(tmp_path, known):
    interrupted(tmp_path, known)
    with pytest.raises(
        StoreError, match=r"manifest\.json: the scenario or its workflow has changed"
    ):
        sweep(tmp_path, known, resume=True, replications=4)
    with pytest.raises(StoreError, match="was begun with seed 1; this is 2"):
        run_experiment(
            replace(declared(), seed=2), workflow(), executor=known, out=tmp_path, resume=True
        )


@pytest.mark.parametrize("text", ["{}", "[" * 100_000, "7", r'{"format": "\ud800"}'])
def test_a_manifest_of_something_else_is_said(tmp_path, known, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match="not the manifest of a sweep"):
        sweep(tmp_path, known, resume=True)


def test_two_processes_do_not_share_a_directory(tmp_path, known):
    with (
        opened(tmp_path, {"format": "x"}, ()),
        pytest.raises(StoreError, match="another process is running a sweep here"),
    ):
        sweep(tmp_path, known)
    assert (tmp_path / LOCK).exists()


def test_a_directory_that_cannot_be_made_is_said(tmp_path, known):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"file/out: .*; give another directory"):
        sweep(tmp_path / "file" / "out", known)

"""A search that is killed goes on from its checkpoint and comes to the same answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_command_line import ORDER, call
from tests.exploration.test_explorer import saga
from tests.exploration.test_packed import ENGINES, assert_equal_numbers
from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import Knobs, Table, choreograph, orchestrate
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import CheckpointError, Engine, search
from wfmodel.exploration.packed import checkpoint as on_disk
from wfmodel.exploration.packed.expansion import Expansion
from wfmodel.exploration.packed.snapshot import Snapshot
from wfmodel.model.files import UNFINISHED
from wfmodel.semantics.component_tables import ComponentTables
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything
from wfmodel.semantics.successors import Successors

pytestmark = pytest.mark.long


ROOT = Path(__file__).parents[2]

STRIDE = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "search" else 13
"""Every thirteenth bit comes to every place in a byte; a long search flips them all."""

VICTIM = """
import os, signal, sys
from functools import partial
from pathlib import Path

from wfmodel.exploration.packed import checkpoint as on_disk
from wfmodel.exploration.packed import searching

saves = []

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def save(*arguments, **more):
    saves.append(0)
    if len(saves) == 3 and WHEN == "before":
        os.replace = lambda *_: die()
    real(*arguments, **more)
    if len(saves) == 3:
        die()

real, on_disk.save = on_disk.save, save
"""
"""A process that kills itself with its third checkpoint: once it is there, or just before it
replaces the second (WHEN). No clock is involved."""

LIBRARY = """
from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import Table
engine = searching.Engine(sys.argv[2])
searching.search(
    Table(two_phase_commit(5)), engine=engine, checkpoint=Path(sys.argv[1]), checkpoint_every_s=0.0
)
"""

COMMAND = """
from wfmodel.experiments import explored_variant as exploring
exploring.search = partial(exploring.search, checkpoint_every_s=0.0)
from wfmodel.cli import main
main(sys.argv[1:])
"""


def killed(when: str, what: str, *arguments: str) -> None:
    """Run it until it is killed."""
    code = f"WHEN = {when!r}\n{VICTIM}{what}"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    assert done.stdout == b""


@pytest.mark.parametrize("when", ["after", "before"])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_search_that_is_killed_comes_to_the_same_answer(tmp_path, engine, when):
    path = tmp_path / "search.checkpoint"
    killed(when, LIBRARY, str(path), str(engine))
    assert len(list(tmp_path.glob(f"{UNFINISHED}*"))) == (when == "before")
    with np.load(path) as file:
        before = len(file["words"])
    table = Table(two_phase_commit(5))  # shared: it numbers what machines hold by first use
    resumed = search(table, engine=engine, checkpoint=path)
    whole = search(table, engine=engine)
    assert 1 < before < len(whole)
    assert resumed.complete
    assert resumed.levels == whole.levels
    assert_equal_numbers(resumed, whole)


@pytest.mark.parametrize("when", ["after", "before"])
def test_a_command_that_is_killed_prints_the_same_when_it_is_given_again(tmp_path, capsys, when):
    path = tmp_path / "search.checkpoint"
    kept = ("--checkpoint", str(path))
    command = ("explore", ORDER, "--design", "choreography", "--crash", "1", "--stories")
    broken = (*command, "--knob", "publishing=dual-write")
    killed(when, COMMAND, *broken, *kept)
    size = path.stat().st_size
    whole = call(capsys, *broken)
    assert whole[0] == 1
    assert call(capsys, *broken, *kept) == whole
    assert path.stat().st_size > size  # it went on from there, and kept the rest


@pytest.mark.parametrize("engine", ENGINES)
def test_a_search_cut_short_at_any_state_goes_on(tmp_path, engine):
    system, budget = orchestrate(saga()), FaultBudget(crashes=1, duplicates=1)
    table = Table(system)
    whole = search(table, budget, engine=engine)
    for limit in (1, 7, 400):
        path = tmp_path / f"{limit}.checkpoint"
        part = search(Table(system), budget, engine=engine, limit=limit, checkpoint=path)
        assert not part.complete
        assert_equal_numbers(search(table, budget, engine=engine, checkpoint=path), whole)
    assert len(list(tmp_path.iterdir())) == 3  # and no part of a file beside them


def test_a_checkpoint_of_another_search_is_refused(tmp_path):
    path = tmp_path / "search.checkpoint"
    crash = FaultBudget(crashes=1)
    search(Table(orchestrate(saga())), crash, limit=50, checkpoint=path)
    others = [
        (orchestrate(saga()), FaultBudget(crashes=2), "budget '1 crash"),
        (choreograph(saga()), crash, "design 'orchestration'"),
        (orchestrate(saga(), Knobs(deduplicate=False)), crash, "knobs"),
    ]
    for system, budget, message in others:
        with pytest.raises(CheckpointError, match=message):
            search(Table(system), budget, checkpoint=path)


def test_a_system_that_has_changed_is_noticed(tmp_path):
    """The same names, budget and knobs, but another step comes next."""
    path = tmp_path / "search.checkpoint"
    workflow = saga()
    search(Table(orchestrate(workflow)), limit=50, checkpoint=path)
    book = workflow.states["book"]
    other = replace(workflow, states={**workflow.states, "book": replace(book, next="done")})
    with pytest.raises(CheckpointError):
        search(Table(orchestrate(other)), checkpoint=path)


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04 not a zip"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "search.checkpoint"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="not a checkpoint"):
        search(Table(orchestrate(saga())), engine=Engine.PLAIN, checkpoint=path)


def expansion_of(table: Table) -> Expansion:
    """As a search begins, which is where its tables begin to be filled."""
    semantics, budget = InstanceRules(table), FaultBudget()
    expansion = Expansion(
        ComponentTables(table, Successors(semantics, Anything(), urgent=True), budget, 1)
    )
    expansion.tables.vector(semantics.start(semantics.initial()), budget)
    return expansion


def loaded(path: Path, expansion: Expansion) -> tuple[Snapshot, list[int]] | str:
    """What is in a checkpoint, or what is said against it."""
    try:
        return on_disk.load(path, expansion, laps=1)
    except CheckpointError as error:
        return str(error)


def state_of(found: tuple[Snapshot, list[int]]) -> tuple[object, ...]:
    snapshot, level = found
    arrays = (getattr(snapshot, name).tobytes() for name in on_disk.NAMES)
    return (*arrays, snapshot.layout.widths, snapshot.next, snapshot.transitions, level)


def test_every_flipped_bit_gives_the_same_answer_or_an_error_that_names_the_file(tmp_path):
    system, path = two_phase_commit(2), tmp_path / "search.checkpoint"
    search(Table(system), limit=5, engine=Engine.PLAIN, checkpoint=path, symmetry=False)
    content = path.read_bytes()
    whole = state_of(on_disk.load(path, expansion_of(Table(system)), laps=1))
    same = refused = 0
    for bit in range(0, 8 * len(content), STRIDE):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(changed)
        found = loaded(path, expansion_of(Table(system)))
        if isinstance(found, str):
            refused += 1
            assert str(path) in found
            assert "\n" not in found, bit
        else:
            same += 1
            assert state_of(found) == whole, bit
    assert refused > same > 0


def far(array: np.ndarray) -> np.ndarray:
    """Every number as large as it can be."""
    return np.full_like(array, np.iinfo(array.dtype).max)


FORGED = {
    "header": [
        *({"next": 99}, {"next": -1}, {"next": float("inf")}, {"transitions": -1}),
        *({"level": []}, {"level": [1, 99]}, {"level": [-1, 6]}, {"search": 7}),
        *({"widths": []}, {"widths": [1 << 40]}, {"widths": 7}, {"tables": "\ud800"}),
    ],
    "log": [far, lambda log: log[:, :3], lambda log: -log, lambda log: log.astype(float)],
    "words": [far, lambda words: words[:0], lambda words: words[:, :0], lambda words: words[0]],
    "parents": [far, lambda parents: parents[:-1], lambda parents: parents.astype(np.int64)],
    "actions": [lambda actions: actions[:-1]],
    "resting": [lambda _: np.array([99], np.uint32), lambda _: np.array([[0]], np.uint32)],
    "cut": [lambda _: np.array([99], np.uint32), lambda _: np.array(["a"])],
}
"""What a file may hold with a sound checksum, if somebody made it."""


CHANGES = [(name, change) for name, changes in FORGED.items() for change in changes]


@pytest.mark.parametrize(("name", "change"), CHANGES)
def test_what_no_search_keeps_is_refused(tmp_path, name, change):
    system, path = two_phase_commit(2), tmp_path / "search.checkpoint"
    search(Table(system), limit=5, engine=Engine.PLAIN, checkpoint=path, symmetry=False)
    with np.load(path) as archive:
        arrays = dict(archive)
    if isinstance(change, dict):
        header = {**json.loads(bytes(arrays["header"])), **change}
        arrays["header"] = np.frombuffer(json.dumps(header).encode(), dtype=np.uint8)
    else:
        arrays[name] = change(arrays[name])
    with path.open("wb") as stream:  # NumPy would give a name an ending
        np.savez(stream, **arrays)
    found = loaded(path, expansion_of(Table(system)))
    assert isinstance(found, str)
    assert str(path) in found

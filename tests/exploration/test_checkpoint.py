"""A search that is killed goes on from its checkpoint and comes to the same answer."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.exploration.test_explorer import saga
from tests.exploration.test_packed import ENGINES, assert_equal_numbers
from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import Knobs, Table, choreograph, orchestrate
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import CheckpointError, Engine, search

ROOT = Path(__file__).parents[2]

VICTIM = """
import sys
from pathlib import Path
from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import Table
from wfmodel.exploration.packed import Engine, search
search(
    Table(two_phase_commit(6)), engine=Engine(sys.argv[2]),
    checkpoint=Path(sys.argv[1]), checkpoint_every_s=0.0,
)
print("not killed")
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_search_that_is_killed_comes_to_the_same_answer(tmp_path, engine):
    path = tmp_path / "search.checkpoint"
    command = [sys.executable, "-c", VICTIM, str(path), str(engine)]
    victim = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    while victim.poll() is None and not path.exists():
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    said, _ = victim.communicate()
    assert b"not killed" not in said
    assert victim.returncode == -signal.SIGKILL
    with np.load(path) as file:
        before = len(file["words"])
    table = Table(
        two_phase_commit(6)
    )  # shared: it numbers what machines hold in order of first use
    resumed = search(table, engine=engine, checkpoint=path)
    whole = search(table, engine=engine)
    assert before < len(whole)
    assert resumed.complete
    assert len(resumed) == len(whole)
    assert resumed.levels == whole.levels
    for number in range(0, len(whole), 97):
        assert resumed.configuration(number) == whole.configuration(number)
        assert resumed.came_from(number) == whole.came_from(number)
    assert resumed.transitions == whole.transitions
    assert resumed.resting.tolist() == whole.resting.tolist()


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

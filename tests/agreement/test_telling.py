"""What a disagreement says is enough to find it: row, words, and the line that replays it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.agreement.telling import assert_accepted, assert_same, main, replayable, world_of
from tests.agreement.worlds import EACH
from tests.simulation.worlds import sequence
from wfmodel.designs import Knobs
from wfmodel.designs.history import Kind
from wfmodel.simulation import Arrivals, Setting, simulate

SETTING = Setting(arrivals=Arrivals(at=(0,)), horizon=10**9)
SYSTEM = EACH["hybrid"](sequence(2), Knobs())


def test_the_first_row_that_differs_is_told_in_numbers_and_words():
    history = simulate(SYSTEM, SETTING, seed=1)
    place = int(np.flatnonzero(history.rows[:, 1] == Kind.EFFECT)[0])
    rows = history.rows.copy()
    rows[place:, 0] += 5
    with pytest.raises(AssertionError) as caught:
        assert_same(history, replace(history, rows=rows))
    told = str(caught.value)
    at = history.rows[place, 0]
    assert f"row {place} is the first that differs (time_ns {at} against {at + 5})" in told
    marked = [line for line in told.splitlines() if line.startswith(">")]
    assert len(marked) == 2
    assert all("service0: effect of step0 lands" in line for line in marked)
    assert "service0: work on step0: done" in told


def test_a_history_that_ends_early_and_one_whose_tables_differ_are_caught():
    history = simulate(SYSTEM, SETTING, seed=1)
    with pytest.raises(AssertionError, match="one history ends before it"):
        assert_same(history, replace(history, rows=history.rows[:-1]))
    with pytest.raises(AssertionError):
        assert_same(history, replace(history, seed=2))
    assert_same(history, simulate(SYSTEM, SETTING, seed=1))


def test_a_refused_history_shows_the_row_among_those_of_its_instance():
    history = simulate(SYSTEM, SETTING, seed=1)
    commits = np.flatnonzero(history.rows[:, 1] == Kind.COMMIT)
    with pytest.raises(AssertionError, match=r"instance 0, row \d+: ") as caught:
        assert_accepted(SYSTEM, replace(history, rows=np.delete(history.rows, commits[1], axis=0)))
    assert any(line.startswith(">") for line in str(caught.value).splitlines())


def test_the_line_makes_the_same_world_again(capsys):
    pytest.importorskip("numba", reason="it compares the engines")
    with pytest.raises(AssertionError) as caught, replayable(SYSTEM, SETTING, 3):
        raise AssertionError("they differ")
    [note] = caught.value.__notes__
    assert note == f"again: {world_of(SYSTEM, SETTING, 3).line()}"
    main(note.rpartition(" ")[2])
    said = capsys.readouterr().out
    assert f"both engines agree on {len(simulate(SYSTEM, SETTING, seed=3).rows)} rows" in said
    assert "the explorer accepts every instance" in said

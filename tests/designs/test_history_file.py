"""A kept history is read back as it was, or its damage is named: never something else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from tests.cli.test_command_line import call
from wfmodel.designs import (
    History,
    HistoryFileError,
    choreograph,
    history_file,
    load_history,
    save_history,
)
from wfmodel.designs.trace_script import parse_schedule
from wfmodel.model import load_workflow
from wfmodel.simulation.replay import replay

STRIDE = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "search" else 7
"""Every seventh bit comes to every place in a byte; a long search flips them all."""

FLOW = """
name: f
initial: a
states:
  a: {kind: task, service: s, next: done}
  done: {kind: final}
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small history in a file."""
    workflow = load_workflow("f.yaml", FLOW).workflow
    assert workflow is not None
    path = tmp_path_factory.mktemp("kept") / "history.npz"
    save_history(replay(choreograph(workflow), parse_schedule("s: receives start\n")), path)
    return path


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def loaded(path: Path) -> History | str:
    """What is in a file, or what is said against it."""
    try:
        return load_history(path)
    except HistoryFileError as error:
        return str(error)


def test_every_flipped_bit_gives_the_same_history_or_an_error_that_names_the_file(kept, tmp_path):
    content, same, refused = kept.read_bytes(), 0, 0
    path, again = tmp_path / "flipped.npz", tmp_path / "again.npz"
    for bit in range(0, 8 * len(content), STRIDE):
        path.write_bytes(flipped(content, bit))
        history = loaded(path)
        if isinstance(history, str):
            refused += 1
            assert str(path) in history
            assert "\n" not in history, bit
        else:
            same += 1
            save_history(history, again)
            assert again.read_bytes() == content, bit
    assert refused > same > 0


def test_every_shortened_history_is_refused(kept, tmp_path):
    content, path = kept.read_bytes(), tmp_path / "short.npz"
    for length in range(0, len(content), STRIDE):
        path.write_bytes(content[:length])
        with pytest.raises(HistoryFileError):
            load_history(path)


def test_the_command_says_so_in_one_line(kept, tmp_path, capsys):
    path = tmp_path / "flipped.npz"
    path.write_bytes(flipped(kept.read_bytes(), 8 * 60))
    code, out, err = call(capsys, "simulate", "--follow", str(path))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "does not hold a history" in err


def test_a_file_of_format_2_has_every_state_in_full(kept, tmp_path):
    history, path = load_history(kept), tmp_path / "old.npz"
    with np.load(kept) as archive:
        rows, header = archive["rows"], json.loads(bytes(archive["header"]))
    header |= {"format": 2, "views": history_file._encode(history.views)}
    text = json.dumps(header).encode()
    np.savez_compressed(path, rows=rows, header=np.frombuffer(text, dtype=np.uint8))
    assert any(view.steps for views in history.views for view in views)
    assert load_history(path).views == history.views

"""A kept history is read back as it was, or its damage is named: never something else."""

from __future__ import annotations

import json
import os
import re
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


FORGED = {
    "seed": ["1", 1.5, None, float("inf"), [1]],
    "replication": [True],
    "workflow": [7, "\ud800"],
    "design": [None],
    "participants": ["s", [7], [], ["\udfff"], {"a": 1}],
    "nodes": [[], [7], "ab", [["a"]]],
    "steps": [[7], 7, [{"is": "View"}], [{"is": "Home", "fork": 0}]],
    "events": [[], [7], {"is": "Restarted"}, [{"is": "Chosen"}], [{"enum": "Status", "value": 7}]],
    "messages": [[], [{"is": "Nothing"}], {"enum": "Status"}],
    "views": [[], [[]], [7], [[["unknown", [], []]]], [[{"is": "Step"}]]],
    "warm_up_ns": [-1, 10**30],
    "convergence_ns": [-1, 10**30, 1e300],
    "knobs": [7, {"commit": {"distribution": "weibull", "scale": 1}}, {"": {}}],
    "format": [True, 1e999, "2", {}],
}
"""What a file may say with a sound checksum, if somebody made it."""


def forged(kept: Path, path: Path, rows: np.ndarray | None = None, **said: object) -> Path:
    """The kept history with other rows or another header."""
    with np.load(kept) as archive:
        before, header = archive["rows"], json.loads(bytes(archive["header"]))
    text = np.frombuffer(json.dumps({**header, **said}).encode(), dtype=np.uint8)
    np.savez_compressed(path, rows=before if rows is None else rows, header=text)
    return path


@pytest.mark.parametrize(("name", "value"), [(n, v) for n, some in FORGED.items() for v in some])
def test_a_header_that_no_run_writes_is_refused(kept, tmp_path, name, value):
    path = forged(kept, tmp_path / "forged.npz", **{name: value})
    with pytest.raises(HistoryFileError) as caught:
        load_history(path)
    assert str(path) in str(caught.value)


def test_a_node_that_is_not_there_is_refused_wherever_it_is_named(kept, tmp_path):
    with np.load(kept) as archive:
        text = bytes(archive["header"]).decode()
    for place in [m.end() for m in re.finditer('"(?:node|fork)":', text)]:
        changed = json.loads(text[:place] + "99" + text[place + 1 :])
        with pytest.raises(HistoryFileError):
            load_history(forged(kept, tmp_path / "forged.npz", **changed))


def test_rows_that_no_run_leaves_are_refused_or_told_and_never_a_traceback(kept, tmp_path, capsys):
    rows, path, told = load_history(kept).rows, tmp_path / "forged.npz", 0
    for place in np.ndindex(rows.shape):
        for value in (-2, -1, 1, 19, 99, (1 << 63) - 1, -(1 << 63)):
            changed = rows.copy()
            changed[place] = value
            if isinstance(loaded(forged(kept, path, changed)), History):
                code, _, err = call(capsys, "simulate", "--follow", str(path), "--instance", "0")
                assert (code, "Traceback" in err) == (0, False), (place, value)
                code, _, err = call(capsys, "simulate", "--follow", str(path))
                assert (code, "Traceback" in err) == (0, False), (place, value)
                told += 1
    assert 0 < told < rows.size * 4


def test_a_file_of_format_2_has_every_state_in_full(kept, tmp_path):
    history, path = load_history(kept), tmp_path / "old.npz"
    with np.load(kept) as archive:
        rows, header = archive["rows"], json.loads(bytes(archive["header"]))
    header |= {"format": 2, "views": history_file._encode(history.views)}
    text = json.dumps(header).encode()
    np.savez_compressed(path, rows=rows, header=np.frombuffer(text, dtype=np.uint8))
    assert any(view.steps for views in history.views for view in views)
    assert load_history(path).views == history.views

"""Archives of arrays that were damaged: an error that says so, never a traceback."""

from __future__ import annotations

from zipfile import ZipFile

import numpy as np
import pytest

from wfmodel.model.archives import ArchiveError, arrays_in


def test_a_header_whose_bracket_never_closes_is_damage(tmp_path):
    """Found by fuzzing histories: NumPy reads a header as Python's text, with Python's tokens."""
    path = tmp_path / "h.npz"
    np.savez(path, rows=np.zeros(3))
    with ZipFile(path) as archive:
        text = archive.read("rows.npy")
    start = text.index(b"{")
    damaged = text[:start] + b"(" + text[start + 1 :]
    with ZipFile(path, "w") as archive:
        archive.writestr("rows.npy", damaged)
    with pytest.raises(ArchiveError):
        arrays_in(path, ["rows"])

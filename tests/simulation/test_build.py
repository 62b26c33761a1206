"""Machine code on disk is of these sources and of no others."""

from __future__ import annotations

import shutil

from wfmodel.native import arena as chunks


def number_of(folder, monkeypatch):
    monkeypatch.setattr(chunks, "PACKAGE", folder)
    return chunks.build_number.__wrapped__()


def test_any_change_below_the_entries_is_another_build(tmp_path, monkeypatch):
    whole = chunks.build_number()
    copy = shutil.copytree(chunks.PACKAGE, tmp_path / "wfmodel")
    assert number_of(copy, monkeypatch) == whole
    for name in ("designs/history.py", "simulation/work.py", "metrics/streaming/meter_layout.py"):
        source = copy / name
        text = source.read_text()
        source.write_text(text + "\n")
        assert number_of(copy, monkeypatch) != whole
        source.write_text(text)
    assert number_of(copy, monkeypatch) == whole

"""What somebody begins with is sound, is compared, and is never written over anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfmodel.cli import check_file, main
from wfmodel.extras import MissingExtraError


def ended(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(list(words))
    return int(end.value.code or 0)


def test_what_it_writes_has_no_findings_and_is_compared(tmp_path, capsys):
    place = tmp_path / "new" / "folder"
    assert ended("init", str(place)) == 0
    assert "next: wfmodel check" in capsys.readouterr().out
    files = [str(place / name) for name in ("workflow.yaml", "scenario.yaml")]
    assert ended("check", "--no-cache", "--isolated", *files) == 0
    assert "no findings" in capsys.readouterr().err
    again = ("compare", files[1], "--replications", "2", "--jobs", "1", "--explore", "0")
    assert ended(*again) == 0


@pytest.mark.parametrize("name", ["workflow.yaml", "scenario.yaml"])
def test_what_is_there_is_left_alone(name, tmp_path, capsys):
    (tmp_path / name).write_text("mine", encoding="utf-8")
    assert ended("init", str(tmp_path)) == 2
    assert f"{name} exists" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert Path(tmp_path / name).read_text(encoding="utf-8") == "mine"


def test_a_place_that_cannot_be_is_said(tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert ended("init", str(tmp_path / "file" / "inside")) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_the_commands_to_go_on_with_can_be_copied_whatever_a_file_is_called(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert ended("init") == 0
    name = "x; touch sprung #.yaml"
    Path("workflow.yaml").rename(name)
    Path("scenario.yaml").unlink()
    capsys.readouterr()
    assert ended("init", "--for", name) == 0
    line = capsys.readouterr().out.splitlines()[-1]
    assert line == f"next: wfmodel check '{name}'; wfmodel compare scenario.yaml"
    Path(name).write_text("name: w\nstates: 1\nother: 2\n", encoding="utf-8")
    assert ended("draw", name) == 2
    assert f"more: wfmodel check '{name}')" in capsys.readouterr().err


def test_the_folder_is_checked_as_a_whole(tmp_path, capsys):
    assert ended("init", str(tmp_path)) == 0
    capsys.readouterr()
    assert ended("check", "--no-cache", "--isolated", str(tmp_path)) == 0
    assert "no findings in 2 files" in capsys.readouterr().err


def test_a_scenario_that_is_found_where_nothing_can_run_it_is_not_read(
    tmp_path, capsys, monkeypatch
):
    assert ended("init", str(tmp_path)) == 0
    monkeypatch.setattr(check_file, "_load_scenario", without_its_extra)
    capsys.readouterr()
    assert ended("check", "--no-cache", "--isolated", str(tmp_path)) == 0
    said = capsys.readouterr().err
    assert "covered: 1 definition checked; 1 not read" in said
    assert "scenario.yaml: a scenario is checked by what runs it: simpy is not here" in said
    named = str(tmp_path / "scenario.yaml")
    assert ended("check", "--no-cache", "--isolated", named) == 2


def without_its_extra() -> None:
    raise MissingExtraError("simpy is not here")

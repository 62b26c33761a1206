"""Who writes a pull request writes its settings, too: what they cannot hide (docs/security.md)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_command_line import call

BROKEN = "name: w\ninitial: a\nstates: {a: {kind: task"
WRONG = "name: w\ninitial: a\nstates: {a: {kind: task, service: s, next: gone}}\n"
SETTINGS = {
    "ignored": "ignore = ['L105']\n",
    "left out of what is selected": "select = ['S101']\n",
    "made a note": "level = 'error'\n[severity]\nL105 = 'info'\n",
    "switched off": "[severity]\nL105 = 'off'\n",
    "ignored by path": "[[per-path]]\npath = '**'\nignore = ['L105']\nseverity = {L105 = 'info'}\n",
}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("how", SETTINGS)
def test_that_a_file_could_not_be_read(capsys, how):
    Path("w.yaml").write_text(BROKEN, encoding="utf-8")
    _, plain, _ = call(capsys, "check", "w.yaml", "--no-cache")
    Path("wfmodel.toml").write_text(SETTINGS[how], encoding="utf-8")
    code, out, _ = call(capsys, "check", "w.yaml", "--no-cache")
    assert " L105 " in out
    assert (code, out) == (2, plain)


def test_neither_a_suppression_nor_a_baseline_takes_a_broken_file(capsys):
    Path("w.yaml").write_text(f"{BROKEN} # wfmodel: ignore[L105] x\n", encoding="utf-8")
    code, out, _ = call(capsys, "check", "w.yaml", "--no-cache")
    assert code == 2
    call(capsys, "check", "w.yaml", "--no-cache", "--write-baseline", "b.json")
    again, shown, _ = call(capsys, "check", "w.yaml", "--no-cache", "--baseline", "b.json")
    assert (again, shown.splitlines()[0]) == (2, out.splitlines()[0])


def test_a_file_that_the_command_names(capsys):
    Path("w.yaml").write_text(WRONG, encoding="utf-8")
    Path("wfmodel.toml").write_text("exclude = ['w.yaml']\n", encoding="utf-8")
    code, out, _ = call(capsys, "check", "w.yaml", "--no-cache")
    assert (code, " S101 " in out) == (1, True)


@pytest.mark.parametrize(
    ("comment", "said"), [("ignore[S101]", "U102"), ("ignore[S104] a reason", "U101")]
)
def test_a_suppression_that_says_no_reason_or_suppresses_nothing(capsys, comment, said):
    Path("w.yaml").write_text(f"# wfmodel: {comment}\n{WRONG}", encoding="utf-8")
    assert said in call(capsys, "check", "w.yaml", "--no-cache")[1]


@pytest.mark.parametrize(("key", "value"), [("max-steps", 10**15), ("max-seconds", 86_400)])
def test_how_long_a_check_may_take(capsys, key, value):
    Path("w.yaml").write_text(WRONG, encoding="utf-8")
    for file, head in (("wfmodel.toml", ""), ("pyproject.toml", "[tool.wfmodel]\n")):
        Path(file).write_text(f"{head}{key} = {value}\n", encoding="utf-8")
        code, out, err = call(capsys, "check", "w.yaml", "--no-cache")
        assert (code, " S101 " in out) == (1, True)
        assert f"warning: {key} in {Path(file).resolve()} is not followed" in err
        _, _, err = call(capsys, "check", "w.yaml", "--no-cache", "--config", file)
        assert "not followed" not in err
        Path(file).unlink()


def test_what_bounds_and_ignored_files_leave_out_is_said(capsys):
    Path("w.yaml").write_text(WRONG, encoding="utf-8")
    Path("wfmodel.toml").write_text("max-steps = 1\n", encoding="utf-8")
    assert " S118 " in call(capsys, "check", ".", "--no-cache")[1]
    Path(".gitignore").write_text("*\n", encoding="utf-8")
    code, _, err = call(capsys, "check", ".", "--no-cache")
    assert code == 0
    assert "1 left out by .gitignore" in err
    assert call(capsys, "check", ".", "--no-cache", "--fail-on-empty")[0] == 2

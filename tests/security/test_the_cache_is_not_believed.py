"""A cache that somebody else made, a link, a pipe: ignored or begun anew, never believed."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_check_for_ci import ISLAND, cache_file
from tests.cli.test_command_line import call
from wfmodel.cli import cache_keys, check_many
from wfmodel.cli.check_cache import FILE, SCHEMA, opened
from wfmodel.cli.own_folder import own_folder
from wfmodel.model.reading import read_document, reading_once


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "checkout").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "users"))
    Path("w.yaml").write_text(ISLAND, encoding="utf-8")


def test_nothing_is_written_to_the_checkout(capsys):
    assert call(capsys, "check", ".")[0] == 1
    assert [each.name for each in Path().iterdir()] == ["w.yaml"]
    assert cache_file().is_file()


NOTHING_FOUND = "[0, []]"
FORGED = {
    "view over a virtual table": [
        "create virtual table t using fts3tokenize('simple')",
        f"create view answers(key, answer) as select input, '{NOTHING_FOUND}' from t",
    ],
    "endless view": [
        "create view answers(key, answer) as with recursive n(i) as (select 1 union all select"
        f" i + 1 from n) select i, '{NOTHING_FOUND}' from n",
    ],
    "trigger": [
        SCHEMA,
        "create trigger t after insert on answers begin update answers set answer = '[0, []]'; end",
    ],
    "generated column": [
        f"create table answers (key text primary key, answer text as ('{NOTHING_FOUND}'))",
    ],
    "another table": [SCHEMA, "create table more (x)"],
    "another key": ["create table answers (key text collate nocase primary key, answer text)"],
}


@pytest.mark.parametrize("made", FORGED.values(), ids=FORGED.keys())
def test_a_forged_schema_is_begun_anew(capsys, made):
    honest = call(capsys, "check", "w.yaml", "--no-cache")
    folder = Path("given")
    folder.mkdir()
    with sqlite3.connect(folder / FILE) as store:
        for line in made:
            store.execute(line)
    store.close()
    assert call(capsys, "check", "w.yaml", "--cache-dir", "given") == honest
    with sqlite3.connect(folder / FILE) as store:
        assert store.execute("select sql from sqlite_master where type = 'table'").fetchall() == [
            (SCHEMA,)
        ]
        assert store.execute("select count(*) from answers").fetchone() == (1,)


def test_endless_work_inside_sqlite_is_interrupted(tmp_path):
    store = opened(tmp_path / "c")
    assert store is not None
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        store.execute(
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
        ).fetchall()


@pytest.mark.parametrize("name", [FILE, f"{FILE}-journal", f"{FILE}-wal", ".gitignore"])
def test_no_link_is_followed(capsys, tmp_path, name):
    honest = call(capsys, "check", "w.yaml", "--no-cache")
    target = tmp_path / "target"
    Path("given").mkdir()
    (Path("given") / name).symlink_to(target)
    done = call(capsys, "check", "w.yaml", "--cache-dir", "given")
    assert done[:2] == honest[:2]
    assert not target.exists()
    if name != ".gitignore":
        assert "is a link" in done[2]
    target.write_bytes(b"precious")
    assert call(capsys, "check", "w.yaml", "--cache-dir", "given")[:2] == honest[:2]
    assert target.read_bytes() == b"precious"


def test_a_folder_that_is_a_link_is_not_used(capsys, tmp_path):
    (tmp_path / "target").mkdir()
    Path("given").symlink_to(tmp_path / "target")
    code, _, err = call(capsys, "check", "w.yaml", "--cache-dir", "given")
    assert (code, "cannot be used: it is a link" in err) == (1, True)
    assert list((tmp_path / "target").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")
def test_a_pipe_is_not_waited_for(capsys):
    Path("given").mkdir()
    os.mkfifo(Path("given") / FILE)
    code, _, err = call(capsys, "check", "w.yaml", "--cache-dir", "given")
    assert (code, "not a regular file" in err) == (1, True)


@pytest.mark.parametrize("place", ["kept", "../elsewhere", "w.yaml"])
def test_a_configuration_names_no_cache(capsys, place):
    Path("wfmodel.toml").write_text(f"cache-dir = '{place}'\n")
    code, _, err = call(capsys, "check", "w.yaml")
    assert code == 1
    assert "wfmodel.toml is not followed: a checkout names no place to write to; give" in err
    assert sorted(each.name for each in Path().iterdir()) == ["w.yaml", "wfmodel.toml"]
    assert not Path("../elsewhere").exists()


def test_the_surroundings_name_one(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("WFMODEL_CACHE_DIR", str(tmp_path / "mine"))
    call(capsys, "check", "w.yaml")
    assert (tmp_path / "mine" / FILE).is_file()
    assert not cache_file().exists()


@pytest.mark.parametrize("answer", ["[" * 100_000, "[0, [[]]]", "{}", "7"])
def test_an_answer_that_says_nothing_is_asked_for_again(capsys, answer):
    honest = call(capsys, "check", "w.yaml")
    with sqlite3.connect(cache_file()) as store:
        store.execute("update answers set answer = ?", (answer,))
    assert call(capsys, "check", "w.yaml") == honest


# ------------------------------------------------------------------------------------ one read


def test_a_file_is_read_once_however_often_it_is_asked_for():
    with reading_once() as held:
        first, _ = read_document("w.yaml")
        Path("w.yaml").write_text(ISLAND.replace("island", "atoll"), encoding="utf-8")
        again, _ = read_document("w.yaml")
    assert first is not None
    assert again is not None
    assert first.text == again.text == ISLAND
    assert held == {"w.yaml": ISLAND.encode()}
    assert "atoll" in read_document("w.yaml")[0].text  # type: ignore[union-attr]


def test_an_answer_is_kept_under_what_was_read_for_it(capsys, monkeypatch):
    """The file changes between the look into the cache and the check, and back afterwards."""
    fine = ISLAND.replace("  island: {kind: final}\n", "")
    real: Callable[..., object] = check_many._answered

    def meanwhile(asked: object) -> object:
        Path("w.yaml").write_text(fine, encoding="utf-8")
        answer = real(asked)
        Path("w.yaml").write_text(ISLAND, encoding="utf-8")
        return answer

    monkeypatch.setattr(check_many, "_answered", meanwhile)
    assert call(capsys, "check", "w.yaml")[0] == 0
    monkeypatch.setattr(check_many, "_answered", real)
    assert call(capsys, "check", "w.yaml")[0] == 1


def test_an_answer_that_drew_on_another_file_is_not_kept():
    assert cache_keys.key_of("w.yaml", (), None, b"", {"w.yaml": b"x"}) is not None
    assert cache_keys.key_of("w.yaml", (), None, b"", {"w.yaml": b"x", "other.yaml": b"y"}) is None


def test_the_same_program_installed_again_is_the_same(monkeypatch, tmp_path):
    copy = tmp_path / "copy" / "wfmodel"
    shutil.copytree(
        Path(cache_keys.__file__).parents[1], copy, ignore=shutil.ignore_patterns("*.pyc")
    )
    before = cache_keys.program()
    monkeypatch.setattr(cache_keys, "__file__", str(copy / "cli" / "cache_keys.py"))
    for file in copy.rglob("*.py"):
        os.utime(file, (1, 1))
    assert cache_keys.program() == before
    (copy / "cli" / "cache_keys.py").write_text("edited")
    assert cache_keys.program() != before


@pytest.mark.parametrize(
    ("platform", "surroundings", "expected"),
    [
        ("linux", {"HOME": "/home/u"}, "/home/u/.cache/wfmodel"),
        ("linux", {"HOME": "/home/u", "XDG_CACHE_HOME": "/c"}, "/c/wfmodel"),
        ("linux", {"HOME": "/home/u", "XDG_CACHE_HOME": "c"}, "/home/u/.cache/wfmodel"),
        ("darwin", {"HOME": "/Users/u"}, "/Users/u/Library/Caches/wfmodel"),
        ("win32", {"LOCALAPPDATA": "/l", "HOME": "/h"}, "/l/wfmodel"),
        ("linux", {"HOME": "."}, None),
        ("linux", {}, None),
        ("win32", {}, None),
    ],
)
def test_where_the_users_cache_is(platform, surroundings, expected):
    found = own_folder(surroundings, platform)
    assert (None if found is None else found.as_posix()) == expected

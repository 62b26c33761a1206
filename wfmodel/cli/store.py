"""The cache's file. It only saves time: whatever is wrong with it, the check goes on without it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from wfmodel.cli.paths import why_no_folder
from wfmodel.cli.terminal import say

FILE: Final = "answers.sqlite"

MOST_ANSWERS: Final = 50_000
"""Answers of earlier contents are dropped beyond this."""


def opened(folder: Path) -> sqlite3.Connection | None:
    """The store; one that is damaged is begun anew. None where the folder cannot be used."""
    why = why_no_folder(folder)
    if why is None:
        try:
            return _begun(folder)
        except OSError as error:
            why = error.strerror or str(error)
        except sqlite3.Error as error:
            why = str(error)
    _warn(f"cache folder {str(folder)!r} cannot be used: {why}")
    return None


def _begun(folder: Path) -> sqlite3.Connection:
    file = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.is_file():
        ignore.write_text("*\n", encoding="utf-8")
    try:
        return _connected(file)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        file.unlink(missing_ok=True)
        return _connected(file)


def _connected(file: Path) -> sqlite3.Connection:
    store = sqlite3.connect(file, timeout=30)
    try:
        store.execute("create table if not exists answers (key text primary key, answer text)")
        store.execute("select key from answers limit 1").fetchall()
    except sqlite3.Error:
        store.close()
        raise
    return store


def stored(store: sqlite3.Connection, keys: Sequence[str]) -> dict[str, str]:
    """Key to answer, of those that are known."""
    found: dict[str, str] = {}
    try:
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            rows = store.execute(f"select key, answer from answers where key in ({marks})", part)
            found.update(rows)
    except sqlite3.Error as error:
        _warn(f"the cache cannot be read: {error}")
    return found


def keep(store: sqlite3.Connection, new: Sequence[tuple[str, str]], current: Sequence[str]) -> None:
    """Add answers; of a cache that has grown too large, keep what was asked for now."""
    try:
        if new:
            with store:
                store.executemany("insert or replace into answers values (?, ?)", new)
        [(size,)] = store.execute("select count(*) from answers").fetchall()
        if size > max(MOST_ANSWERS, 2 * len(current)):
            kept = stored(store, current)
            with store:
                store.execute("delete from answers")
                store.executemany("insert into answers values (?, ?)", kept.items())
    except sqlite3.Error as error:
        _warn(f"answers are not kept: {error}")


def _warn(message: str) -> None:
    say(f"wfmodel check: warning: {message}", err=True)

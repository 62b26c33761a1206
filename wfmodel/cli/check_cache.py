"""The cache's file. It only saves time: whatever is wrong with it, the check goes on without it.

Nothing is believed of a file but rows of the one table that we make: a file whose schema says
anything else (a view, a trigger, a virtual table) is not ours and is begun anew, a link is not
followed, and reading ends after a while whatever the file holds. Who can write to the folder can
still write answers: so it is the user's own, never one that a checkout brings along.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from wfmodel.cli.terminal import say
from wfmodel.cli.usable_paths import why_no_folder

FILE: Final = "wfmodel-answers.sqlite"
BESIDE: Final = ("", "-journal", "-wal", "-shm")
"""What SQLite writes next to it."""

SCHEMA: Final = "CREATE TABLE answers (key text primary key, answer text)"
OURS: Final = frozenset(
    {("table", "answers", SCHEMA), ("index", "sqlite_autoindex_answers_1", None)}
)

MOST_ANSWERS: Final = 50_000
"""Answers of earlier contents are dropped beyond this."""
BUSY_S: Final = 5
"""How long another run's writing is waited for."""
STEPS: Final = 1_000_000
MOST_STEPS: Final = 500 * STEPS
"""SQLite's own steps in one run: many more than a full cache takes."""


class _NotOursError(Exception):
    """The file holds something else."""


def opened(folder: Path) -> sqlite3.Connection | None:
    """The store; one that is damaged or not ours is begun anew. None where it cannot be used."""
    why = why_no_folder(folder)
    if why is None:
        try:
            why = _why_not_safe(folder)
            if why is None:
                return _begun(folder)
        except OSError as error:
            why = error.strerror or str(error)
        except sqlite3.Error as error:
            why = str(error)
    _warn(f"cache folder {str(folder)!r} cannot be used: {why}")
    return None


def _why_not_safe(folder: Path) -> str | None:
    """Why nothing in a folder may be opened: links lead elsewhere, pipes are waited for."""
    if folder.is_symlink():
        return "it is a link"
    if folder.exists() and hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        return "it belongs to somebody else"
    for name in (f"{FILE}{ending}" for ending in BESIDE):
        try:
            mode = (folder / name).lstat().st_mode
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(mode):
            return f"{name} is {'a link' if stat.S_ISLNK(mode) else 'not a regular file'}"
    return None


def _begun(folder: Path) -> sqlite3.Connection:
    folder.mkdir(parents=True, exist_ok=True)
    ignore = folder / ".gitignore"
    with suppress(FileExistsError), ignore.open("x", encoding="utf-8") as new:
        new.write("*\n")  # what is there stays, and a link is not followed
    try:
        return _connected(folder / FILE)
    except sqlite3.OperationalError:
        raise
    except (_NotOursError, sqlite3.DatabaseError):
        for ending in BESIDE:
            (folder / f"{FILE}{ending}").unlink(missing_ok=True)
        return _connected(folder / FILE)


def _connected(file: Path) -> sqlite3.Connection:
    store = sqlite3.connect(file, timeout=BUSY_S)
    try:
        _bounded(store)
        store.execute("pragma trusted_schema = off")
        store.execute("pragma cell_size_check = on")
        if not _schema(store):  # another run may be as far
            store.execute(SCHEMA.replace("TABLE", "TABLE IF NOT EXISTS"))
        if _schema(store) != OURS:
            raise _NotOursError
        store.execute("select key from answers limit 1").fetchall()
    except (_NotOursError, sqlite3.Error):
        store.close()
        raise
    return store


def _schema(store: sqlite3.Connection) -> frozenset[tuple[object, ...]]:
    return frozenset(store.execute("select type, name, sql from sqlite_master").fetchall())


def _bounded(store: sqlite3.Connection) -> None:
    """Interrupt what takes more steps than any cache can need."""
    left = [MOST_STEPS // STEPS]

    def spent() -> bool:
        left[0] -= 1
        return left[0] < 0

    store.set_progress_handler(spent, STEPS)


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

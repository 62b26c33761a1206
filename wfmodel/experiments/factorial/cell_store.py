"""A sweep's directory: a finished cell is a file with its hash for a name, whole or not there.

Files are written under another name, flushed to the disk and renamed, so that whatever kills the
process leaves no torn file; names are content, so that no cell is there twice. At the end all
cells become one file, ``results.parquet``, and go. What is left, ``manifest.json`` and the results,
is the same bytes whatever happened on the way.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from wfmodel.experiments.experiment import Factor
from wfmodel.experiments.factorial.outcome import CellOutcome, Finished
from wfmodel.experiments.factorial.parquet_rows import (
    ResultsWriter,
    cell_bytes,
    cell_from,
    pyarrow,
    results_from,
)
from wfmodel.extras import install_command
from wfmodel.model.boundary import why_not_named
from wfmodel.model.files import UNFINISHED, read_file, replacing
from wfmodel.model.json_reader import kept_json

MANIFEST: Final = "manifest.json"
RESULTS: Final = "results.parquet"
CELLS: Final = "cells"
LOCK: Final = ".lock"
MOST_BYTES: Final = 4 << 30
"""Largest file of results that is read."""

ROW_GROUP: Final = 256
"""Points per row group of the results."""


class StoreError(Exception):
    """A directory of results that cannot be used as it is; the message names the file and the way
    out.
    """


class CellStore:
    """One sweep's directory. Use ``opened``, which sees to it that no other process has it."""

    def __init__(self, folder: Path, provenance: Mapping[str, str], keys: Iterable[str]) -> None:
        self.folder = folder
        self._provenance = dict(provenance)
        self._keys = frozenset(keys)

    @property
    def results(self) -> Path:
        """The file that holds everything once the sweep is done."""
        return self.folder / RESULTS

    def begin(self, *, resume: bool) -> dict[str, CellOutcome]:
        """Make the directory ready and return what is finished, by key.

        Raises:
            StoreError: it holds something else, another sweep, or a damaged file; or a sweep that
                was begun while ``resume`` is False.
            ModuleNotFoundError: pyarrow is not installed.
        """
        pyarrow()
        self._check_manifest(resume=resume)
        for left in (*self.folder.glob(f"{UNFINISHED}*"), *self._cells().glob(f"{UNFINISHED}*")):
            left.unlink()
        if self.results.exists():
            return {outcome.key: outcome for _, outcome in self._finished()}
        self._cells().mkdir(exist_ok=True)
        return {outcome.key: outcome for outcome in map(self._kept, self._cell_files())}

    def keep(self, outcome: CellOutcome) -> None:
        """Store a finished cell.

        Raises:
            StoreError: the disk is full, or cannot be written.
        """
        content = cell_bytes(outcome, self._provenance)
        with self._replacing(self._cells() / f"{outcome.key}.parquet") as stream:
            stream.write(content)

    def finish(self, points: Iterable[Finished], factors: Mapping[str, Factor]) -> None:
        """Write all points to one file, and take the cells' files away.

        Raises:
            StoreError: the disk is full, or cannot be written.
        """
        if not self.results.exists():
            with self._replacing(self.results) as stream:
                writer = ResultsWriter(stream, factors, self._provenance)
                for group in _groups(points, ROW_GROUP):
                    writer.write(group)
                writer.close()
        if self._cells().exists():
            for path in self._cell_files():
                if path.stem in self._keys:
                    path.unlink()
            if not self._cell_files():
                self._cells().rmdir()

    def _cells(self) -> Path:
        return self.folder / CELLS

    def _cell_files(self) -> list[Path]:
        return sorted(self._cells().iterdir())

    def _check_manifest(self, *, resume: bool) -> None:
        manifest = self.folder / MANIFEST
        if not manifest.exists():
            known = (LOCK, CELLS)
            others = [
                path.name
                for path in sorted(self.folder.iterdir())
                if path.name not in known and not path.name.startswith(UNFINISHED)
            ]
            if others:
                raise StoreError(
                    f"{self.folder / others[0]}: the directory is not empty and holds no sweep;"
                    " give another one"
                )
            text = json.dumps(self._provenance, indent=2) + "\n"
            with self._replacing(manifest) as stream:
                stream.write(text.encode())
        elif not resume:
            raise StoreError(
                f"{manifest}: a sweep has been begun here; --resume goes on with it,"
                " or give another directory"
            )
        else:
            _check_same(manifest, self._provenance)

    def _kept(self, path: Path) -> CellOutcome:
        """A finished cell, verified."""
        way_out = "move it away and resume: the cell will be run again"
        if path.stem not in self._keys or path.suffix != ".parquet":
            raise StoreError(f"{path}: no cell of this sweep; move it away and resume")
        try:
            outcome, metadata = cell_from(read_file(path, MOST_BYTES))
        except ValueError as error:
            raise StoreError(f"{path}: damaged: {error}; {way_out}") from None
        foreign = [name for name, text in self._provenance.items() if metadata.get(name) != text]
        if outcome.key != path.stem or foreign:
            raise StoreError(f"{path}: it belongs to another sweep; {way_out}")
        return outcome

    def _finished(self) -> tuple[tuple[int, CellOutcome], ...]:
        found, metadata = read_results(self.results)
        foreign = [name for name, text in self._provenance.items() if metadata.get(name) != text]
        if foreign or {outcome.key for _, outcome in found} != self._keys:
            raise StoreError(
                f"{self.results}: it belongs to another sweep; move it away and resume"
            )
        return found

    @contextmanager
    def _replacing(self, path: Path) -> Iterator[IO[bytes]]:
        """A stream whose content becomes the file at the end, whole."""
        try:
            with replacing(path) as stream:
                yield stream
            _flush_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{path}: {_reason(error)}; {_way_out(error)}") from None


def read_results(path: Path) -> tuple[tuple[tuple[int, CellOutcome], ...], dict[str, str]]:
    """Outcomes by number of point, and the metadata, of a file of results.

    Raises:
        StoreError: it is damaged, or no such file.
    """
    try:
        return results_from(read_file(path, MOST_BYTES))
    except ValueError as error:
        raise StoreError(f"{path}: damaged: {error}; move it away and run again") from None
    except OSError as error:
        raise StoreError(f"{path}: {_reason(error)}") from None


@contextmanager
def opened(folder: Path, provenance: Mapping[str, str], keys: Iterable[str]) -> Iterator[CellStore]:
    """The store of a directory, which is made if need be, held against other processes.

    Raises:
        StoreError: it cannot be made, or another process works in it.
        ModuleNotFoundError: filelock is not installed.
    """
    try:
        from filelock import FileLock, Timeout
    except ModuleNotFoundError:
        raise ModuleNotFoundError(
            f"results need filelock: {install_command('filelock')}", name="filelock"
        ) from None
    for inside in (folder / LOCK, folder / CELLS / LOCK):  # the lock's library may follow links
        if why := why_not_named(inside):
            raise StoreError(f"{inside.parent}: {why}; give another directory")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: {_reason(error)}; give another directory") from None
    try:
        with FileLock(folder / LOCK, timeout=0):
            yield CellStore(folder, provenance, keys)
    except Timeout:
        raise StoreError(f"{folder}: another process is running a sweep here") from None


def _groups(points: Iterable[Finished], size: int) -> Iterator[list[Finished]]:
    group: list[Finished] = []
    for each in points:
        group.append(each)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _check_same(manifest: Path, provenance: Mapping[str, str]) -> None:
    """The directory's sweep must be this one."""
    try:
        begun = kept_json(read_file(manifest))
    except ValueError:
        begun = None
    if not isinstance(begun, dict) or begun.get("format") != provenance["format"]:
        raise StoreError(f"{manifest}: not the manifest of a sweep; give another directory")
    for name, text in provenance.items():
        if begun.get(name) == text:
            continue
        if name == "scenario":
            raise StoreError(
                f"{manifest}: the scenario or its workflow has changed since the sweep was begun;"
                " give another directory, or take the change back"
            )
        raise StoreError(
            f"{manifest}: the sweep was begun with {name} {begun.get(name)}; this is {text};"
            " give another directory, or go back to that"
        )


def _flush_folder(folder: Path) -> None:
    """Make a rename durable; not every system can open a directory for that."""
    if os.name != "posix":
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _way_out(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "make room and go on with --resume: what was finished is kept"
    return "what was finished is kept; --resume goes on with it"

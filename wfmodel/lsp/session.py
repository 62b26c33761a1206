"""The texts that an editor has open, when each is checked, and what is published of it.

Everything here happens in the thread of the protocol, in its event loop. A change waits a moment
for the next one, then the text goes to the ``CheckQueue``; a request that needs the places of the
text as it is now does not wait.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

from pygls.uris import from_fs_path, to_fs_path

from wfmodel.checks.resolved_finding import Reported
from wfmodel.importers import load_all
from wfmodel.lsp.check_queue import CheckJob, CheckQueue
from wfmodel.lsp.checker import Checked
from wfmodel.lsp.open_document import OpenDocument
from wfmodel.lsp.text_places import TextPlaces
from wfmodel.model.loading import LoadResult
from wfmodel.model.reading import reading_once

PAUSE: Final = 0.1
"""Seconds without a key being pressed after which a text is checked."""

LONGEST_WAIT: Final = 5.0
"""Seconds that a request waits for the text to be read; then the last text that was answers."""

Publish: TypeAlias = Callable[[str, int | None, TextPlaces, Sequence[Reported]], None]
"""Is told address, version (None: the file is not open), places and findings of a file."""


@dataclass
class Session:
    """One editor."""

    queue: CheckQueue
    publish: Publish
    complain: Callable[[str], None]
    """Is told, once, what is wrong with the settings."""
    encoding: str = "utf-16"
    folders: tuple[Path, ...] = ()
    documents: dict[str, OpenDocument] = field(default_factory=dict)
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _readers: dict[str, list[asyncio.Future[None]]] = field(default_factory=dict)
    _shown: dict[str, dict[str, tuple[Reported, ...]]] = field(default_factory=dict)
    """By address of the text that was checked: findings by file."""
    _complaint: str = ""

    def open(self, uri: str, language: str, version: int, text: str) -> None:
        """An editor shows a text."""
        file = self._file_of(uri, language)
        document = OpenDocument(uri, file, self._folder_of(file), self.encoding, version, text)
        self.documents[uri] = document
        self._start(uri)
        self._recheck_those_that_read(document)

    def change(self, uri: str, version: int, text: str) -> None:
        """The text is another one."""
        document = self.documents.get(uri)
        if document is None:
            return
        document.change(text, version)
        self.queue.drop(uri)
        self._start_soon(uri)
        self._recheck_those_that_read(document)

    def close(self, uri: str) -> None:
        """The editor shows it no more: what is on disk counts, and nobody asks for it."""
        document = self.documents.pop(uri, None)
        if document is None:
            return
        self.queue.drop(uri)
        self._stop_timer(uri)
        self._wake(uri)
        files = self._shown.pop(uri, {})
        self.publish(uri, None, document.places, ())
        for file in files:
            if file != str(document.file):
                self._publish_file(file, {})
        self._recheck_those_that_read(document)

    def recheck(self) -> None:
        """Something on disk has changed, settings perhaps."""
        for uri in self.documents:
            self._start_soon(uri)

    async def current(self, uri: str) -> OpenDocument | None:
        """A document whose text as it is now has been read, unless that takes too long."""
        document = self.documents.get(uri)
        if document is None or document.is_read:
            return document
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._readers.setdefault(uri, []).append(done)
        if self._stop_timer(uri):
            self._start(uri)
        with suppress(TimeoutError):
            await asyncio.wait_for(done, LONGEST_WAIT)
        return self.documents.get(uri)

    def reread(self, document: OpenDocument, text: str) -> Sequence[LoadResult]:
        """What the importers read where a document would have this text."""
        file = os.path.abspath(document.file)  # noqa: PTH100 - links stay
        texts = {**self._texts(), file: text.encode("utf-8", "surrogatepass")}
        with reading_once(texts):
            return load_all(str(document.file))

    # ------------------------------------------------------------------------------- checks

    def _start_soon(self, uri: str) -> None:
        self._stop_timer(uri)
        loop = asyncio.get_running_loop()
        self._timers[uri] = loop.call_later(PAUSE, self._start, uri)

    def _stop_timer(self, uri: str) -> bool:
        """Whether a check was going to start."""
        timer = self._timers.pop(uri, None)
        if timer is not None:
            timer.cancel()
        return timer is not None

    def _start(self, uri: str) -> None:
        self._timers.pop(uri, None)
        document = self.documents.get(uri)
        if document is None:
            return
        loop, text = asyncio.get_running_loop(), document.text

        def told(results: Sequence[LoadResult]) -> None:
            call_in(loop, self._read, uri, text, results)

        def done(answer: Checked, read: Mapping[str, bytes]) -> None:
            call_in(loop, self._found, uri, text, answer, read)

        self.queue.put(CheckJob(uri, document.file, document.folder, self._texts(), told, done))

    def _texts(self) -> dict[str, bytes]:
        """What the editor holds of files."""
        every = self.documents.values()
        return {os.path.abspath(each.file): each.raw for each in every}  # noqa: PTH100

    def _recheck_those_that_read(self, changed: OpenDocument) -> None:
        """A text beside it (annotations, suppressions, a definition) belongs to another's check."""
        file = os.path.abspath(changed.file)  # noqa: PTH100 - links stay
        for uri, document in self.documents.items():
            if document is not changed and file in document.leads_to:
                self._start_soon(uri)

    def _read(self, uri: str, text: str, results: Sequence[LoadResult]) -> None:
        document = self.documents.get(uri)
        if document is not None:
            document.take(text, results)
            if document.is_read:
                self._wake(uri)

    def _found(self, uri: str, text: str, answer: Checked, read: Mapping[str, bytes]) -> None:
        document = self.documents.get(uri)
        if document is None or document.text != text:
            return  # the check of the new text is on its way
        self._wake(uri)
        document.findings, document.checked = answer.findings, document.places
        document.leads_to = frozenset(read)
        if answer.complaint and answer.complaint != self._complaint:
            self.complain(answer.complaint)
        self._complaint = answer.complaint
        before = self._shown.get(uri, {})
        self._shown[uri] = _by_file(answer.findings)
        for file in dict.fromkeys([str(document.file), *before, *self._shown[uri]]):
            self._publish_file(file, read)

    def _wake(self, uri: str) -> None:
        for waiting in self._readers.pop(uri, []):
            if not waiting.done():
                waiting.set_result(None)

    # ---------------------------------------------------------------------------- publishing

    def _publish_file(self, file: str, read: Mapping[str, bytes]) -> None:
        """All that the checks of all texts found in one file."""
        found = [each for files in self._shown.values() for each in files.get(file, ())]
        unique = list(dict.fromkeys(found))
        own = next((each for each in self.documents.values() if str(each.file) == file), None)
        if own is not None:
            self.publish(own.uri, own.version, own.places, unique)
            return
        address = from_fs_path(file)
        if address is not None:
            content = read.get(os.path.abspath(file), b"")  # noqa: PTH100 - links stay
            places = TextPlaces(content.decode("utf-8", "replace"), self.encoding)
            self.publish(address, None, places, unique)

    # --------------------------------------------------------------------------------- names

    def _file_of(self, uri: str, language: str) -> Path:
        """The file of an address; one that is no file yet would stand in the first folder."""
        path = to_fs_path(uri) if urlsplit(uri).scheme == "file" else None
        if path is not None:
            return Path(path)
        name = Path(unquote(urlsplit(uri).path)).name or "untitled"
        ending = {"yaml": ".yaml", "json": ".json", "terraform": ".tf"}.get(language, "")
        folder = self.folders[0] if self.folders else Path.cwd()
        return folder / (name if name.endswith(ending) else f"{name}{ending}")

    def _folder_of(self, file: Path) -> Path:
        """The innermost folder of the workspace around a file; else the file's own."""
        around = [each for each in self.folders if file.is_relative_to(each)]
        return max(around, key=lambda each: len(each.parts), default=file.parent)


def _by_file(findings: Iterable[Reported]) -> dict[str, tuple[Reported, ...]]:
    sorted_out: dict[str, list[Reported]] = {}
    for finding in findings:
        sorted_out.setdefault(finding.file, []).append(finding)
    return {file: tuple(found) for file, found in sorted_out.items()}


def call_in(loop: asyncio.AbstractEventLoop, what: Callable[..., None], *given: object) -> None:
    """Ask for something in the editor's loop, from the thread that checks.

    The editor may have gone while a file was being checked: there is nobody left to tell.
    """
    try:
        loop.call_soon_threadsafe(what, *given)
    except RuntimeError:
        if not loop.is_closed():
            raise

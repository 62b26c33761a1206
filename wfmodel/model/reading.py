"""From a file to a Document: bytes, text, value. Everything that is wrong becomes a finding."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

from wfmodel.model.files import FileTooLargeError, read_file
from wfmodel.model.findings import Finding
from wfmodel.model.json_reader import json_places, read_json
from wfmodel.model.limits import MOST_BYTES, RefusedError, refusal
from wfmodel.model.source import Document, Span, span_at
from wfmodel.model.spelling import hint

STDIN: Final = "-"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NOTHING: Final[Mapping[str, bytes]] = {}


@dataclass(frozen=True, slots=True)
class _Held:
    """What files held, by the names they were read by; and what stands for some of them."""

    read: dict[str, bytes]
    instead: Mapping[str, bytes]

    def content(self, path: str) -> bytes:
        if path not in self.read:
            other = self.instead.get(os.path.abspath(path))  # noqa: PTH100 - links stay
            self.read[path] = read_file(path) if other is None else other
        return self.read[path]


_once: ContextVar[_Held | None] = ContextVar("_once", default=None)
"""None where nobody keeps what was read."""


@contextmanager
def reading_once(instead: Mapping[str, bytes] = _NOTHING) -> Iterator[Mapping[str, bytes]]:
    """Every file is read once meanwhile, and what it held stands in the mapping: what is said of a
    file is said of these bytes. ``instead`` has, by absolute path, what an editor holds of files:
    that is read, whatever is on disk.
    """
    held = _Held({}, instead)
    before = _once.set(held)
    try:
        yield held.read
    finally:
        _once.reset(before)


def read_document(
    path: str | FilePath, text: str | None = None
) -> tuple[Document | None, tuple[Finding, ...]]:
    """Read a YAML or JSON file (``-``: standard input; ``text``: what it would hold).

    A name in ``.json`` means JSON and one in ``.yaml`` or ``.yml`` YAML; without either, a text
    that begins with ``{`` or ``[`` is JSON.
    """
    content, findings = read_text(path, text)
    if content is None:
        return None, findings
    try:
        return _parse(content, shown_name(path)), ()
    except RefusedError as error:
        return None, (error.finding,)


A_PROGRAM: Final = (
    "a Python program is not run here; of an Airflow DAG its serialised form is read, which"
    " `wfmodel serialise` writes"
)


def read_text(
    path: str | FilePath, text: str | None = None
) -> tuple[str | None, tuple[Finding, ...]]:
    """The text of a file (``-``: standard input; ``text``: what it would hold), within bounds."""
    file = shown_name(path)
    if file.endswith(".py"):
        return None, (refusal("L105", A_PROGRAM, Span(file)),)
    try:
        return (_content(path, file) if text is None else _bounded(text, file)), ()
    except RefusedError as error:
        return None, (error.finding,)
    except FileTooLargeError:
        return None, (_too_large(file).finding,)
    except (OSError, ValueError) as error:  # ValueError: a character that no name can have
        reason = getattr(error, "strerror", None) or str(error)
        reason += _meant(FilePath(path)) if isinstance(error, FileNotFoundError) else ""
        return None, (refusal("L101", f"cannot be read: {reason}", Span(file)),)


def _meant(path: FilePath) -> str:
    """What stands beside a file that is not there, and is called nearly so."""
    try:
        return hint(path.name, [each.name for each in path.parent.iterdir()])
    except OSError:  # no such folder either
        return ""


def shown_name(path: str | FilePath) -> str:
    """The file's name as findings give it."""
    return "<stdin>" if str(path) == STDIN else str(path)


def is_json(text: str, file: str) -> bool:
    """Whether a text is read as JSON rather than YAML: by the file's name, else by its start."""
    return file.endswith(".json") or (
        text.lstrip()[0] in "{[" and not file.endswith((".yaml", ".yml"))
    )


def _content(path: str | FilePath, file: str) -> str:
    held = _once.get()
    if str(path) == STDIN:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        raw = read_file(path) if held is None else held.content(str(path))
    if len(raw) > MOST_BYTES:
        raise _too_large(file)
    return _decoded(raw, file)


def _too_large(file: str) -> RefusedError:
    return RefusedError("L102", f"larger than {MOST_BYTES >> 20} MiB", Span(file))


def _bounded(text: str, file: str) -> str:
    if len(text) > MOST_BYTES:
        raise _too_large(file)
    return _checked(text, file)


def _decoded(raw: bytes, file: str) -> str:
    try:
        return _checked(raw.decode("utf-8-sig"), file)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - raw.rfind(b"\n", 0, error.start)
        message = f"not UTF-8 text: byte 0x{raw[error.start]:02x}; save the file as UTF-8"
        raise RefusedError("L103", message, Span(file, line, column, line, column + 1)) from None


def _checked(text: str, file: str) -> str:
    """Control characters mean a binary file; YAML's parser would only say that they are special."""
    control = _CONTROL.search(text)
    if control is not None:
        place = control.start()
        message = f"not text: control character U+{ord(text[place]):04X}"
        raise RefusedError("L103", message, span_at(text, file, place))
    if not text.strip():
        raise RefusedError("L104", "the file is empty", Span(file))
    return text


def _parse(text: str, file: str) -> Document:
    if is_json(text, file):
        return Document(file, text, read_json(text, file), lambda: json_places(text, file))
    from wfmodel.model.yaml_reader import read_yaml  # an answer of the cache reads nothing

    value, places = read_yaml(text, file)
    return Document(file, text, value, lambda: places)

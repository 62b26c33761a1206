"""A finding is data: what is wrong, where (a symbolic path), how bad, and the path that shows it.

Rules and loaders return symbolic paths into the document; ``source.Document.locate`` alone turns
them into lines and columns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from wfmodel.display import Tabular
from wfmodel.model.source import Path, Span, json_pointer


class Severity(StrEnum):
    """How bad a finding is. Exit code 1 is for warnings and errors."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a document: the value (or the key) at ``path`` becomes ``text``.

    ``text`` None takes the whole entry away, its key included. ``old`` is what stands there: in an
    imported format, whose places are found in several steps, an edit without it is not made.
    """

    path: Path
    text: str | None
    key: bool = False
    old: str | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """What to change so that the finding goes; offered only where nothing else can be meant."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One defect at one place.

    ``trace`` is the offending run through the workflow, as ``state`` or ``state -event->`` words in
    order, where the rule is about paths. ``help`` says what to do about it; ``fix`` does it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    path: Path = ()
    span: Span | None = None
    trace: tuple[str, ...] = ()
    help: str = ""
    related: tuple[tuple[Path, str], ...] = field(default=())
    fix: Fix | None = None

    @property
    def where(self) -> str:
        """``file:line:column``; of a workflow that was built in Python, the path inside it."""
        return json_pointer(self.path) if self.span is None else str(self.span)

    def __str__(self) -> str:
        """One line, as ``wfmodel check`` writes it."""
        return f"{self.where} {self.code} {self.message}"


class Findings(Tabular, tuple[Finding, ...]):
    """What was found, in order: a tuple that shows itself as a table of places and messages."""

    __slots__ = ()

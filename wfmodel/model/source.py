"""Where a value stands in its file. Lines and columns start at 1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the document's root, such as ``("states", "charge", "retry")``."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file."""

    file: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


def json_pointer(path: Path) -> str:
    """RFC 6901 text of a path."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)

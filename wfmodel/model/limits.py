"""Bounds on what is read, and the findings of a file that cannot be read at all.

A definition comes from anybody. Whatever it holds, reading ends soon, in bounded memory, with a
finding that says where and why.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Path, Span

MOST_BYTES: Final = 4 << 20
"""Largest file (the largest published Step Functions definition is 1 MiB, its service quota)."""

MOST_DEPTH: Final = 100
"""Deepest nesting."""

MOST_VALUES: Final = 250_000
"""Most values, aliases counted as often as they are used: about a second of reading."""

NAMES: Final = {
    "L101": "unreadable-file",
    "L102": "file-too-large",
    "L103": "not-text",
    "L104": "empty-file",
    "L105": "syntax-error",
    "L106": "duplicate-key",
    "L107": "too-deep",
    "L108": "alias-bomb",
    "L109": "unsupported-yaml",
    "L110": "unknown-key",
    "L111": "missing-key",
    "L112": "unknown-kind",
    "L113": "invalid-value",
}
"""Codes of loading, by the bad pattern that each names."""


class RefusedError(Exception):
    """Reading stops here; carries the finding. Never leaves the reader."""

    def __init__(self, code: str, message: str, span: Span) -> None:
        super().__init__(code, message, span)
        self.finding = refusal(code, message, span)


Repeated: TypeAlias = list[tuple[Path, Finding]]
"""Where keys stand again, and what would be said of each: for who reads on, the last one counts."""


def refusal(code: str, message: str, span: Span | None) -> Finding:
    """An error-level finding of loading."""
    name = NAMES[code]
    return Finding(code=code, name=name, severity=Severity.ERROR, message=message, span=span)

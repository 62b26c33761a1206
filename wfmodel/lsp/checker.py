"""What the server asks of the command line: the check of one file, and the page of a code.

``check`` of the command line stands above this package, so it is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from wfmodel.checks.effort import Effort
from wfmodel.checks.resolved_finding import Reported
from wfmodel.model.loading import LoadResult

Told: TypeAlias = Callable[[Sequence[LoadResult]], None]
"""Is handed what was read, before the rules look at it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What ``wfmodel check`` would say of a file, and what is wrong with its settings."""

    findings: tuple[Reported, ...] = ()
    complaint: str = ""


class Checker(Protocol):
    """The check of the command line."""

    def check(self, file: Path, folder: Path, effort: Effort, told: Told) -> Checked:
        """Findings of a file that may hold a definition; settings are those for ``folder``."""
        ...

    def page(self, code: str) -> str:
        """The page of a code, as Markdown; empty where there is none."""
        ...

    def fault(self, error: BaseException) -> str:
        """One line about a defect of the program, whose details have been written to a file."""
        ...

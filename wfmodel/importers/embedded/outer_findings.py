"""Every finding about machines in larger files that is not about the machine itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from wfmodel.importers.asl.catalogue import Problem
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Span

ELSEWHERE: Final = Problem(
    "A150", "definition-elsewhere", Severity.INFO, "The definition is a file: check that file."
)
UNREAD: Final = Problem(
    "A151",
    "unread-definition",
    Severity.INFO,
    "The definition, or a part of its structure, is only known on deployment.",
)
TOO_MANY: Final = Problem(
    "A152", "too-many-machines", Severity.ERROR, "The file holds more machines, or text, than read."
)
NO_MACHINE: Final = Problem(
    "A153", "no-machine", Severity.INFO, "The file can hold state machines, but holds none."
)
UNCLEAR_ANNOTATIONS: Final = Problem(
    "A154",
    "ambiguous-annotations",
    Severity.WARNING,
    "The annotations are for one machine; the file holds several.",
)

MISSING_FILE: Final = Problem(
    "A155",
    "missing-definition",
    Severity.ERROR,
    "The file that should hold the definition is not there.",
)

UNFILLED: Final = Problem(
    "A156",
    "unfilled-substitution",
    Severity.ERROR,
    "No substitution has this name, so it stays as it is written: no Resource.",
)

PROBLEMS: Final[tuple[Problem, ...]] = tuple(
    value for value in dict(globals()).values() if isinstance(value, Problem)
)
"""The whole table, in order of code."""


def placed(problem: Problem, message: str, span: Span, *, help: str = "") -> Finding:
    """A finding at a place of the larger file."""
    return replace(problem.at((), message, help=help), span=span)

"""Read a workflow, or stop where it cannot be read.

>>> load("order.yaml", text="name: order")
Traceback (most recent call last):
wfmodel.surface.strict_loading.LoadError: order.yaml:1:1 L111 key 'initial' is missing
order.yaml:1:1 L111 key 'states' is missing

Programs that show findings themselves ask with ``strict=False``, or the importers' functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

from wfmodel.escaping import log_line
from wfmodel.importers import Annotations, load_any
from wfmodel.model.at_hand import kind
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.limits import refusal
from wfmodel.model.loading import LoadResult
from wfmodel.model.source import Span
from wfmodel.model.workflow import Workflow


class LoadError(ValueError):
    """A file holds nothing that can be used: ``findings`` say why, its text a line for each."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        """``file:line:column code message``, errors only: they are what stands in the way."""
        errors = [each for each in self.findings if each.severity is Severity.ERROR]
        return "\n".join(log_line(str(each)) for each in errors or self.findings)


@dataclass(frozen=True, slots=True, repr=False)
class Loaded(LoadResult):
    """A file that holds a workflow: ``workflow`` is there; ``findings`` are what else was found."""

    workflow: Workflow


@overload
def load(
    path: str | Path,
    annotations: str | Path | Annotations | None = None,
    text: str | None = None,
    *,
    strict: Literal[True] = True,
) -> Loaded: ...


@overload
def load(
    path: str | Path,
    annotations: str | Path | Annotations | None = None,
    text: str | None = None,
    *,
    strict: bool,
) -> LoadResult: ...


def load(
    path: str | Path,
    annotations: str | Path | Annotations | None = None,
    text: str | None = None,
    *,
    strict: bool = True,
) -> LoadResult:
    """Read a workflow of any known format; ``load(path).workflow`` is it.

    ``path`` may be ``-`` for standard input; ``text`` is what the file would hold. With
    ``strict=False`` a file without a workflow is no error: ``workflow`` is None then, and
    ``findings`` say why.

    Raises:
        LoadError: there is no workflow in it.
        TypeError: what is given is no path.
    """
    if not isinstance(path, str | Path):
        raise TypeError(f"load takes the path of a file; got {kind(path)}")
    found = load_any(path, annotations, text)
    if found.workflow is not None:
        return Loaded(found.workflow, found.findings, found.document)
    if strict:
        raise LoadError(_a_scenario(found) or found.findings)
    return found


def _a_scenario(found: LoadResult) -> tuple[Finding, ...]:
    """What to say to whoever gave a scenario."""
    value = None if found.document is None else found.document.value
    if found.document is None or not isinstance(value, dict):
        return ()
    if not {"question", "setting"} <= set(value):
        return ()
    what = "this is a scenario, not a workflow: wfmodel.load_scenario reads it, with its workflow"
    return (refusal("L111", what, Span(found.document.file)),)

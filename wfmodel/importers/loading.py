"""One entry for every format: what a file holds decides how it is read, not what it is called.

An object with ``StartAt`` or ``States`` is Amazon States Language; everything else is our own
format. The annotation file of an imported ``x.asl.json`` (``x.json``, ``x.yaml``, …) is, unless it
is given, ``x.annotations.yaml`` or ``x.annotations.yml`` in the same folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Final

from wfmodel.importers.annotations import Annotations
from wfmodel.importers.asl.catalogue import UNUSED_ANNOTATIONS
from wfmodel.importers.asl.loading import from_document, stem
from wfmodel.importers.asl.templates import read_definition
from wfmodel.model.loading import LoadResult, locate_findings
from wfmodel.model.parsing import parse_as
from wfmodel.model.workflow import Workflow

ANNOTATION_ENDINGS: Final = (".annotations.yaml", ".annotations.yml")


def load_any(
    path: str | FilePath,
    annotations: str | FilePath | Annotations | None = None,
    text: str | None = None,
) -> LoadResult:
    """Read a workflow of any known format (``-``: standard input; ``text``: what it would hold).

    Annotations for a file in our own format are a finding: it says everything itself.
    """
    document, findings = read_definition(path, text)
    if document is None:
        return LoadResult(None, findings)
    if is_asl(document.value):
        notes = beside(path) if annotations is None else annotations
        return from_document(document, notes)
    workflow, findings = parse_as(document, Workflow)
    if annotations is not None:
        message = "annotations are for imported formats; this file is in our own"
        unused = UNUSED_ANNOTATIONS.at((), message)
        findings = (*findings, *locate_findings((unused,), document))
    return LoadResult(workflow, findings, document)


def is_asl(value: object) -> bool:
    """Whether a parsed file holds (or tries to hold) a state machine of Amazon States Language."""
    return isinstance(value, Mapping) and ("StartAt" in value or "States" in value)


def beside(path: str | FilePath) -> FilePath | None:
    """The annotation file in the same folder, by name; None if there is none."""
    file = FilePath(path)
    names = (stem(file.name) + ending for ending in ANNOTATION_ENDINGS)
    return next((found for name in names if (found := file.with_name(name)).is_file()), None)

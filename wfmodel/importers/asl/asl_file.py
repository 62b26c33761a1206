"""From a file of Amazon States Language, and one of annotations, to a Workflow with positions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath
from typing import Final

from wfmodel.importers.annotations import Annotations
from wfmodel.importers.asl.catalogue import (
    DISTRIBUTED_ONLY,
    INAPPLICABLE_ANNOTATION,
    RESERVED_VARIABLE,
    UNKNOWN_ANNOTATED_EVENT,
    UNKNOWN_ANNOTATED_STATE,
    UNKNOWN_ANNOTATED_TARGET,
    UNKNOWN_FIELD,
    UNKNOWN_PARAMETER,
    WRONG_QUERY_LANGUAGE,
)
from wfmodel.importers.asl.templates import read_definition
from wfmodel.importers.asl.translation import translate
from wfmodel.model.findings import Finding
from wfmodel.model.loading import LoadResult, locate_findings
from wfmodel.model.reading import read_document
from wfmodel.model.source import Document
from wfmodel.model.validate import parse_as

LONGEST_NAME: Final = 200
"""Characters of a workflow's name that are taken from a file or resource."""

_ABOUT_NAMES: Final = frozenset(
    problem.code
    for problem in (
        UNKNOWN_FIELD,
        WRONG_QUERY_LANGUAGE,
        UNKNOWN_ANNOTATED_STATE,
        INAPPLICABLE_ANNOTATION,
        UNKNOWN_ANNOTATED_TARGET,
        UNKNOWN_ANNOTATED_EVENT,
        UNKNOWN_PARAMETER,
        DISTRIBUTED_ONLY,
        RESERVED_VARIABLE,
    )
)


def load_asl(
    path: str | FilePath,
    annotations: str | FilePath | Annotations | None = None,
    text: str | None = None,
) -> LoadResult:
    """Read a definition of Amazon States Language, JSON or YAML (``-``: standard input).

    ``annotations`` is a file, or what such a file would say; ``load_any`` finds it by itself.
    Findings about an annotation have their place in the annotation file. The result's document
    leads from paths of the workflow to places of the definition.
    """
    document, findings = read_definition(path, text)
    if document is None:
        return LoadResult(None, findings)
    return from_document(document, annotations)


def from_document(
    document: Document,
    annotations: str | FilePath | Annotations | None = None,
    *,
    name: str | None = None,
    express: bool = False,
) -> LoadResult:
    """As ``load_asl``, of a definition that has been read; ``name`` is else the file's.

    ``express`` says that the machine is an express workflow, which a definition alone does not.

    Where the document has origins of its own (a machine inside a larger file), the result's lead
    through them.
    """
    notes, side, refused = read_annotations(annotations)
    given = (name or "")[:LONGEST_NAME] or _name(document.file)
    translation = translate(document.value, notes, name=given, express=express)
    found = (
        *located(translation.findings, document),
        *refused,
        *located(translation.annotation_findings, side),
    )
    workflow = None if refused else translation.workflow
    led = {path: document.original(origin) for path, origin in translation.origins.items()}
    return LoadResult(workflow, found, replace(document, origins={**document.origins, **led}))


def located(findings: tuple[Finding, ...], document: Document | None) -> tuple[Finding, ...]:
    """Findings with their places; one about a name that should not be there stands at the name."""
    if document is None:
        return findings
    named = (
        replace(finding, span=document.locate(finding.path, key=True))
        if finding.code in _ABOUT_NAMES
        else finding
        for finding in findings
    )
    return locate_findings(named, document)


def read_annotations(
    annotations: str | FilePath | Annotations | None,
) -> tuple[Annotations | None, Document | None, tuple[Finding, ...]]:
    """Annotations, their file if they have one, and findings where there are none for that."""
    if annotations is None or isinstance(annotations, Annotations):
        return annotations, None, ()
    document, findings = read_document(annotations)
    if document is None:
        return None, None, findings
    notes, findings = parse_as(document, Annotations)
    return notes, document, findings


def _name(file: str) -> str:
    """The workflow's name where nothing gives one: the file's, without what says its format."""
    return stem(FilePath(file).name)[:LONGEST_NAME] or "workflow"


def stem(name: str) -> str:
    """A file's name without its format: ``x`` of ``x.asl.json``, ``x.yaml`` and ``x.tf``."""
    for ending in (".json", ".yaml", ".yml", ".asl", ".template", ".tf"):
        name = name.removesuffix(ending)
    return name

"""From a file that holds a serialised DAG, and one of annotations, to a Workflow with positions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath

from wfmodel.importers.airflow.dag_translation import translate
from wfmodel.importers.annotations import Annotations
from wfmodel.importers.asl.asl_file import located, read_annotations
from wfmodel.model.loading import LoadResult
from wfmodel.model.reading import read_document
from wfmodel.model.source import Document


def load_dag(
    path: str | FilePath,
    annotations: str | FilePath | Annotations | None = None,
    text: str | None = None,
) -> LoadResult:
    """Read a serialised DAG (``-``: standard input), as Airflow 3 writes it.

    ``annotations`` is a file, or what such a file would say; ``load_any`` finds it by itself. The
    result's document leads from paths of the workflow to places of the DAG.
    """
    document, findings = read_document(path, text)
    if document is None:
        return LoadResult(None, findings)
    return from_dag_document(document, annotations)


def from_dag_document(
    document: Document, annotations: str | FilePath | Annotations | None = None
) -> LoadResult:
    """As ``load_dag``, of a file that has been read."""
    notes, side, refused = read_annotations(annotations)
    translation = translate(document.value, notes)
    found = (
        *located(translation.findings, document),
        *refused,
        *located(translation.annotation_findings, side),
    )
    workflow = None if refused else translation.workflow
    origins = {**document.origins, **translation.origins}
    return LoadResult(workflow, found, replace(document, origins=origins))

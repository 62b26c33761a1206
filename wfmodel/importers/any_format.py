"""One entry for every format: what a file holds decides how it is read, not what it is called.

An object with ``StartAt`` or ``States`` is Amazon States Language, one with ``__version`` and
``dag`` a serialised DAG of Apache Airflow; everything else is our own format. The annotation file
of an imported ``x.asl.json`` (``x.json``, ``x.yaml``, …) is, unless it is given,
``x.annotations.yaml`` or ``x.annotations.yml`` in the same folder. ``load_all`` also reads the
machines that larger files hold.

>>> task = '{"Type": "Task", "Resource": "arn:aws:lambda:eu-west-1:1:function:pay", "End": true}'
>>> read = load_any("pay.json", text='{"StartAt": "Pay", "States": {"Pay": %s}}' % task)
>>> {name: state.kind for name, state in read.workflow.states.items()}
{'Pay': 'task', 'End': 'final'}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final

from wfmodel.importers.asl.catalogue import UNUSED_ANNOTATIONS
from wfmodel.importers.embedded.detection import Contents, contents_of
from wfmodel.importers.embedded.outer_findings import (
    MISSING_FILE,
    UNCLEAR_ANNOTATIONS,
    placed,
)
from wfmodel.importers.embedded.template_files import read_template
from wfmodel.importers.recognition import is_serialised_dag
from wfmodel.model.boundary import why_not_led_to
from wfmodel.model.findings import Finding
from wfmodel.model.loading import LoadResult, locate_findings
from wfmodel.model.reading import read_text, shown_name
from wfmodel.model.source import Span
from wfmodel.model.validate import parse_as
from wfmodel.model.workflow import Workflow

if TYPE_CHECKING:
    from wfmodel.importers.annotations import Annotations
    from wfmodel.importers.embedded.machine import EmbeddedMachine

ANNOTATION_ENDINGS: Final = (".annotations.yaml", ".annotations.yml")


def load_any(
    path: str | FilePath,
    annotations: str | FilePath | Annotations | None = None,
    text: str | None = None,
) -> LoadResult:
    """Read a workflow of any known format (``-``: standard input; ``text``: what it would hold).

    Annotations for a file in our own format are a finding: it says everything itself.
    """
    document, findings = read_template(path, text)
    if document is None:
        return LoadResult(None, findings)
    if is_asl(document.value):
        from wfmodel.importers.asl.asl_file import from_document, stem  # a tenth of a second
        from wfmodel.importers.embedded.machine import not_determined

        undetermined = not_determined(stem(FilePath(document.file).name), document)
        if undetermined:
            return LoadResult(None, undetermined)
        notes = beside(path) if annotations is None else annotations
        return from_document(document, notes)
    if is_serialised_dag(document.value):
        from wfmodel.importers.airflow.dag_file import from_dag_document

        return from_dag_document(document, beside(path) if annotations is None else annotations)
    workflow, findings = parse_as(document, Workflow)
    if annotations is not None:
        message = "annotations are for imported formats; this file is in our own"
        unused = UNUSED_ANNOTATIONS.at((), message)
        findings = (*findings, *locate_findings((unused,), document))
    return LoadResult(workflow, findings, document)


def load_all(
    path: str | FilePath,
    annotations: str | FilePath | Annotations | None = None,
    text: str | None = None,
) -> tuple[LoadResult, ...]:
    """Read every workflow of a file: as ``load_any``, and state machines inside larger files.

    One result for each machine of a CloudFormation or SAM template, or of a Terraform file or plan,
    named by its logical id; its document leads to places of the larger file. A machine that is not
    read has findings only, and so has the file as a whole where something is to be said about it.
    The annotation file of the machine ``Order`` in ``x.yaml`` is ``x.Order.annotations.yaml``; with
    one machine in the file ``x.annotations.yaml`` too.
    """
    content, findings = read_text(path, text)
    if content is None:
        return (LoadResult(None, findings),)
    file = shown_name(path)
    contents = contents_of(content, file)
    if contents is None:
        return (load_any(path, annotations, content),)
    side, unclear = annotations, list[Finding]()
    if annotations is not None and len(contents.machines) > 1:
        message = f"annotations are for one machine; this file holds {len(contents.machines)}"
        side, unclear = None, [placed(UNCLEAR_ANNOTATIONS, message, Span(file))]
    results = [_embedded(path, machine, contents, side) for machine in contents.machines]
    about_file = (*contents.findings, *unclear)
    return (*results, LoadResult(None, about_file)) if about_file else tuple(results)


def _embedded(
    path: str | FilePath,
    machine: EmbeddedMachine,
    contents: Contents,
    annotations: str | FilePath | Annotations | None,
) -> LoadResult:
    if machine.document is None:
        return _followed(path, machine)
    from wfmodel.importers.asl.asl_file import from_document

    notes = annotations
    if notes is None:
        notes = beside(path, machine.name)
    if notes is None and len(contents.machines) == 1:
        notes = beside(path)
    read = from_document(machine.document, notes, name=machine.name, express=machine.express)
    return replace(read, findings=(*machine.findings, *read.findings))


def _followed(path: str | FilePath, machine: EmbeddedMachine) -> LoadResult:
    """A machine in a file of its own, read where that lies inside the boundary."""
    from wfmodel.importers.asl.asl_file import from_document
    from wfmodel.importers.embedded.machine import not_determined
    from wfmodel.importers.embedded.unfilled import unfilled

    if not machine.target or not FilePath(path).is_file():
        return LoadResult(None, machine.findings)
    folder = FilePath(path).parent
    target = folder / machine.target
    if why_not_led_to(target, folder):
        return LoadResult(None, machine.findings)
    if not _is_file(target):
        [said] = machine.findings
        message = f"{machine.name!r} is defined in {machine.target!r}, and there is no such file"
        assert said.span is not None
        return LoadResult(None, (placed(MISSING_FILE, message, said.span),))
    document, findings = read_template(target, constants=machine.constants)
    if document is None:
        return LoadResult(None, findings)
    undetermined = not_determined(machine.name, document)
    if undetermined:
        return LoadResult(None, undetermined)
    wrong = tuple(unfilled(document.value, machine.names, document.locate))
    read = from_document(document, beside(target), express=machine.express)
    return replace(read, findings=(*wrong, *read.findings))


def _is_file(path: FilePath) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def is_asl(value: object) -> bool:
    """Whether a parsed file holds (or tries to hold) a state machine of Amazon States Language."""
    return isinstance(value, Mapping) and ("StartAt" in value or "States" in value)


def beside(path: str | FilePath, machine: str = "") -> FilePath | None:
    """The annotation file in the same folder, by name; None if there is none.

    ``machine`` is the name of one of several in the file; one that is no part of a file's name (a
    separator, a control character) has no file.
    """
    from wfmodel.importers.asl.asl_file import LONGEST_NAME, stem

    if (
        not machine.isprintable()
        or "/" in machine
        or "\\" in machine
        or len(machine) > LONGEST_NAME
    ):
        return None
    file = FilePath(path)
    base = stem(file.name) + (f".{machine}" if machine else "")
    names = (base + ending for ending in ANNOTATION_ENDINGS)
    return next((found for name in names if (found := file.with_name(name)).is_file()), None)

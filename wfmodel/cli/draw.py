"""``wfmodel draw``: a workflow as Mermaid or DOT text, or as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.exceptions import TyperException

from wfmodel.cli.paths import file_to_write, form_of
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.terminal import hand_out, say
from wfmodel.diagrams.choices import Detail, Direction, DrawingChoices
from wfmodel.diagrams.excerpts import UnknownStateError
from wfmodel.escaping import shell_line
from wfmodel.importers import load_any
from wfmodel.model.files import replacing, write_file
from wfmodel.model.findings import Finding
from wfmodel.model.source import Document
from wfmodel.model.workflow import Workflow


class DrawingFormat(StrEnum):
    """What to write."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


FORMS: Final = {
    **dict.fromkeys((".mmd", ".mermaid", ".md", ".txt"), DrawingFormat.MERMAID),
    **dict.fromkeys((".dot", ".gv"), DrawingFormat.DOT),
    ".svg": DrawingFormat.SVG,
    ".png": DrawingFormat.PNG,
    ".pdf": DrawingFormat.PDF,
}
"""Endings of files."""
_TEXTS: Final = frozenset({DrawingFormat.MERMAID, DrawingFormat.DOT})


def draw(
    path: Annotated[
        str, typer.Argument(metavar="FILE", help="A workflow: ours, Amazon States Language, a DAG.")
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", callback=file_to_write, help="File to write; its ending tells how."
        ),
    ] = None,
    form: Annotated[
        DrawingFormat | None, typer.Option("--format", help="Default: mermaid.")
    ] = None,
    failures: Annotated[
        Detail | None,
        typer.Option(
            help="Arrows upon failures: drawn, or folded into their boxes"
            " (default: folded in large workflows)."
        ),
    ] = None,
    regions: Annotated[
        Detail,
        typer.Option(
            help="What parallel states and sub-workflows hold: drawn, or folded into one box."
        ),
    ] = Detail.DRAWN,
    direction: Annotated[
        Direction | None, typer.Option(help="Which way it runs (default: by its size).")
    ] = None,
    focus: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only this state and what is near it.")
    ] = None,
    around: Annotated[
        int, typer.Option(min=0, metavar="STEPS", help="How far from --focus (default: 1).")
    ] = 1,
    findings: Annotated[
        bool, typer.Option("--findings", help="Check it, and mark each finding where it is.")
    ] = False,
) -> None:
    """Draw a workflow's state diagram."""
    form = form or (DrawingFormat.MERMAID if output is None else form_of(output, FORMS))
    if form not in _TEXTS and output is None:
        raise typer.BadParameter(f"--format {form} needs --output FILE")
    workflow = load_or_refuse(path)
    found = _found(workflow) if findings else ()
    choices = DrawingChoices(failures, regions, direction, focus, around, found)
    with in_one_line(UnknownStateError, about="--focus"):
        _write(workflow, choices, form, output)


def _found(workflow: Workflow) -> tuple[Finding, ...]:
    """What is found in a workflow; what is about none of its states is told in words."""
    from wfmodel.checks import check_workflow
    from wfmodel.diagrams.marked_boxes import marks_of

    found = check_workflow(workflow)
    for finding in found:
        if not marks_of(workflow, [finding]):
            say(f"not about one state: {finding.code} {finding.message}", err=True)
    return found


def _write(
    workflow: Workflow, choices: DrawingChoices, form: DrawingFormat, output: Path | None
) -> None:
    if form in _TEXTS:
        from wfmodel.diagrams import dot, mermaid

        text = (dot if form is DrawingFormat.DOT else mermaid)(workflow, choices)
        if output is None:
            hand_out(text, end="")
        else:
            write_file(output, text)
        return
    assert output is not None
    _picture(workflow, choices, form, output)


_UNDATED: Final = {
    DrawingFormat.SVG: {"Date": None},
    DrawingFormat.PNG: {"Software": None},
    DrawingFormat.PDF: {"CreationDate": None, "Producer": None, "Creator": None},
}
"""What formats say of time and tool, left out: the same workflow gives the same bytes."""


def _picture(
    workflow: Workflow, choices: DrawingChoices, form: DrawingFormat, output: Path
) -> None:
    from wfmodel.diagrams.picture import draw_workflow
    from wfmodel.native.safety import library

    mpl: Any = library("matplotlib")
    with (
        mpl.rc_context({"svg.hashsalt": "wfmodel"}),
        replacing(output) as stream,
    ):
        figure = draw_workflow(workflow, choices)
        figure.savefig(stream, format=form.value, dpi=150, metadata=_UNDATED[form])


def load_or_refuse(path: str, text: str | None = None) -> Workflow:
    """The workflow of a file (``text``: what it holds, where it has been read).

    Raises:
        TyperException: the file does not hold one; its first finding says why.
    """
    result = load_any(path, text=text)
    if result.workflow is None:
        _refuse_scenario(path, result.document)
        first = result.findings[0]
        more = len(result.findings) - 1
        shown = shell_line("wfmodel", "check", file=path)
        rest = f" (and {more} more: {shown})" if more else ""
        raise TyperException(f"{first.span}: {first.code} {first.message}{rest}")
    return result.workflow


def _refuse_scenario(path: str, document: Document | None) -> None:
    """Say of a scenario that it is one, and which workflow it is about."""
    value = None if document is None else document.value
    if isinstance(value, dict) and {"question", "setting"} <= set(value):
        named = value.get("workflow")
        about = f"; give the workflow that it names, {named!r}" if isinstance(named, str) else ""
        raise TyperException(f"{path}: this is a scenario, not a workflow{about}")

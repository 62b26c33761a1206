"""``wfmodel draw``: a workflow as Mermaid or DOT text, or as a picture."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.exceptions import TyperException

from wfmodel.cli.paths import file_to_write, form_of
from wfmodel.cli.terminal import hand_out
from wfmodel.importers import load_any
from wfmodel.model.files import replacing, write_file
from wfmodel.model.source import Document
from wfmodel.model.workflow import Workflow


class DrawingFormat(StrEnum):
    """What to write."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    PNG = "png"


FORMS: Final = {
    **dict.fromkeys((".mmd", ".mermaid", ".md", ".txt"), DrawingFormat.MERMAID),
    **dict.fromkeys((".dot", ".gv"), DrawingFormat.DOT),
    ".svg": DrawingFormat.SVG,
    ".png": DrawingFormat.PNG,
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
) -> None:
    """Draw a workflow's state diagram."""
    form = form or (DrawingFormat.MERMAID if output is None else form_of(output, FORMS))
    if form not in _TEXTS and output is None:
        raise typer.BadParameter(f"--format {form} needs --output FILE")
    workflow = load_or_refuse(path)
    if form in _TEXTS:
        from wfmodel.diagrams import dot, mermaid

        text = dot(workflow) if form is DrawingFormat.DOT else mermaid(workflow)
        if output is None:
            hand_out(text, end="")
        else:
            write_file(output, text)
        return
    _picture(workflow, form, output)


def _picture(workflow: Workflow, form: DrawingFormat, output: Path | None) -> None:
    from wfmodel.diagrams.picture import draw_workflow
    from wfmodel.native.safety import library

    assert output is not None
    metadata = {"Date": None} if form is DrawingFormat.SVG else {"Software": None}
    mpl: Any = library("matplotlib")
    with (
        mpl.rc_context({"svg.hashsalt": "wfmodel"}),  # the same workflow gives the same bytes
        replacing(output) as stream,
    ):
        draw_workflow(workflow).savefig(stream, format=form.value, dpi=150, metadata=metadata)


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
        rest = f" (and {more} more: wfmodel check {path})" if more else ""
        raise TyperException(f"{first.span}: {first.code} {first.message}{rest}")
    return result.workflow


def _refuse_scenario(path: str, document: Document | None) -> None:
    """Say of a scenario that it is one, and which workflow it is about."""
    value = None if document is None else document.value
    if isinstance(value, dict) and {"question", "setting"} <= set(value):
        named = value.get("workflow")
        about = f"; give the workflow that it names, {named!r}" if isinstance(named, str) else ""
        raise TyperException(f"{path}: this is a scenario, not a workflow{about}")

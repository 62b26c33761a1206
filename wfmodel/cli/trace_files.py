"""``--traces FORMAT=FILE`` of ``wfmodel simulate``: a run as other tools read it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer
from typer.exceptions import TyperException

from wfmodel.cli.usable_paths import check_file
from wfmodel.model.spelling import hint

if TYPE_CHECKING:
    from wfmodel.designs import History


Traces: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FORMAT=FILE",
        help="Write the run for other tools: otlp, perfetto, xes or csv; may be given again.",
    ),
]


def trace_files(given: Iterable[str]) -> dict[Path, str]:
    """File to format, looked at before the run begins.

    Raises:
        TyperException: a format that does not exist, a file that cannot be written, or one twice.
    """
    from wfmodel.traces import TraceFormat

    known, found = [each.value for each in TraceFormat], dict[Path, str]()
    for text in given:
        form, _, place = text.partition("=")
        if not place:
            raise TyperException(f"--traces: FORMAT=FILE; got {text!r}")
        if form not in known:
            instead = hint(form, known) or f" (formats: {', '.join(known)})"
            raise TyperException(f"--traces: there is no format {form!r}{instead}")
        if Path(place) in found:
            raise TyperException(f"--traces: two formats for {place!r}")
        check_file(Path(place), "--traces")
        found[Path(place)] = form
    return found


def write_traces(history: History, files: dict[Path, str]) -> None:
    """Write a history in every format that was asked for."""
    from wfmodel.model.files import write_file
    from wfmodel.traces import TraceFormat, trace_text

    for path, form in files.items():
        write_file(path, trace_text(history, TraceFormat(form)))

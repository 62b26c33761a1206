"""``wfmodel diff``: what changed between two reports."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wfmodel.cli.paths import file_to_write, form_of
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.report import FORMS, ReportFormat
from wfmodel.cli.terminal import hand_out, say
from wfmodel.model.files import write_file


class FailOn(StrEnum):
    """What the exit code 1 is for."""

    WORSE = "worse"
    CHANGED = "changed"


def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="A report as HTML.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The report to hold against it.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", callback=file_to_write, help="File to write."),
    ] = None,
    form: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="Default: what the file's name says, else markdown."),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(help="Exit with 1 if something is worse, or has changed at all."),
    ] = None,
) -> None:
    """Say what changed between two reports: values, verdicts, what can happen, findings.

    Markdown is for a comment on a pull request. A value is called better or worse only where the
    95 % intervals do not touch.
    """
    if form is None:
        form = ReportFormat.MARKDOWN if output is None else form_of(output, FORMS)
    from wfmodel.reports import diff_as_html, diff_as_markdown, report_diff
    from wfmodel.reports.report_data import NotAReportError, read_report

    with in_one_line(NotAReportError):
        found = report_diff(read_report(old), read_report(new))
    text = diff_as_html(found) if form is ReportFormat.HTML else diff_as_markdown(found)
    if output is None:
        hand_out(text, end="")
    else:
        write_file(output, text)
    if fail_on is FailOn.WORSE and found.worse:
        for line in found.worse:
            say(f"worse: {line}", err=True)
        raise typer.Exit(1)
    if fail_on is FailOn.CHANGED and found.changed:
        raise typer.Exit(1)

"""Where findings go, and how they are written there: one format or several in one run.

>>> [str(each.file) for each in destinations(["sarif=report.sarif", "concise=-"])]
['report.sarif', 'None']
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from wfmodel.checks.formats.text import concise, full
from wfmodel.cli.check_report import Report
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.cli.finding_format import FindingFormat
from wfmodel.cli.refusing import line_error
from wfmodel.cli.terminal import command_runner, hand_out
from wfmodel.cli.usable_paths import check_file
from wfmodel.model.files import write_file
from wfmodel.model.spelling import hint

STANDARD_OUTPUT: Final = "-"
_ALSO: Final = {"text": FindingFormat.CONCISE}


@dataclass(frozen=True, slots=True)
class Destination:
    """One output: its format, and its file (None: standard output)."""

    form: FindingFormat
    file: Path | None = None


def destinations(given: Sequence[str]) -> tuple[Destination, ...]:
    """What ``--output FORMAT=FILE`` says, ``-`` being standard output.

    Raises:
        TyperException: a format that does not exist, a file that cannot be written, or one place
            twice.
    """
    found: dict[str, Destination] = {}
    for text in given:
        name, sign, place = text.partition("=")
        if not sign or not place:
            raise line_error(f"--output: FORMAT=FILE, or FORMAT=- ; got {text!r}")
        if place in found:
            raise line_error(f"--output: two formats for {place!r}")
        file = None if place == STANDARD_OUTPUT else Path(place)
        if file is not None:
            check_file(file, "--output")
        found[place] = Destination(_form(name), file)
    return tuple(found.values())


def _form(name: str) -> FindingFormat:
    if name in _ALSO:
        return _ALSO[name]
    try:
        return FindingFormat(name)
    except ValueError:
        known = [each.value for each in FindingFormat]
        instead = hint(name, known) or f" (formats: {', '.join(known)})"
        raise line_error(f"--output: there is no format {name!r}{instead}") from None


def write_out(report: Report, to: Destination) -> None:
    """Write all findings of a report in one format."""
    lines = _text(report, to.form)
    if to.file is None:
        write = command_runner if to.form is FindingFormat.GITHUB else hand_out
        for line in lines:
            write(line)
    else:
        write_file(to.file, "".join(f"{line}\n" for line in lines))


def _text(report: Report, form: FindingFormat) -> Iterator[str]:
    """The lines of a format, which is imported only if it is asked for."""
    match form:
        case FindingFormat.CONCISE:
            yield from concise(report.findings)
        case FindingFormat.FULL:
            yield from full(report.findings)
        case FindingFormat.JSON:
            from wfmodel.checks.formats.json_object import as_json

            yield as_json(report.findings)
        case FindingFormat.SARIF:
            from wfmodel.checks.formats.sarif import as_sarif

            described = {entry.code: entry for entry in catalogue().entries}
            yield as_sarif(report.findings, described)
        case FindingFormat.JUNIT:
            from wfmodel.checks.formats.junit import as_junit

            yield as_junit(report.findings, report.files)
        case FindingFormat.GITHUB:
            from wfmodel.checks.formats.github import as_github

            yield from as_github(report.findings)
        case FindingFormat.GITLAB:
            from wfmodel.checks.formats.gitlab import as_gitlab

            yield as_gitlab(report.findings)

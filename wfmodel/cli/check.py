"""``wfmodel check`` and ``wfmodel rules``: arguments and exit codes, nothing more.

Exit codes: 0 nothing found, 1 errors or warnings found, 2 something could not be checked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wfmodel.checks import RULES, Rule, check_result, find_rule, select_rules
from wfmodel.checks.files import files_to_check
from wfmodel.checks.pages import page_of
from wfmodel.checks.render import as_json, concise, full
from wfmodel.designs import EventContent, projection_findings
from wfmodel.importers import load_any
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.loading import locate_findings
from wfmodel.model.source import Document

UNREADABLE = frozenset({"L101", "L102", "L103", "L104", "L107", "L108"})
"""Findings of loading that say: there was nothing to check (exit code 2)."""

_RANK = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class Format(StrEnum):
    """How findings are written."""

    CONCISE = "concise"
    FULL = "full"
    JSON = "json"


@dataclass
class _Report:
    """What was found so far, file by file."""

    findings: list[Finding] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)
    files: int = 0
    hidden: int = 0

    def take(self, found: list[Finding], document: Document | None, *, hidden: int) -> None:
        self.files += 1
        self.findings += found
        self.hidden += hidden
        if document is not None:
            self.documents[document.file] = document

    def exit_code(self) -> int:
        if any(finding.code in UNREADABLE for finding in self.findings):
            return 2
        return int(any(finding.severity is not Severity.INFO for finding in self.findings))

    def summary(self) -> str:
        counts = [
            f"{count} {severity}{'' if count == 1 or severity is Severity.INFO else 's'}"
            for severity in reversed(Severity)
            if (count := sum(finding.severity is severity for finding in self.findings))
        ][::-1]
        files = f"{self.files} file{'' if self.files == 1 else 's'}"
        notes = f"; {self.hidden} not shown (--level info)" if self.hidden else ""
        return f"{', '.join(counts) or 'no findings'} in {files}{notes}"


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files, directories, patterns, or - for standard input."),
    ] = None,
    annotations: Annotated[
        str | None,
        typer.Option(help="Side file for one foreign definition (else the one beside it)."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to write findings.")] = (
        Format.CONCISE
    ),
    select: Annotated[
        list[str] | None, typer.Option(help="Apply only these rules: codes, names, or a letter.")
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(help="Do not apply these rules: codes, names, or a letter.")
    ] = None,
    level: Annotated[
        Severity, typer.Option(help="Least severe findings to show, of rules not selected.")
    ] = Severity.WARNING,
    choreography: Annotated[
        EventContent | None,
        typer.Option(help="Also find what a choreography with such events could not know."),
    ] = None,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")
    ] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="RULE", help="Show the page of a rule, and exit.")
    ] = None,
) -> None:
    """Find defects in workflow definitions, each with its place and the run that shows it.

    Exit code 0: nothing found; 1: errors or warnings; 2: something could not be checked.
    """
    if explain is not None:
        typer.echo(page_of(_rule(explain)))
        return
    try:
        rules, named = select_rules(_names(select), _names(ignore))
        files = list(files_to_check(paths or ()))
        if not files:
            raise ValueError("nothing to check: name a file, a directory, or - for standard input")
        if annotations is not None and len(files) > 1:
            raise ValueError("--annotations belongs to one definition; several are named")
    except (ValueError, OSError) as error:
        raise _refused(error) from None
    report = _Report()
    for file in files:
        found, document = _found_in(file, annotations, rules, choreography)
        shown = [f for f in found if f.code in named or _RANK[f.severity] >= _RANK[level]]
        report.take(shown, document, hidden=len(found) - len(shown))
        _write(shown, document, output)
    if output is Format.JSON:
        typer.echo(as_json(report.findings, report.documents))
    typer.echo(report.summary(), err=True)
    code = report.exit_code()
    raise typer.Exit(0 if exit_zero and code == 1 else code)


def rules(
    as_json_text: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    explain: Annotated[
        str | None, typer.Option(metavar="RULE", help="Show the page of one rule.")
    ] = None,
) -> None:
    """List all rules, or explain one."""
    if explain is not None:
        typer.echo(page_of(_rule(explain)))
    elif as_json_text:
        keys = ("code", "name", "severity", "why")
        rows = [{key: str(getattr(rule, key)) for key in keys} for rule in RULES]
        typer.echo(json.dumps(rows, indent=2))
    else:
        table = Table("code", "name", "severity", "why", box=None)
        for rule in RULES:
            table.add_row(rule.code, rule.name, str(rule.severity), rule.why)
        Console().print(table)


def _names(given: list[str] | None) -> tuple[str, ...]:
    """Comma-separated or repeated."""
    return tuple(name for text in given or () for name in text.split(",") if name.strip())


def _rule(name: str) -> Rule:
    try:
        return find_rule(name)
    except ValueError as error:
        raise _refused(error) from None


def _refused(error: Exception) -> typer.Exit:
    typer.echo(f"wfmodel check: {error}", err=True)
    return typer.Exit(2)


def _write(shown: list[Finding], document: Document | None, output: Format) -> None:
    """One file's findings; JSON is written at the end, for all files at once."""
    if output is not Format.JSON:
        for line in concise(shown) if output is Format.CONCISE else full(shown, document):
            typer.echo(line)


def _found_in(
    file: str,
    annotations: str | None,
    rules: tuple[Rule, ...],
    choreography: EventContent | None,
) -> tuple[tuple[Finding, ...], Document | None]:
    result = load_any(file, annotations)
    if result.workflow is None and _is_scenario(result.document):
        from wfmodel.experiments import load_scenario

        return load_scenario(file).findings, result.document
    found = check_result(result, rules=rules)
    if choreography is not None and result.workflow is not None:
        projected = projection_findings(result.workflow, choreography)
        found += locate_findings(projected, result.document)
    return found, result.document


def _is_scenario(document: Document | None) -> bool:
    """A scenario's file, named where a workflow's was expected: its own rules apply to it."""
    value = None if document is None else document.value
    return isinstance(value, dict) and {"question", "setting"} <= set(value)

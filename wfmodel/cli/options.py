"""The options of ``wfmodel check``: what each means, in one place."""

# No postponed annotations: typer reads these aliases when the command is built.

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from wfmodel.checks.policy import EventsCarry
from wfmodel.cli.paths import file_to_read, file_to_write
from wfmodel.model.findings import Severity

CACHE_DIR: Final = "WFMODEL_CACHE_DIR"
"""Names the cache where ``--cache-dir`` does not: a checkout cannot set it."""


class FindingFormat(StrEnum):
    """How findings are written."""

    CONCISE = "concise"
    FULL = "full"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"


Paths: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(help="Files, directories, patterns, or - for standard input."),
]

OutputFormat: TypeAlias = Annotated[
    FindingFormat, typer.Option("--format", help="How to write findings.")
]

OutputFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(callback=file_to_write, help="Write findings there, not to standard output."),
]

Select: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Only these rules: codes, names, or a letter.")
]

ExtendSelect: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Also show these, whatever their severity.")
]

Ignore: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Not these rules: codes, names, or a letter.")
]

Level: TypeAlias = Annotated[
    Severity | None,
    typer.Option(help="Least severe findings to show, of rules not selected.  [warning]"),
]

Exclude: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Pattern of files in directories to leave out.")
]

Config: TypeAlias = Annotated[
    str | None,
    typer.Option(
        callback=file_to_read, help="Configuration (else the nearest wfmodel.toml or pyproject)."
    ),
]

Isolated: TypeAlias = Annotated[bool, typer.Option("--isolated", help="Read no configuration.")]

Baseline: TypeAlias = Annotated[str | None, typer.Option(help="Do not show what this file holds.")]

WriteBaseline: TypeAlias = Annotated[
    bool, typer.Option("--write-baseline", help="Write all findings to the baseline.")
]

Fix: TypeAlias = Annotated[bool, typer.Option("--fix", help="Make the fixes that are certain.")]

Annotations: TypeAlias = Annotated[
    str | None,
    typer.Option(help="Side file for one foreign definition (else the one beside it)."),
]

Choreography: TypeAlias = Annotated[
    EventsCarry | None,
    typer.Option(help="Also find what a choreography with such events could not know."),
]

StdinFilename: TypeAlias = Annotated[
    str | None, typer.Option(help="What standard input is called, and is read as.")
]

Jobs: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Processes.  [one for each processor]")
]

CacheDir: TypeAlias = Annotated[
    str | None, typer.Option(help=f"Where answers are kept.  [{CACHE_DIR}, else the user's cache]")
]

NoCache: TypeAlias = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write it.")]

ExitZero: TypeAlias = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")]

Explain: TypeAlias = Annotated[
    str | None, typer.Option(metavar="RULE", help="Show the page of a rule, and exit.")
]

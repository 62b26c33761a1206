"""The options of ``wfmodel check``: what each means, in one place."""

# No postponed annotations: typer reads these aliases when the command is built.

from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer
from typer.exceptions import TyperException

from wfmodel.checks.effort import MOST_SECONDS, MOST_STEPS
from wfmodel.checks.policy import EventsCarry
from wfmodel.cli.finding_format import FindingFormat
from wfmodel.cli.own_folder import CACHE_DIR
from wfmodel.cli.paths import file_to_read, file_to_write
from wfmodel.model.findings import Severity

MOST_SECONDS_GIVEN: Final = 86_400


def more_than_none(option: typer.CallbackParam, value: float | None) -> float | None:
    """The callback of an option that bounds seconds.

    Raises:
        TyperException: it is nothing, or no number.
    """
    if value is not None and not 0 < value <= MOST_SECONDS_GIVEN:
        raise TyperException(
            f"{option.opts[0]}: seconds above 0, to {MOST_SECONDS_GIVEN}; got {value}"
        )
    return value


def explained(value: str | None) -> None:
    """The callback of the option that shows a rule's page instead of a check."""
    if value is not None:
        from wfmodel.cli.rules import show_page  # it knows all rules

        show_page(value)
        raise typer.Exit


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

Output: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        metavar="FORMAT=FILE",
        help="Write findings there in that format (- is standard output); may be repeated.",
    ),
]

Statistics: TypeAlias = Annotated[
    bool, typer.Option("--statistics", help="Also count findings by rule, on standard error.")
]

RelativeTo: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="DIR", help="Name files as from this folder, in every format and fingerprint."
    ),
]

Since: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="REF", help="Only what is new since this git commit, branch or tag: no baseline."
    ),
]

Watch: TypeAlias = Annotated[
    bool, typer.Option("--watch", help="Check again whenever a file changes; Ctrl-C ends.")
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

Include: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(help="Pattern of more files in directories that may hold a definition."),
]

NoGitignore: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-gitignore",
        help="Look also into what .gitignore leaves out, and node_modules.",
    ),
]

ByContent: TypeAlias = Annotated[
    bool,
    typer.Option("--by-content", help="Pass by named files, too, that hold no definition."),
]

ListFiles: TypeAlias = Annotated[
    bool, typer.Option("--list-files", help="List the files that would be looked into, and exit.")
]

FailOnUnread: TypeAlias = Annotated[
    bool, typer.Option("--fail-on-unread", help="Exit 2 where a definition could not be read.")
]

FailOnEmpty: TypeAlias = Annotated[
    bool, typer.Option("--fail-on-empty", help="Exit 2 where there is nothing to check.")
]

Config: TypeAlias = Annotated[
    str | None,
    typer.Option(
        callback=file_to_read, help="Configuration (else the nearest wfmodel.toml or pyproject)."
    ),
]

Isolated: TypeAlias = Annotated[bool, typer.Option("--isolated", help="Read no configuration.")]

Baseline: TypeAlias = Annotated[
    str | None, typer.Option(help="Do not show what this file holds, if there is one.")
]

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

OfDesign: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="DESIGN",
        help="Also find what participants of this design could not know:"
        " hybrid:GROUP=STEP,STEP;GROUP=STEP.",
    ),
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

MaxSteps: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, help=f"Most work for one file, in steps.  [{MOST_STEPS}]"),
]

MaxSeconds: TypeAlias = Annotated[
    float | None,
    typer.Option(
        help=f"Most processor time for one file.  [{MOST_SECONDS:g}]", callback=more_than_none
    ),
]

ExitZero: TypeAlias = Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")]

Explain: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="RULE", help="Show the page of a rule, and exit.", callback=explained, is_eager=True
    ),
]

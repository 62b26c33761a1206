"""``wfmodel report``: run a scenario and write the trade-off report."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from wfmodel.cli.paths import file_to_write, form_of
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenario_options import (
    Explore,
    Jobs,
    Replications,
    ScenarioFile,
    Seed,
    most_states,
)
from wfmodel.cli.terminal import say
from wfmodel.extras import need
from wfmodel.native.safety import library


class ReportFormat(StrEnum):
    """What to write."""

    HTML = "html"
    MARKDOWN = "markdown"


FORMS: Final = {
    ".html": ReportFormat.HTML,
    ".htm": ReportFormat.HTML,
    ".md": ReportFormat.MARKDOWN,
    ".markdown": ReportFormat.MARKDOWN,
}
"""Endings of files."""

LITTLE: Final = 2_000
"""Configurations that are explored at a first look."""
FIRST_LOOK: Final = f"A first look: no what-ifs, no sweep, and --explore {LITTLE:,} if not given."


def report(
    scenario_file: ScenarioFile,
    output: Annotated[
        Path, typer.Option("--output", "-o", callback=file_to_write, help="File to write.")
    ],
    form: Annotated[
        ReportFormat | None, typer.Option("--format", help="Default: what the file's name says.")
    ] = None,
    replications: Replications = None,
    seed: Seed = None,
    jobs: Jobs = None,
    explore: Explore = None,
    quick: Annotated[bool, typer.Option("--quick", help=FIRST_LOOK)] = False,
) -> None:
    """Write a report of a scenario: the answer, its evidence, and what would reverse it.

    HTML is one file that needs nothing else; Markdown has its pictures in a folder beside it. The
    same scenario and seed give the same bytes.
    """
    form = form or form_of(output, FORMS)
    library("matplotlib")  # before minutes of computing
    need("jinja2")
    need("pygraphviz")
    from wfmodel.checks import check_result
    from wfmodel.cli.progress import progress
    from wfmodel.cli.scenarios import changed, contradictions, fail_on, runnable, unprojectable
    from wfmodel.experiments import answer, study
    from wfmodel.experiments.assumptions import Documents
    from wfmodel.model.findings import Finding
    from wfmodel.model.loading import LoadResult
    from wfmodel.reports import Material, build_page, write_html, write_markdown

    loaded, scenario, workflow = runnable(scenario_file)
    scenario = changed(scenario, replications=replications, seed=seed)
    states = most_states(explore)
    if quick:
        scenario = replace(scenario, what_ifs=0, sweep=None)
        states = LITTLE if explore is None else explore
    read = LoadResult(workflow, loaded.findings, loaded.workflow_document)
    found: tuple[Finding, ...] = check_result(read)
    found += unprojectable(loaded, scenario, workflow)
    with progress() as bars, in_one_line(ValueError, about=scenario_file):
        results = study(scenario, workflow, jobs=jobs, progress=bars, most_states=states)
    given = {"--replications": replications, "--seed": scenario.seed, "--explore": explore}
    command = _command(scenario_file, output, given, quick=quick)
    wrong = contradictions(results.sides, scenario_file, scenario.seed)
    documents = Documents(loaded.document, loaded.workflow_document)
    page = build_page(Material(results, command, found, wrong, documents))
    write = write_html if form is ReportFormat.HTML else write_markdown
    write(page, output)
    say(f"{output}: {answer(results.comparison).headline}")
    fail_on(wrong)


def _command(scenario: str, output: Path, given: Mapping[str, int | None], *, quick: bool) -> str:
    """What makes the same report again."""
    words = ["wfmodel", "report", scenario, "--output", str(output)]
    for option, value in given.items():
        words += [] if value is None else [option, str(value)]
    return shlex.join([*words, "--quick"] if quick else words)

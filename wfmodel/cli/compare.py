"""``wfmodel compare``: run a scenario, show every metric of every variant and what differs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from wfmodel.cli.cross_check_option import Explore, most_states
from wfmodel.cli.paths import file_to_write
from wfmodel.cli.terminal import add_row, console, table
from wfmodel.escaping import json_text, printable
from wfmodel.model.files import write_file

if TYPE_CHECKING:
    from rich.table import Table

    from wfmodel.experiments import BothSides, Comparison
    from wfmodel.reports.report_tables import MetricRow, TableCell


def compare(
    scenario_file: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file.")],
    replications: Annotated[
        int | None, typer.Option(min=1, help="Instead of the scenario's.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Worker processes (default: one per core).")
    ] = None,
    as_json: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", callback=file_to_write, help="Also write the result as JSON."
        ),
    ] = None,
    explore: Explore = None,
) -> None:
    """Compare the variants of a scenario: estimates, paired differences, verdicts.

    The result is the same whatever the number of jobs.
    """
    from wfmodel.cli.progress import progress
    from wfmodel.cli.scenarios import changed, contradictions, fail_on, runnable, warn
    from wfmodel.experiments import run
    from wfmodel.experiments.comparison_data import comparison_as_data
    from wfmodel.experiments.cross_check import explored

    loaded, scenario, workflow = runnable(scenario_file)
    warn(loaded)
    scenario = changed(scenario, replications=replications, seed=seed)
    with progress() as bars:
        try:
            result = run(scenario, workflow, jobs=jobs, progress=bars)
            sides = explored(result, jobs=jobs, most_states=most_states(explore), progress=bars)
        except ValueError as error:
            raise TyperException(f"{scenario_file}: {error}") from None
    if as_json is not None:
        data = comparison_as_data(result, sides)
        write_file(as_json, json_text(data) + "\n")
    _show(result, sides)
    fail_on(contradictions(sides, scenario_file, scenario.seed))


def _show(result: Comparison, sides: BothSides | None) -> None:
    from wfmodel.experiments import answer
    from wfmodel.reports.report_tables import metric_groups, primary_rows

    screen, shown = console(), _new_table(result)
    for row in primary_rows(result):
        _add(shown, result, row, "bold")
    shown.add_section()
    for group in metric_groups(result):
        add_row(shown, group.title, style="dim")
        for row in group.rows:
            _add(shown, result, row, "")
        shown.add_section()
    screen.print(shown)
    if sides is not None:
        screen.print(_two_columns(result, sides))
    found = answer(result)
    screen.print(printable(found.headline), style="bold")
    for caution in found.cautions:
        screen.print(printable(caution))


def _two_columns(result: Comparison, sides: BothSides) -> Table:
    from wfmodel.reports.cross_check_rows import variant_sides

    columns = ("variant", "ending", "can it happen?", "how often it did [95 %]")
    shown = table(*columns, title="What can happen, and how often it did", framed=True, right=[3])
    for side in variant_sides(sides, result):
        for row in side.rows:
            possible = f"{row.possible.text}, {row.possible.detail}"
            add_row(shown, side.name, row.title, possible, _cell(row.share))
        shown.add_section()
    return shown


def _new_table(result: Comparison) -> Table:
    scenario = result.scenario
    runs = f"{scenario.replications} replications, seed {scenario.seed}"
    pair = result.pair_names()
    told = "" if pair is None else f"; differences are {pair[1]} minus {pair[0]}, pair by pair"
    columns = ["metric", "unit", *(variant.name for variant in result.variants)]
    columns += [] if pair is None else ["difference [95 %]", "verdict"]
    return table(
        *columns,
        title=" ".join(scenario.question.split()),
        caption=runs + told,
        framed=True,
        right=range(2, len(result.variants) + (2 if pair is None else 3)),
    )


def _add(shown: Table, result: Comparison, row: MetricRow, style: str) -> None:
    cells = [row.title, row.unit, *(_cell(each) for each in row.estimates)]
    if result.pair is not None:
        cells += [_cell(row.difference), row.verdict]
    add_row(shown, *cells, style=style)


def _cell(cell: TableCell) -> str:
    return f"{cell.text} [{cell.detail}]" if cell.detail else cell.text

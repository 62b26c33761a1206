"""``wfmodel compare``: run a scenario, show every metric of every variant and what differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wfmodel.cli.paths import file_to_write
from wfmodel.cli.sides import Explore, most_states
from wfmodel.model.files import write_file

if TYPE_CHECKING:
    from rich.table import Table

    from wfmodel.experiments import BothSides, Comparison
    from wfmodel.reports.tables import Cell, MetricRow


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
    from wfmodel.cli.scenarios import changed, contradictions, fail_on, runnable
    from wfmodel.experiments import run
    from wfmodel.experiments.export import comparison_as_data
    from wfmodel.experiments.sides import explored

    _, scenario, workflow = runnable(scenario_file)
    scenario = changed(scenario, replications=replications, seed=seed)
    with progress() as bars:
        result = run(scenario, workflow, jobs=jobs, progress=bars)
        sides = explored(result, jobs=jobs, most_states=most_states(explore), progress=bars)
    if as_json is not None:
        data = comparison_as_data(result, sides)
        write_file(as_json, json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    _show(result, sides)
    fail_on(contradictions(sides, scenario_file, scenario.seed))


def _show(result: Comparison, sides: BothSides | None) -> None:
    from rich.console import Console

    from wfmodel.experiments import answer
    from wfmodel.reports.tables import metric_groups, primary_rows

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 140
    table = _new_table(result)
    for row in primary_rows(result):
        _add(table, result, row, "bold")
    table.add_section()
    for group in metric_groups(result):
        table.add_row(f"[dim]{group.title}[/dim]")
        for row in group.rows:
            _add(table, result, row, "")
        table.add_section()
    console.print(table)
    if sides is not None:
        console.print(_two_columns(result, sides))
    found = answer(result)
    console.print(found.headline, style="bold")
    for caution in found.cautions:
        console.print(caution)


def _two_columns(result: Comparison, sides: BothSides) -> Table:
    from rich.markup import escape
    from rich.table import Table

    from wfmodel.reports.sides import variant_sides

    table = Table(title="What can happen, and how often it did")
    table.add_column("variant")
    table.add_column("ending")
    table.add_column("can it happen?")
    table.add_column("how often it did [95 %]".replace("[", "\\["), justify="right")
    for side in variant_sides(sides, result):
        for row in side.rows:
            name = escape(side.name)
            table.add_row(
                name, row.title, f"{row.possible.text}, {row.possible.detail}", _cell(row.share)
            )
        table.add_section()
    return table


def _new_table(result: Comparison) -> Table:
    from rich.markup import escape
    from rich.table import Table

    scenario = result.scenario
    runs = f"{scenario.replications} replications, seed {scenario.seed}"
    pair = result.pair_names()
    told = "" if pair is None else f"; differences are {pair[1]} minus {pair[0]}, pair by pair"
    table = Table(title=escape(" ".join(scenario.question.split())), caption=escape(runs + told))
    table.add_column("metric")
    table.add_column("unit")
    for variant in result.variants:
        table.add_column(escape(variant.name), justify="right")
    if pair is not None:
        table.add_column("difference [95 %]", justify="right")
        table.add_column("verdict")
    return table


def _add(table: Table, result: Comparison, row: MetricRow, style: str) -> None:
    cells = [row.title, row.unit, *(_cell(each) for each in row.estimates)]
    if result.pair is not None:
        cells += [_cell(row.difference), row.verdict]
    table.add_row(*cells, style=style)


def _cell(cell: Cell) -> str:
    return f"{cell.text} \\[{cell.detail}]" if cell.detail else cell.text

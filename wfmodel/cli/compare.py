"""``wfmodel compare``: run a scenario, show every metric of every variant and what differs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.exceptions import TyperException

from wfmodel.cli.paths import file_to_write
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenario_options import (
    Explore,
    Jobs,
    Replications,
    ScenarioFile,
    Seed,
    most_states,
)
from wfmodel.cli.terminal import add_row, console, hand_out, table
from wfmodel.escaping import json_text, printable
from wfmodel.model.files import write_file

if TYPE_CHECKING:
    from rich.table import Table

    from wfmodel.experiments import BothSides, Comparison
    from wfmodel.experiments.assumptions import Assumption


WIDTH: Final = 80
"""Characters of a line where nobody's terminal says how wide it is."""


class CompareFormat(StrEnum):
    """How a comparison is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MD = "md"


def compare(
    scenario_file: ScenarioFile,
    replications: Replications = None,
    seed: Seed = None,
    jobs: Jobs = None,
    as_json: Annotated[
        Path | None,
        typer.Option(
            "--json", metavar="FILE", callback=file_to_write, help="Also write the result as JSON."
        ),
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Show this metric alone (again: and this one)."),
    ] = None,
    form: Annotated[
        CompareFormat, typer.Option("--format", help="How to write it.")
    ] = CompareFormat.TABLE,
    assumed: Annotated[
        bool, typer.Option("--assumptions", help="List every number that the answer rests on.")
    ] = False,
    explore: Explore = None,
) -> None:
    """Compare the variants of a scenario: estimates, paired differences, verdicts.

    The result is the same whatever the number of jobs.
    """
    from wfmodel.cli.progress import progress
    from wfmodel.cli.scenarios import changed, contradictions, fail_on, runnable, warn
    from wfmodel.experiments import run
    from wfmodel.experiments.assumptions import Documents, assumptions
    from wfmodel.experiments.comparison_data import comparison_as_data
    from wfmodel.experiments.cross_check import explored

    loaded, scenario, workflow = runnable(scenario_file)
    _check_names(metric or (), scenario.terms.every_metric())
    warn(loaded)
    scenario = changed(scenario, replications=replications, seed=seed)
    with progress() as bars, in_one_line(ValueError, about=scenario_file):
        result = run(scenario, workflow, jobs=jobs, progress=bars)
        sides = explored(result, jobs=jobs, most_states=most_states(explore), progress=bars)
    documents = Documents(loaded.document, loaded.workflow_document)
    data = comparison_as_data(result, sides, documents)
    if as_json is not None:
        write_file(as_json, json_text(data) + "\n")
    if form is CompareFormat.TABLE:
        _show(result, sides, metric or ())
        _rests_on(assumptions(scenario, workflow, documents), every=assumed)
    else:
        _write(result, data, metric or (), form)
    fail_on(contradictions(sides, scenario_file, scenario.seed))


def _check_names(names: Collection[str], known: Collection[str]) -> None:
    from wfmodel.model.spelling import hint

    for name in names:
        if name not in known:
            instead = hint(name, known) or f"; there are {', '.join(known)}"
            raise TyperException(f"--metric: no metric {name!r}{instead}")


def _write(
    result: Comparison, data: dict[str, Any], names: Collection[str], form: CompareFormat
) -> None:
    from wfmodel.experiments.comparison_data import comparison_as_csv
    from wfmodel.experiments.metric_blocks import in_markdown, metric_blocks

    chosen = names or [line.name for line in result.metrics]
    if form is CompareFormat.JSON:
        shown = {name: data["metrics"][name] for name in chosen}
        hand_out(json_text({**data, "metrics": shown}))
    elif form is CompareFormat.CSV:
        hand_out(comparison_as_csv(result, chosen), end="")
    else:
        hand_out(in_markdown(result, metric_blocks(result, chosen)))


def _show(result: Comparison, sides: BothSides | None, names: Collection[str]) -> None:
    from wfmodel.experiments import answer

    screen = console(width=WIDTH)
    asked = [each.name for each in result.scenario.terms.metrics()]
    shown = names or dict.fromkeys((*result.scenario.primary, *asked))
    screen.print(_blocks(result, shown))
    if not names:
        screen.print(_others(result, shown))
    if sides is not None:
        screen.print(_two_columns(result, sides))
    found = answer(result)
    screen.print(printable(found.headline), style="bold")
    for caution in found.cautions:
        screen.print(printable(caution))


def _rests_on(listed: Sequence[Assumption], *, every: bool) -> None:
    """In one line, or each with its value and its place; what no file gives is a default."""
    from itertools import groupby

    from wfmodel.experiments.assumptions import summary

    screen = console(width=WIDTH)
    more = "" if every else " --assumptions lists them."
    screen.print(printable(summary(listed) + more))
    if not every:
        return
    shown = table("", "value", "where", title="What it rests on")
    shown.columns[-1].no_wrap = True
    for group, rows in groupby(listed, key=lambda each: each.group):
        add_row(shown, group, style="bold")
        for each in rows:
            where = each.at.rsplit("/", 1)[-1] or (each.place if each.declared else "default")
            add_row(shown, f"  {each.what}", each.value, where)
    screen.print(shown)


def _blocks(result: Comparison, names: Collection[str]) -> Table:
    """Metrics, each with its variants below each other."""
    from wfmodel.experiments.metric_blocks import metric_blocks

    scenario, pair = result.scenario, result.pair_names()
    told = "" if pair is None else f"; differences are {pair[1]} minus {pair[0]}"
    shown = table(
        "",
        "mean",
        "95 % interval",
        "",
        title=" ".join(scenario.question.split()),
        caption=f"{scenario.replications} replications, seed {scenario.seed}{told}",
        right=[1, 2],
    )
    for block in metric_blocks(result, names):
        add_row(shown, block.title, "", "", block.verdict, style="bold")
        for line in block.lines:
            add_row(shown, f"  {line.name}", line.value, line.interval, line.note)
    return shown


def _others(result: Comparison, above: Collection[str]) -> Table:
    """Every other metric in one line; ``--metric`` shows its intervals."""
    from wfmodel.experiments.result_tables import metric_groups

    names = [variant.name for variant in result.variants]
    columns = ["metric", *names, *([] if result.pair is None else ["uncorrected"])]
    caption = "Of these, one in twenty differs by chance; --metric NAME shows the intervals."
    shown = table(*columns, caption=caption, right=range(1, len(names) + 1))
    for group in metric_groups(result):
        add_row(shown, group.title, style="dim")
        for row in group.rows:
            if row.name not in above:
                values = [cell.text for cell in row.estimates]
                title = ", ".join(filter(None, (row.title, row.unit)))
                add_row(shown, title, *values, *([] if result.pair is None else [row.verdict]))
    return shown


def _two_columns(result: Comparison, sides: BothSides) -> Table:
    from wfmodel.experiments.cross_check_rows import variant_sides

    columns = ("variant", "ending", "can it happen?", "how often it did [95 %]")
    shown = table(*columns, title="What can happen, and how often it did", framed=True, right=[3])
    for side in variant_sides(sides, result):
        for row in side.rows:
            possible = f"{row.possible.text}, {row.possible.detail}"
            add_row(shown, side.name, row.title, possible, row.share.words)
        shown.add_section()
    return shown

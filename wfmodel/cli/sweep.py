"""``wfmodel sweep``: run a scenario's experiment, or search its threshold; show, keep, resume."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer

from wfmodel.cli.option_conflicts import never_with, only_with
from wfmodel.cli.paths import file_to_write, folder_to_write
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenario_options import Seed
from wfmodel.cli.terminal import add_row, console, say, table
from wfmodel.escaping import json_text, printable
from wfmodel.model.files import write_file

if TYPE_CHECKING:
    from wfmodel.experiments import Scenario
    from wfmodel.experiments.factorial.executors import Executor
    from wfmodel.experiments.factorial.experiment_runs import ExperimentResult, Prepared
    from wfmodel.experiments.factorial.threshold import ThresholdResult
    from wfmodel.model.workflow import Workflow
    from wfmodel.reports.sweep_tables import TextTable


class PlotFormat(StrEnum):
    """What plots are drawn as."""

    SVG = "svg"
    PNG = "png"


Out: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        callback=folder_to_write,
        help="Keep every cell there as it finishes (Parquet).",
    ),
]

CsvFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--csv", metavar="FILE", callback=file_to_write, help="Also write estimates as CSV."
    ),
]

JsonFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--json", metavar="FILE", callback=file_to_write, help="Also write all of it as JSON."
    ),
]

Plots: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR", callback=folder_to_write, help="Also draw plots, into this directory."
    ),
]

MOST_LINES: Final = 20
"""Points that a terminal is shown; all of them are in the files."""


def sweep(
    context: typer.Context,
    scenario_file: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="A scenario file with an experiment.")
    ],
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would be run, and run nothing.")
    ] = False,
    threshold: Annotated[
        bool, typer.Option("--threshold", help="Search the experiment's threshold instead.")
    ] = False,
    out: Out = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what --out holds.")] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Worker processes (default: one per core).")
    ] = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on this Dask cluster: tcp://…")
    ] = None,
    seed: Seed = None,
    as_csv: CsvFile = None,
    as_json: JsonFile = None,
    plots: Plots = None,
    plot_format: Annotated[
        PlotFormat, typer.Option("--plot-format", help="What plots are drawn as.")
    ] = PlotFormat.SVG,
) -> None:
    """Run the experiment of a scenario: many cells, each replicated as precisely as asked.

    The result is the same whatever runs it. With --out, a sweep that is killed goes on with
    --resume and runs no finished cell again.
    """
    _check_options(context)
    from wfmodel.cli.scenarios import changed, runnable

    _, scenario, workflow = runnable(scenario_file)
    scenario = changed(scenario, replications=None, seed=seed)
    with in_one_line(ModuleNotFoundError, ConnectionError):
        if plan:
            _show_plan(scenario, workflow)
        elif threshold:
            found = _search(scenario, workflow, _executor(workers, dask))
            _after_threshold(found, as_json, plots, plot_format)
        else:
            result = _run(scenario, workflow, _executor(workers, dask), out, resume)
            _after_sweep(result, as_csv, as_json, plots, plot_format)


def _check_options(context: typer.Context) -> None:
    """``--plan`` may stand before any command that it shows the plan of: a threshold has none."""
    never_with(context, "plan", "threshold")
    never_with(context, "threshold", "out", "as_csv", why="it writes --json and --plots only")
    never_with(context, "dask", "workers", why="a cluster has workers of its own")
    only_with(context, "out", "resume")
    only_with(context, "plots", "plot_format")


def _executor(workers: int | None, dask: str | None) -> Executor:
    if dask is not None:
        from wfmodel.experiments.factorial.dask_cluster import DaskCluster

        return DaskCluster(dask)
    from wfmodel.experiments.factorial.executors import local_executor

    return local_executor(workers)


def _run(
    scenario: Scenario, workflow: Workflow, executor: Executor, out: Path | None, resume: bool
) -> ExperimentResult:
    from wfmodel.cli.progress import progress
    from wfmodel.experiments.factorial.cell_store import StoreError
    from wfmodel.experiments.factorial.experiment_runs import ExperimentError, run_experiment
    from wfmodel.native.lost import WorkersLostError

    with progress() as bars, in_one_line(ExperimentError, StoreError, WorkersLostError):
        return run_experiment(
            scenario, workflow, executor=executor, out=out, resume=resume, progress=bars
        )


def _search(scenario: Scenario, workflow: Workflow, executor: Executor) -> ThresholdResult:
    from wfmodel.cli.progress import progress
    from wfmodel.experiments.factorial.experiment_runs import ExperimentError
    from wfmodel.experiments.factorial.threshold import find_threshold
    from wfmodel.native.lost import WorkersLostError

    with progress() as bars, in_one_line(ExperimentError, WorkersLostError):
        return find_threshold(scenario, workflow, executor=executor, progress=bars)


def _show_plan(scenario: Scenario, workflow: Workflow) -> None:
    from wfmodel.experiments.factorial.experiment_runs import ExperimentError, prepare
    from wfmodel.reports.sweep_tables import plan_table

    with in_one_line(ExperimentError):
        prepared = prepare(scenario, workflow)
    _print_table(plan_table(prepared))
    say(_size(prepared))


def _size(prepared: Prepared) -> str:
    from wfmodel.experiments.factorial.stopping import looks_of

    looks = looks_of(prepared.experiment)
    systems = sum(len(work.variants) for work in prepared.works.values())
    fewest, most = systems * looks[0], systems * looks[-1]
    runs = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return f"{len(prepared.points):,} points, {len(prepared.works):,} cells, {runs} runs."


def _after_sweep(
    result: ExperimentResult,
    as_csv: Path | None,
    as_json: Path | None,
    plots: Path | None,
    form: PlotFormat,
) -> None:
    from wfmodel.experiments.factorial.conclusions import precision_words
    from wfmodel.experiments.factorial.results_data import as_csv as csv_text
    from wfmodel.experiments.factorial.results_data import as_data
    from wfmodel.reports.sweep_plots import experiment_plots, save_plots
    from wfmodel.reports.sweep_tables import response_tables, sensitivity_tables

    if as_csv is not None:
        write_file(as_csv, csv_text(result))
    if as_json is not None:
        _write_json(as_json, as_data(result))
    for each in (*response_tables(result), *sensitivity_tables(result)):
        _print_table(each)
    told = precision_words(result)
    if told:
        say(told)
    kept = len(result.prepared.works) - result.new
    again = f", {kept:,} of them finished before" if kept else ""
    say(f"{len(result.points):,} points, {len(result.prepared.works):,} cells{again}.")
    if plots is not None:
        _say_written(save_plots(experiment_plots(result), plots, form.value))
    for storm in result.storms:
        say(f"left out, a run goes on without end: {storm}", err=True)
    if result.storms:
        raise typer.Exit(2)


def _after_threshold(
    found: ThresholdResult, as_json: Path | None, plots: Path | None, form: PlotFormat
) -> None:
    from wfmodel.experiments.factorial.conclusions import threshold_words
    from wfmodel.experiments.factorial.results_data import threshold_as_data
    from wfmodel.reports.sweep_plots import save_plots, threshold_plot
    from wfmodel.reports.sweep_tables import threshold_table

    if as_json is not None:
        _write_json(as_json, threshold_as_data(found))
    _print_table(threshold_table(found))
    console().print(printable(threshold_words(found)), style="bold")
    if plots is not None:
        _say_written(save_plots([threshold_plot(found)], plots, form.value))


def _write_json(path: Path, data: object) -> None:
    write_file(path, json_text(data) + "\n")


def _say_written(paths: list[Path]) -> None:
    for path in paths:
        say(str(path))


def _print_table(given: TextTable) -> None:
    shown = table(*given.columns, title=given.title, framed=True, right=given.numeric)
    for row in given.rows[:MOST_LINES]:
        add_row(shown, *row)
    console().print(shown)
    if len(given.rows) > MOST_LINES:
        say(f"… and {len(given.rows) - MOST_LINES:,} more")

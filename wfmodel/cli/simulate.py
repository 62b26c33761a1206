"""``wfmodel simulate``: one run of one variant, its numbers, or one instance's story."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias

import typer
from typer.exceptions import TyperException

from wfmodel.cli.option_conflicts import never_with
from wfmodel.cli.paths import file_to_write
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenario_options import Seed
from wfmodel.cli.terminal import add_row, console, table
from wfmodel.cli.trace_files import Traces, trace_files, write_traces
from wfmodel.escaping import shell_line
from wfmodel.model.spelling import hint

if TYPE_CHECKING:
    from wfmodel.designs import History
    from wfmodel.experiments import Scenario, Variant
    from wfmodel.experiments.run_observation import RunObservation
    from wfmodel.experiments.run_spec import Runner, RunSpec
    from wfmodel.metrics import Terms
    from wfmodel.model.workflow import Workflow

QUIET: Final = {
    "question": "How does this workflow run by itself?",
    "setting": {
        "arrivals": {"every": {"distribution": "exponential", "mean": "1s"}},
        "horizon": "2m",
    },
}
"""The scenario of a workflow that is given without one: Poisson arrivals, and no faults."""


Worst: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="WHAT",
        help="Show what happened to the instance that was delayed most (delayed), or to the first"
        " that ended so: lost, dangling-compensation and so on.",
    ),
]

AirflowTables: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--airflow",
        help="Of an imported DAG: an instance as the states of task_instance and dag_run.",
    ),
]


def simulate(
    context: typer.Context,
    path: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO|WORKFLOW]", help="What to run.")
    ] = None,
    design: Annotated[
        str | None,
        typer.Option(help="A design, or a variant of the scenario (default: the first)."),
    ] = None,
    seed: Seed = None,
    replication: Annotated[int, typer.Option(min=0, help="Which replication to run.")] = 0,
    instance: Annotated[
        int | None, typer.Option(help="Show what happened to this instance, row by row.")
    ] = None,
    worst: Worst = None,
    airflow: AirflowTables = False,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", callback=file_to_write, help="Keep the history of the run."),
    ] = None,
    follow: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Show a kept history instead of running.")
    ] = None,
    traces: Traces = None,
    no_history: Annotated[
        bool,
        typer.Option(
            "--no-history",
            help="Measure while it runs and keep nothing: for millions of instances.",
        ),
    ] = False,
) -> None:
    """Simulate one variant once.

    Shows how instances ended and what was measured; with --instance, one instance's timeline. A
    workflow without a scenario runs without faults, one instance a second for two minutes.
    """
    _refuse_conflicts(context)
    if no_history:
        _show_online(path, design, seed, replication)
        return
    if (path is None) == (follow is None):
        raise TyperException("give either a scenario or workflow to run, or --follow FILE")
    files = trace_files(traces) if traces else {}
    runs = partial(_run, measured=not airflow and instance is None)
    history, observed, terms = _kept(follow) if follow else runs(path, design, seed, replication)
    if save is not None:
        from wfmodel.designs import save_history

        save_history(history, save)
    write_traces(history, files)
    if airflow:
        assert path is not None
        _show_tables(history, path, instance or 0)
    elif instance is not None:
        _show_instance(history, instance)
    elif worst is not None:
        _show_instance(history, _worst(observed(), worst))
    else:
        _show_run(history, observed(), terms)


def _refuse_conflicts(context: typer.Context) -> None:
    kept = ("save", "traces", "instance", "worst", "follow", "airflow")
    never_with(context, "no_history", *kept, why="no history is kept")
    never_with(context, "follow", "design", "seed", "replication", why="it shows a kept run")
    never_with(context, "worst", "instance", why="each names an instance")
    never_with(context, "airflow", "worst", "follow", why="it reads a DAG, and names an instance")


def _worst(seen: RunObservation, why: str) -> int:
    """The instance that went wrong in this way."""
    found = {each.why: each.instance for each in reversed(seen.worst)}
    if why not in found:
        known = ", ".join(sorted(found)) or "none went wrong and none was delayed"
        instead = hint(why, found) or f"; there are: {known}"
        raise TyperException(f"--worst: no instance of this run is {why!r}{instead}")
    return found[why]


def _kept(file: Path) -> tuple[History, Callable[[], RunObservation], Terms]:
    from wfmodel.designs import HistoryFileError, load_history
    from wfmodel.experiments.run_observation import observe
    from wfmodel.metrics import NO_TERMS

    with in_one_line(HistoryFileError):
        history = load_history(file)
    return history, lambda: observe(history), NO_TERMS


def _run(
    path: str | None, design: str | None, seed: int | None, replication: int, *, measured: bool
) -> tuple[History, Callable[[], RunObservation], Terms]:
    runner, cell = _prepared(path, design, seed, replication)
    if measured:
        runner.prepare(cell)
    history = runner.history(cell)
    return history, lambda: runner.observed(cell, history), cell.terms


def _prepared(
    path: str | None, design: str | None, seed: int | None, replication: int
) -> tuple[Runner, RunSpec]:
    assert path is not None

    from wfmodel.experiments.run_spec import Runner, RunSpec

    scenario, workflow = scenario_or_workflow(path)
    variant = _variant(scenario, design)
    seed = scenario.seed if seed is None else seed
    cell = RunSpec(variant, scenario.setting, seed, replication, terms=scenario.terms)
    runner = Runner(workflow)
    with in_one_line(ValueError):
        runner.table(variant)
    return runner, cell


def _show_online(path: str | None, design: str | None, seed: int | None, replication: int) -> None:
    """Run without a history, and show what was measured."""
    from wfmodel.cli.progress import progress
    from wfmodel.experiments.streamed_run import observe_online
    from wfmodel.metrics.streaming.totals import NOT_ONLINE
    from wfmodel.simulation import COMPILED

    if path is None:
        raise TyperException("give a scenario or workflow to run")
    runner, cell = _prepared(path, design, seed, replication)
    with progress() as bars, in_one_line(ValueError, about="--no-history"):
        found = observe_online(runner, cell, engine=COMPILED, progress=bars)
    run = f"seed {cell.seed}, replication {replication}"
    system = runner.table(cell.variant).system
    what = f"{system.flow.workflow.name}, {system.design}"
    endings = {each.value: count for each, count in found.classes.items()}
    title = f"{what}: {found.instances:,} instances, {run}"
    own = [each.name for each in cell.terms.metrics()]
    values = {**found.values, **dict.fromkeys(own, math.nan)}
    reasons = {**found.reasons, **dict.fromkeys(own, NOT_ONLINE.reason)}
    _show_measured(title, values, reasons, endings, twin=False, terms=cell.terms)


def scenario_or_workflow(path: str) -> tuple[Scenario, Workflow]:
    """The scenario of a file and its workflow; of a workflow's file, a quiet scenario.

    Raises:
        TyperException: it cannot be run.
        typer.Exit: the same, said on standard error.
    """
    from pydantic import TypeAdapter

    from wfmodel.cli.draw import load_or_refuse
    from wfmodel.cli.scenarios import refuse, runnable
    from wfmodel.experiments import Scenario
    from wfmodel.experiments.endless import why_endless
    from wfmodel.model.flow import build_flow
    from wfmodel.model.reading import read_document

    document, findings = read_document(path)
    if document is None:
        refuse(findings)
    if isinstance(document.value, dict) and {"setting", "question"} & set(document.value):
        _, scenario, workflow = runnable(path, document.text)
        return scenario, workflow
    workflow = load_or_refuse(path, document.text)
    problems = build_flow(workflow).problems
    if problems:
        raise TyperException(
            f"{path}: the workflow cannot run: {problems[0].kind} {problems[0].name!r}"
            f" ({shell_line('wfmodel', 'check', file=path)})"
        )
    scenario = TypeAdapter(Scenario).validate_python(QUIET)
    endless = why_endless(workflow, scenario.setting)
    if endless is not None:
        raise TyperException(f"{path}: a run would not end: {endless}")
    return scenario, workflow


def _variant(scenario: Scenario, name: str | None) -> Variant:
    from wfmodel.cli.designs import declared_variant
    from wfmodel.designs import DESIGNS
    from wfmodel.experiments import Variant

    variants = scenario.variants_by_name()
    if name is None:
        return next(iter(variants.values()))
    if name in variants:
        return variants[name]
    if name in DESIGNS:
        return Variant(design=name, knobs=scenario.knobs)
    return declared_variant(variants, name, scenario.knobs, others=DESIGNS)


def _show_instance(history: History, instance: int) -> None:
    from wfmodel.experiments import timeline

    try:
        story = timeline(history, instance)
    except KeyError as error:
        raise TyperException(str(error.args[0])) from None
    title = f"{history.workflow}, {history.design}: instance {instance}"
    shown = table("time, s", "who", "what", title=title)
    for line in story.lines:
        style = "bold red" if line.what.startswith("fault") else ""
        add_row(shown, f"{line.at_ns / 1e9:.6f}", line.who, line.what, style=style)
    console(width=160).print(shown)


def _show_tables(history: History, path: str, instance: int) -> None:
    from wfmodel.importers.airflow.dag_order import load_order
    from wfmodel.traces.airflow_tables import RUN, table_states

    try:
        order = load_order(*_dag_behind(path))
        changes = table_states(history, order, instance)
    except (KeyError, ValueError) as error:
        raise TyperException(f"--airflow: {error.args[0]}") from None
    start = changes[0].time_ns
    title = f"{history.workflow}, {history.design}: instance {instance}"
    shown = table("time, s", "row", "try", "becomes", title=title)
    for each in changes:
        name = "dag_run" if each.task == RUN else each.task
        name += "" if each.index < 0 else f" [{each.index}]"
        at = f"{(each.time_ns - start) / 1e9:.3f}"
        add_row(shown, at, name, str(each.attempt or ""), each.state)
    console(width=160).print(shown)


def _dag_behind(path: str) -> tuple[Path, Path | None]:
    """The file that a scenario (or nobody else) names, and its annotations."""
    from wfmodel.experiments import load_scenario

    scenario = load_scenario(path).scenario
    if scenario is None or scenario.workflow is None:
        return Path(path), None
    folder, notes = Path(path).parent, scenario.annotations
    return folder / scenario.workflow, None if notes is None else folder / notes


def _show_run(history: History, seen: RunObservation, terms: Terms) -> None:
    run = f"seed {history.seed}, replication {history.replication}"
    title = f"{history.workflow}, {history.design}: {seen.instances:,} instances, {run}"
    _show_measured(
        title, seen.values, seen.reasons, seen.endings, twin=bool(seen.baseline), terms=terms
    )


def _show_measured(
    title: str,
    values: Mapping[str, float],
    reasons: Mapping[str, str],
    endings: Mapping[str, int],
    *,
    twin: bool,
    terms: Terms | None = None,
) -> None:
    from wfmodel.metrics import METRICS, NO_TERMS
    from wfmodel.wording.figures import number

    shown = table("metric", "value", "", title=title)
    for name, count in endings.items():
        if count:
            add_row(shown, f"ended {name.replace('-', ' ')}", f"{count:,}", "instances")
    shown.add_section()
    for name, metric in (terms or NO_TERMS).every_metric().items():
        common = name in METRICS  # what a scenario names for itself is never left out
        if common and math.isnan(values[name]) and metric.needs_history and not twin:
            continue
        add_row(shown, metric.title, number(values[name], metric.unit), reasons.get(name, ""))
    console(width=None).print(shown)

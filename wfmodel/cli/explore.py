"""``wfmodel explore``: what is possible at all, under a bounded number of faults."""

# No postponed annotations: typer reads the options' aliases when the command is built.

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from wfmodel.cli.fault_options import MOST_FAULTS, with_faults
from wfmodel.cli.option_conflicts import never_with
from wfmodel.cli.paths import file_to_write, folder_to_write

if TYPE_CHECKING:
    from wfmodel.semantics import FaultBudget


class AnswerFormat(StrEnum):
    """How answers are written."""

    TEXT = "text"
    JSON = "json"


Explored: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="WORKFLOW|SCENARIO|FILE.py:SYSTEM",
        help="What to explore. A Python file is run, with your rights.",
    ),
]

EngineName: TypeAlias = Annotated[str, typer.Option(help="plain, compiled (needs numba), or auto.")]

Memory: TypeAlias = Annotated[
    float, typer.Option(min=0.1, max=1e6, help="Most GiB that states may take.")
]

Checkpoint: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", callback=file_to_write, help="Keep the search there, and go on from it."
    ),
]

Instances: TypeAlias = Annotated[
    int, typer.Option(min=1, max=1000, help="So many instances at once, which share processes.")
]

PerInstance: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(metavar="FAULT=N", help="At most so many in each instance: loss=1, and so on."),
]

Exposure: TypeAlias = Annotated[
    bool, typer.Option("--exposure", help="Tell what a crash does, by what an instance is at.")
]

KnobValues: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="Instead of the default.")
]

ClaimLines: TypeAlias = Annotated[
    list[str] | None,
    typer.Option("--property", metavar="CLAIM", help="Ask this: 'never: ...', and so on."),
]

ClaimFile: TypeAlias = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Ask the properties of a file.")
]

StopAtFirst: TypeAlias = Annotated[
    bool, typer.Option("--stop-at-first", help="End the search soon after something is violated.")
]

OutFolder: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        callback=folder_to_write,
        help="Write stories, diagrams, schedules and tests there.",
    ),
]

DesignName: TypeAlias = Annotated[
    str,
    typer.Option(
        help="orchestration, choreography, both, hybrid:GROUP=STEP,STEP;GROUP=STEP, or a"
        " scenario's variant."
    ),
]


@with_faults
def explore(
    path: Explored,
    design: DesignName = "both",
    *,
    context: typer.Context,
    budget: "FaultBudget",
    instances: Instances = 1,
    per_instance: PerInstance = None,
    exposure: Exposure = False,
    knob: KnobValues = None,
    claim: ClaimLines = None,
    properties: ClaimFile = None,
    laps: Annotated[int, typer.Option(min=1, max=20, help="How often loops are gone round.")] = 1,
    limit: Annotated[int, typer.Option(min=1, help="Most states per design.")] = 1_000_000,
    engine: EngineName = "auto",
    memory: Memory = 4.0,
    checkpoint: Checkpoint = None,
    stop_at_first: StopAtFirst = False,
    stories: Annotated[bool, typer.Option("--stories", help="Tell every counterexample.")] = False,
    output: Annotated[
        AnswerFormat, typer.Option("--format", help="How to write answers.")
    ] = AnswerFormat.TEXT,
    out: OutFolder = None,
) -> None:
    """Search every order of events, and every way to spend the faults.

    Answers for each design whether properties hold, with the shortest counterexample where not.
    Without --property or --properties: no anomaly at the end, no deadlock, an end, a recovery.
    With --instances: of how many at once, too; faults are a total over all of them.

    Exit codes: 0 all hold within the bounds, 1 one is broken, 2 could not decide.
    """
    from wfmodel.cli.explore_answers import (
        GIB,
        claims_for,
        code_of,
        explore_all,
        show,
        write,
    )
    from wfmodel.cli.explore_exposure import check_exposure
    from wfmodel.cli.explore_own import any_subject, own_faults
    from wfmodel.cli.fault_options import check_faults
    from wfmodel.cli.search_limits import SearchLimits, bounds_per_instance, engine_of

    never_with(context, "stop_at_first", "checkpoint", "instances", "exposure")
    if exposure:
        check_exposure(budget)
    about = any_subject(path, design, tuple(knob or ()))
    check_faults(budget, about.systems.values(), joint=instances > 1 or exposure)
    asked = claims_for(about, tuple(claim or ()), properties, instances=instances)
    each = bounds_per_instance(tuple(per_instance or ()), MOST_FAULTS)
    how_far = (limit, laps, engine_of(engine), int(memory * GIB), checkpoint)
    bounds = SearchLimits(*how_far, instances, each, exposure, stop_at_first)
    with own_faults(path):
        found = explore_all(about, asked, budget, bounds)
    show(found, as_json=output is AnswerFormat.JSON, stories=stories, exposure=exposure)
    if out is not None:
        write(found, out, about.workflow_file, budget, bounds)
    raise typer.Exit(code_of(found))

"""``wfmodel hunt``: looks for one bad run where looking at all of them would take too long."""

# No postponed annotations: typer reads the options' aliases when the command is built.

from typing import Annotated

import typer

from wfmodel.cli.explore import DesignName, KnobValues, OutFolder


def hunt(
    path: Annotated[str, typer.Argument(metavar="WORKFLOW|SCENARIO", help="Where to hunt.")],
    design: DesignName = "both",
    knob: KnobValues = None,
    anomaly: Annotated[
        list[str] | None, typer.Option(help="Look for this one (default: for any).")
    ] = None,
    claim: Annotated[
        str | None,
        typer.Option("--property", metavar="CLAIM", help="Look for a run that breaks this."),
    ] = None,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help="Draw these kinds (default: all).")
    ] = None,
    faults: Annotated[int, typer.Option(min=0, max=10, help="Most faults in a schedule.")] = 3,
    examples: Annotated[int, typer.Option(min=1, help="Schedules that Hypothesis draws.")] = 500,
    seconds: Annotated[float | None, typer.Option(min=0.0, help="Stop after so long.")] = None,
    instances: Annotated[int, typer.Option(min=1, max=100, help="Arrive at once.")] = 1,
    seed: Annotated[int, typer.Option(help="The same seed gives the same hunt.")] = 1,
    out: OutFolder = None,
) -> None:
    """Draw fault schedules, run them in the simulator, and shrink one that goes wrong.

    Nothing found is not nothing there: the coverage says how far the hunt got.

    Exit codes: 0 nothing was found, 1 something was, 2 could not run.
    """
    from wfmodel.cli.exploring import subject
    from wfmodel.cli.hunting import hunt_all, kinds_of, quarry_of, show, write

    quarry = quarry_of(tuple(anomaly or ()), claim)
    about = subject(path, design, tuple(knob or ()))
    found = hunt_all(
        about,
        quarry,
        kinds=kinds_of(tuple(fault or ())),
        most=faults,
        examples=examples,
        seconds=seconds,
        instances=instances,
        seed=seed,
    )
    for each in found:
        show(each)
        if out is not None:
            write(each, out, about.workflow_file)
    raise typer.Exit(int(any(each.found is not None for each in found)))

"""``wfmodel hunt``: looks for one bad run where looking at all of them would take too long."""

# No postponed annotations: typer reads the options' aliases when the command is built.

from typing import TYPE_CHECKING, Annotated, Any, Final, TypeAlias

import typer

from wfmodel.cli.explore import DesignName, KnobValues, OutFolder
from wfmodel.cli.fault_options import BUDGETED, with_faults
from wfmodel.cli.option_conflicts import never_with, only_with
from wfmodel.cli.own_folder import keep_hypothesis_out

if TYPE_CHECKING:
    from wfmodel.semantics import FaultBudget

Anomalies: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Look for this one (default: for any).")
]

ClaimLine: TypeAlias = Annotated[
    str | None,
    typer.Option("--property", metavar="CLAIM", help="Look for a run that breaks this."),
]

Kinds: TypeAlias = Annotated[
    list[str] | None, typer.Option(metavar="KIND", help="Draw these kinds (default: all).")
]

Walks: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Take so many random walks through the explorer's states.")
]

Seconds: TypeAlias = Annotated[float | None, typer.Option(min=0.0, help="Stop after so long.")]

OF_WALKS: Final = (*BUDGETED, "laps", "limit")
OF_SCHEDULES: Final = ("fault", "faults", "examples", "instances")
"""Options of one of the two ways to hunt; they mean nothing to the other."""


@with_faults
def hunt(
    context: typer.Context,
    path: Annotated[str, typer.Argument(metavar="WORKFLOW|SCENARIO", help="Where to hunt.")],
    design: DesignName = "both",
    knob: KnobValues = None,
    anomaly: Anomalies = None,
    claim: ClaimLine = None,
    fault: Kinds = None,
    faults: Annotated[int, typer.Option(min=0, max=10, help="Most faults in a schedule.")] = 3,
    examples: Annotated[int, typer.Option(min=1, help="Schedules that Hypothesis draws.")] = 500,
    instances: Annotated[int, typer.Option(min=1, max=100, help="Arrive at once.")] = 1,
    walks: Walks = None,
    *,
    budget: "FaultBudget",
    laps: Annotated[int, typer.Option(min=1, max=20, help="How often loops are gone round.")] = 1,
    limit: Annotated[int, typer.Option(min=1, help="Most states that walks meet.")] = 1_000_000,
    seconds: Seconds = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same hunt.")] = 1,
    out: OutFolder = None,
) -> None:
    """Draw fault schedules, run them in the simulator, and shrink one that goes wrong.

    With --walks: walk at random through the states of the explorer, with the faults that --crash,
    --loss and so on allow, and ask what it asks. --fault, --faults, --examples and --instances are
    for schedules; --crash to --limit are for walks.

    Nothing found is not nothing there: the coverage says how far the hunt got.

    Exit codes: 0 nothing was found, 1 something was, 2 nothing was looked at, or could not run.
    """
    only_with(context, "walks", *OF_WALKS)
    never_with(context, "walks", *OF_SCHEDULES)
    keep_hypothesis_out()
    from wfmodel.cli import hunt_schedules, hunt_walks

    what = (path, design, tuple(knob or ()), tuple(anomaly or ()), claim, out)
    if walks is not None:
        how: dict[str, Any] = {
            "walks": walks,
            "seed": seed,
            "laps": laps,
            "limit": limit,
            "seconds": seconds,
        }
        raise typer.Exit(hunt_walks.run(*what, budget, **how))
    draws: dict[str, Any] = {"most": faults, "examples": examples, "seconds": seconds, "seed": seed}
    raise typer.Exit(hunt_schedules.run(*what, tuple(fault or ()), instances=instances, **draws))

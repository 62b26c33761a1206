"""The arguments that commands on scenarios share."""

# No postponed annotations: typer reads these aliases when a command is built.

from typing import Annotated, TypeAlias

import typer

ScenarioFile: TypeAlias = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario file.")
]

Replications: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Instead of the scenario's.")
]

Seed: TypeAlias = Annotated[int | None, typer.Option(help="Instead of the scenario's.")]

Jobs: TypeAlias = Annotated[
    int | None, typer.Option(min=1, help="Worker processes (default: one per core).")
]

Explore: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="Configurations that each exploration looks into, default 500,000; 0: none.",
    ),
]


def most_states(explore: int | None) -> int:
    """What ``Explore`` means."""
    from wfmodel.experiments.reachability import MOST_STATES

    return MOST_STATES if explore is None else explore

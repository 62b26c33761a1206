"""The option that the commands on scenarios share: how far exploration goes beside simulation."""

# No postponed annotations: typer reads the alias when a command is built.

from typing import Annotated, TypeAlias

import typer

Explore: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="Configurations that each exploration looks into, default 500,000; 0: none.",
    ),
]


def most_states(explore: int | None) -> int:
    """What the option means."""
    from wfmodel.experiments.reachability import MOST_STATES

    return MOST_STATES if explore is None else explore

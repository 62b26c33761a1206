"""``wfmodel rare``: the probability of a rare end of one instance, by splitting."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.exceptions import TyperException

from wfmodel.cli.exact import Copies, Laps, Patience, Stages, States, duration_of


def rare(
    scenario_file: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file.")],
    event: Annotated[
        str, typer.Option(help="The end that is asked for, such as lost or split-verdict.")
    ] = "lost",
    within: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Only if it comes within this time.")
    ] = None,
    walks: Annotated[int, typer.Option(min=10, help="Walks at each level.")] = 500,
    repetitions: Annotated[int, typer.Option(min=2, help="Independent repetitions.")] = 30,
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's.")] = None,
    stages: Stages = None,
    states: States = 200_000,
    laps: Laps = 3,
    patience: Patience = 10,
    copies: Copies = 1,
) -> None:
    """Estimate how likely a rare end of one instance is, with a 95 % interval.

    Importance splitting over the Markov chain of ``wfmodel exact``; the exact answer is beside it.
    """
    from wfmodel.cli.scenarios import runnable
    from wfmodel.experiments.exact import Limits, chain_of
    from wfmodel.experiments.rare import Splitting, exactly, of_end, probability_of

    _, scenario, workflow = runnable(scenario_file)
    within_s = None if within is None else duration_of(within, "--within") / 1e9
    limits = Limits(stages, states, laps, patience, copies)
    how = Splitting(walks, repetitions, seed=scenario.seed if seed is None else seed)
    for name, variant in scenario.variants_by_name().items():
        try:
            built = chain_of(scenario, workflow, variant, limits)
            marks = of_end(built, event)
            if not marks.any():
                typer.echo(f"{name}: {event} cannot happen")
                continue
            found = probability_of(built.chain, marks, splitting=how, within_s=within_s)
            truth = exactly(built.chain, marks, within_s)
        except (ValueError, ArithmeticError) as error:
            raise TyperException(f"{scenario_file}: {error}") from None
        estimate = found.estimate
        typer.echo(
            f"{name}: {event} {estimate.mean:.3g} [{estimate.low:.3g}, {estimate.high:.3g}],"
            f" exactly {truth:.6g} ({found.levels} levels, rarest jump {found.steepest:.2g})"
        )
        if found.missed:
            typer.echo(
                f"  {found.missed} of {repetitions} repetitions never came to it: more --walks"
            )

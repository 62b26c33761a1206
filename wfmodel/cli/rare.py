"""``wfmodel rare``: the probability of a rare end of one instance, by splitting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from wfmodel.cli.exact import Stages, duration_of
from wfmodel.cli.terminal import say

if TYPE_CHECKING:
    from wfmodel.experiments.rare_events import Splitting
    from wfmodel.markov import Life


def rare(
    scenario_file: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario file.")],
    event: Annotated[
        str, typer.Option(help="The end that is asked for, such as lost or split-verdict.")
    ] = "lost",
    within: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Only if it comes within this time.")
    ] = None,
    walks: Annotated[int, typer.Option(min=10, help="Walks at each level, an even number.")] = 500,
    repetitions: Annotated[int, typer.Option(min=2, help="Independent repetitions.")] = 30,
    seed: Annotated[int | None, typer.Option(help="Instead of the scenario's.")] = None,
    stages: Stages = None,
    look: Annotated[
        int, typer.Option(min=1, help="States looked into to find ways to the event.")
    ] = 20_000,
    states: Annotated[int, typer.Option(min=1, help="Refuse to meet more states.")] = 1_000_000,
) -> None:
    """Estimate how likely a rare end of one instance is, with a 95 % interval.

    Importance splitting over the Markov chain of ``wfmodel exact``, which need not be enumerated;
    where it is small, the exact answer is beside it. Faults never stop.
    """
    from wfmodel.cli.scenarios import runnable
    from wfmodel.experiments.rare_events import Splitting, check_end, life_of

    _, scenario, workflow = runnable(scenario_file)
    within_s = None if within is None else duration_of(within, "--within") / 1e9
    seed = scenario.seed if seed is None else seed
    try:
        how = Splitting(walks, repetitions, seed=seed, most=look)
        check_end(event)
    except ValueError as error:
        raise TyperException(str(error)) from None
    failed = False
    for name, variant in scenario.variants_by_name().items():
        try:
            life = life_of(scenario, workflow, variant, stages=stages)
            answer = _answer(life, event, how, states, within_s)
        except (ValueError, ArithmeticError) as error:
            say(f"wfmodel: error: {scenario_file}: {name}: {error}", err=True)
            failed = True
        else:
            say(f"{name}: {event} {answer}")
    if failed:
        raise typer.Exit(2)


def _answer(life: Life, event: str, how: Splitting, states: int, within_s: float | None) -> str:
    """One line about one variant."""
    from wfmodel.experiments.rare_events import ended_as, probability_of, solved
    from wfmodel.markov import KnownChain

    known, ended = KnownChain(life, limit=states), ended_as(life, event)
    found = probability_of(known, ended, sketch=life.sketch, splitting=how, within_s=within_s)
    if found is None:
        return "cannot happen"
    estimate = found.estimate
    told = f"{estimate.mean:.3g} [{estimate.low:.3g}, {estimate.high:.3g}]"
    truth = solved(known, ended, within_s)
    if truth is not None:
        told += f", exactly {truth:.6g}"
    elif found.bounds is not None:
        told += ", surely from {:.4g} to {:.4g}".format(*found.bounds)
    told += (
        f" ({found.levels} levels, {found.narrowest:.1%} of the walks came through the narrowest"
    )
    if found.missed:
        told += f"; {found.missed} of {estimate.replications} repetitions missed it: more --walks"
    if found.is_beyond:
        told += (
            "; most of it beyond the states looked into, so trust the interval less: more --look"
        )
    return told + ")"

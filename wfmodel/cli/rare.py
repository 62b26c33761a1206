"""``wfmodel rare``: the probability of a rare end of one instance, by splitting."""

from __future__ import annotations

from typing import Annotated

import typer

from wfmodel.cli.exact import Stages, duration_of
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenario_options import ScenarioFile, Seed
from wfmodel.cli.terminal import say


def rare(
    scenario_file: ScenarioFile,
    event: Annotated[
        str, typer.Option(help="The end that is asked for, such as lost or split-verdict.")
    ] = "lost",
    within: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Only if it comes within this time.")
    ] = None,
    walks: Annotated[int, typer.Option(min=10, help="Walks at each level, an even number.")] = 500,
    repetitions: Annotated[int, typer.Option(min=2, help="Independent repetitions.")] = 30,
    seed: Seed = None,
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
    from wfmodel.experiments.rare_answers import RareQuestion, rare_answer
    from wfmodel.experiments.rare_events import Splitting

    _, scenario, workflow = runnable(scenario_file)
    within_ns = None if within is None else duration_of(within, "--within")
    seed = scenario.seed if seed is None else seed
    with in_one_line(ValueError):
        how = Splitting(walks, repetitions, seed=seed, most=look)
        question = RareQuestion(event, within_ns, how, stages, states)
    failed = False
    for name in scenario.variants_by_name():
        try:
            answer = rare_answer(scenario, workflow, name, question)
        except (ValueError, ArithmeticError) as error:
            say(f"wfmodel: error: {scenario_file}: {name}: {error}", err=True)
            failed = True
        else:
            say(str(answer))
    if failed:
        raise typer.Exit(2)

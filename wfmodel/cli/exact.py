"""``wfmodel exact``: exact answers about one instance of each variant, and the simulated beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from wfmodel.cli.option_conflicts import only_with
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.scenario_options import ScenarioFile
from wfmodel.cli.terminal import add_row, console, say, table
from wfmodel.wording.figures import rounded_up

if TYPE_CHECKING:
    from wfmodel.experiments import Estimate
    from wfmodel.experiments.exact_answers import ChainLimits, ExactAnswers

Stages = Annotated[
    int | None,
    typer.Option(
        min=1, max=1000, help="Erlang stages for times that are not exponential (default: refuse)."
    ),
]
States = Annotated[int, typer.Option(min=1, help="Refuse a chain with more states.")]
Laps = Annotated[int, typer.Option(min=0, help="How often a loop is gone round.")]
Patience = Annotated[int, typer.Option(min=1, help="Attempts at a step that are looked into.")]
Copies = Annotated[int, typer.Option(min=1, help="How many of one message are on their way.")]

DIGITS = 6


def exact(
    context: typer.Context,
    scenario_file: ScenarioFile,
    within: Annotated[
        str | None, typer.Option(metavar="DURATION", help="Also: a verdict within this time.")
    ] = None,
    stages: Stages = None,
    states: States = 200_000,
    laps: Laps = 3,
    patience: Patience = 10,
    copies: Copies = 1,
    simulate: Annotated[
        int,
        typer.Option(min=0, metavar="N", help="The same instance simulated N times, beside."),
    ] = 0,
    jobs: Annotated[int | None, typer.Option(min=1, help="Worker processes of --simulate.")] = None,
) -> None:
    """Solve a scenario exactly, as a Markov chain of one instance.

    All times must be exponential, or be replaced by --stages. docs/exact.md tells what is assumed.
    A variant that cannot be solved is named below the answers about the others.
    """
    only_with(context, "simulate", "jobs")
    from wfmodel.cli.scenarios import runnable
    from wfmodel.experiments.exact_answers import ChainLimits, exact, simulated

    _, scenario, workflow = runnable(scenario_file)
    limits = ChainLimits(stages, states, laps, patience, copies)
    within_ns = None if within is None else duration_of(within, "--within")
    variants = scenario.variants_by_name()
    with in_one_line(ValueError, ArithmeticError, about=scenario_file):
        found = exact(scenario, workflow, within_ns=within_ns, limits=limits)
    for answers in found:
        beside = (
            simulated(scenario, workflow, variants[answers.variant], instances=simulate, jobs=jobs)
            if simulate
            else {}
        )
        _show(answers, beside, limits)
    for name, reason in found.refused.items():
        say(f"no answer about {name}: {reason}")


def duration_of(text: str, option: str) -> int:
    """Nanoseconds of an option.

    Raises:
        TyperException: it is no duration, or not greater than zero.
    """
    from wfmodel.model.units import parse_duration

    with in_one_line(ValueError, about=option):
        found = parse_duration(text)
    if found <= 0:
        raise TyperException(f"{option}: the time must be greater than zero; got {text!r}")
    return found


def _show(answers: ExactAnswers, beside: dict[str, Estimate], limits: ChainLimits) -> None:
    size = f"{answers.states:,} states, {answers.transitions:,} transitions"
    title = f"{answers.variant}: {size}"
    columns = ["answer", "exact", "unit", *(["simulated, 95 % interval"] if beside else [])]
    shown = table(*columns, title=title)
    for each in answers.values:
        row = [each.title, f"{each.value:.{DIGITS}g}", each.unit]
        estimate = beside.get(each.name)
        if estimate is not None:
            row.append(f"{estimate.mean:.4g} [{estimate.low:.4g}, {estimate.high:.4g}]")
        add_row(shown, *row)
    console(width=120).print(shown)
    if answers.cut:
        bounds = f"laps {limits.laps}, patience {limits.patience}, copies {limits.copies}"
        off = f"probabilities are off by at most {rounded_up(answers.cut):.2g}"
        say(f"{off}, and times leave out what takes longer ({bounds})")
    for place, number in answers.approximated.items():
        say(f"approximated: {place}, by {number} Erlang stages")

"""How likely a rare end is in each variant of a scenario: estimated, and solved where it can be.

``rare_events`` has the method and what it cannot see.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from wfmodel.display import Shown, Tabular
from wfmodel.experiments.rare_events import (
    RareEvent,
    Splitting,
    check_end,
    ended_as,
    life_of,
    probability_of,
    solved,
)
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.statistics import Estimate
from wfmodel.markov import KnownChain
from wfmodel.model.workflow import Workflow

MOST_STATES: Final = 1_000_000
"""Of the chain that walks may come to."""


@dataclass(frozen=True, slots=True, repr=False)
class RareAnswer(Shown):
    """How likely one variant's instance ends as ``event``. ``found``: what splitting says (None: it
    cannot happen). ``exactly``: the same, solved, where the chain is small enough.
    """

    variant: str
    event: str
    within_s: float | None
    found: RareEvent | None
    exactly: float | None

    @property
    def estimate(self) -> Estimate | None:
        """The probability with its 95 % interval; None: it cannot happen."""
        return None if self.found is None else self.found.estimate

    @property
    def is_possible(self) -> bool:
        """Whether it can happen at all."""
        return self.found is not None

    def words(self) -> str:
        """One line: the estimate, what is sure, and how far to trust it."""
        if self.found is None:
            return "cannot happen"
        told = _figures(self.found.estimate)
        if self.exactly is not None:
            told += f", exactly {self.exactly:.6g}"
        elif self.found.bounds is not None:
            told += ", surely from {:.4g} to {:.4g}".format(*self.found.bounds)
        return f"{told} ({_trust(self.found)})"

    def __str__(self) -> str:
        return f"{self.variant}: {self.event} {self.words()}"


class RareTable(Tabular, tuple[RareAnswer, ...]):
    """Answers about each variant: a tuple that shows itself as a table."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class RareQuestion:
    """Which end, and how hard to look. ``within_ns``: only if it comes by then. ``stages``: Erlang
    stages for what is not exponential (None: refuse it). ``limit``: states that may be met.

    Raises:
        ValueError: there is no such end.
    """

    event: str
    within_ns: int | None = None
    splitting: Splitting = field(default_factory=Splitting)
    stages: int | None = None
    limit: int = MOST_STATES

    def __post_init__(self) -> None:
        check_end(self.event)


def rare_answer(
    scenario: Scenario, workflow: Workflow, name: str, question: RareQuestion
) -> RareAnswer:
    """The answer of the variant of this name.

    Raises:
        ValueError: a time or a fault has no finite chain; the text names its place.
        ArithmeticError: rates and the time differ by too much.
    """
    variant = scenario.variants_by_name()[name]
    life = life_of(scenario, workflow, variant, stages=question.stages)
    within_s = None if question.within_ns is None else question.within_ns / 1e9
    known, ended = KnownChain(life, limit=question.limit), ended_as(life, question.event)
    found = probability_of(
        known, ended, sketch=life.sketch, splitting=question.splitting, within_s=within_s
    )
    exactly = None if found is None else solved(known, ended, within_s)
    return RareAnswer(name, question.event, within_s, found, exactly)


def _figures(estimate: Estimate) -> str:
    return f"{estimate.mean:.3g} [{estimate.low:.3g}, {estimate.high:.3g}]"


def _trust(found: RareEvent) -> str:
    told = f"{found.levels} levels, {found.narrowest:.1%} of the walks came through the narrowest"
    if found.missed:
        of = found.estimate.replications
        told += f"; {found.missed} of {of} repetitions missed it: more --walks"
    if found.is_beyond:
        told += (
            "; most of it beyond the states looked into, so trust the interval less: more --look"
        )
    return told

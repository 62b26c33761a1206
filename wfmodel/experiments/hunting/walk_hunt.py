"""Hunting by random walks through the explorer's own state space, where it is too large to search.

>>> hunted = hunt_by_walks("choreography", system, FaultBudget(crashes=1), STANDARD, walks=1_000)
>>> [each.title for each in hunted.found]
['never lost']

What is asked, and what is told of a finding, is what ``wfmodel explore`` asks and tells, but that a
run is the shortest that was seen, made shorter by leaving out, not the shortest that there is. What
is not found is *not found in so many walks*: that it holds is never said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Final, TypeAlias

from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import Act
from wfmodel.display import Shown, Tabular
from wfmodel.experiments.explored_variant import Told, tell
from wfmodel.exploration.properties import (
    Answer,
    Bounds,
    Property,
    Violated,
    decide,
    parse_property,
)
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.trace_space import RunSpace, run_space
from wfmodel.exploration.walking import (
    FAULT_SHARES,
    MOST_STEPS,
    Coverage,
    Draw,
    WalkedSpace,
    shrunk,
    walk_space,
)
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.simulation.randomness import stream, uniform

Progress: TypeAlias = Callable[[int, int], None]
"""(walks done, walks in all): called now and then."""

TOLD_EVERY: Final = 100

MOST_STATES: Final = 1_000_000
"""Known states after which no walk is begun, unless said otherwise."""


@dataclass(frozen=True, repr=False)
class Sought(Shown):
    """A property, and what the walks say of it. ``told`` where a run that breaks it was found."""

    claim: str
    title: str
    told: Told | None = None
    steps_seen: int = 0
    """Length of the shortest run that was seen, before anything was left out of it."""
    met_after: int = 0
    """Walks after which all of its steps had been seen."""


@dataclass(frozen=True, repr=False)
class Walked(Tabular):
    """What became of a hunt by walks."""

    name: str
    system: System
    seed: int
    bounds: Bounds
    coverage: Coverage
    sought: tuple[Sought, ...]
    why: str
    """Why there were fewer walks than asked for; empty where there were not."""

    @property
    def found(self) -> tuple[Sought, ...]:
        """What is broken, in the order in which it was asked."""
        return tuple(each for each in self.sought if each.told is not None)

    @property
    def not_found(self) -> tuple[Sought, ...]:
        """What no run that was seen breaks. That it holds is not said."""
        return tuple(each for each in self.sought if each.told is None)


def draws(seed: int) -> Draw:
    """The numbers that belong to (walk, index), with a seed."""
    return partial(uniform, stream(seed, 0, "walks"))


def hunt_by_walks(
    name: str,
    system: System,
    budget: FaultBudget,
    claims: Iterable[str],
    *,
    walks: int,
    seed: int = 1,
    laps: int = 1,
    shares: tuple[float, ...] = FAULT_SHARES,
    most_steps: int = MOST_STEPS,
    limit: int | None = MOST_STATES,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> Walked:
    """Take so many walks and ask every claim (a property in its textual form) of what they saw.

    The same arguments give the same result on any machine, but for ``seconds``: where the time is
    up depends on it, and the result says so.

    Raises:
        ValueError: a claim says nothing, or names what the system does not have; or no number of
            walks, shares or steps can be negative.
    """
    if walks < 0 or most_steps < 0:
        raise ValueError(f"walks and their steps cannot be fewer than none: {walks}, {most_steps}")
    if not all(0 < share < 1 for share in shares):
        raise ValueError(f"a share of faults is between 0 and 1: {shares}")
    lines = tuple(claims)
    asked = [parse_property(line, system) for line in lines]
    table = Table(system)
    space = walk_space(
        table,
        budget,
        walks=_told(walks, progress),
        draw=draws(seed),
        laps=laps,
        shares=shares,
        most_steps=most_steps,
        limit=limit,
        is_over=_over_in(seconds),
    )
    answers = decide(space, asked, laps=laps)
    sought = tuple(
        _sought(space, line, prop, answer)
        for line, prop, answer in zip(lines, asked, answers, strict=True)
    )
    bounds = answers[0].bounds if answers else Bounds(budget, laps, len(space), 0, 0, space.stopped)
    return Walked(name, system, seed, bounds, space.coverage, sought, space.why)


def _told(walks: int, progress: Progress | None) -> Iterator[int]:
    """The numbers of the walks; now and then somebody is told how many are done."""
    for walk in range(walks):
        if progress is not None and walk % TOLD_EVERY == 0:
            progress(walk, walks)
        yield walk


def _over_in(seconds: float | None) -> Callable[[], bool]:
    if seconds is None:
        return lambda: False
    end = monotonic() + seconds
    return lambda: monotonic() >= end


def _sought(space: WalkedSpace, claim: str, asked: Property, answer: Answer) -> Sought:
    if not isinstance(answer, Violated):
        return Sought(claim, answer.title)
    run = answer.counterexample
    short = _shortest(space, asked, schedule_of(space, run))
    told = tell(*short, claim) if short is not None else tell(space, answer, claim)
    return Sought(claim, answer.title, told, len(run), space.known_after(run))


def _shortest(
    space: WalkedSpace, asked: Property, acts: tuple[Act, ...]
) -> tuple[RunSpace, Violated] | None:
    """The run made short, and what it breaks; None where following it alone does not show that."""
    system, table, budget = space.table.system, space.table, space.budget(0)
    kept = shrunk(system, acts, budget, lambda run: _breaks(run, asked) is not None, table)
    if kept is None:
        return None
    run = run_space(system, kept, budget, table)
    broken = _breaks(run, asked)
    assert broken is not None
    return run, broken


def _breaks(run: RunSpace, asked: Property) -> Violated | None:
    [answer] = decide(run, [asked])
    return answer if isinstance(answer, Violated) else None

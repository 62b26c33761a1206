"""The largest number of instances to which something happens at once, and a shortest run to that.

Of one timeline each instance takes a run of its own; what they spend must fit in the total. More
hits come before fewer steps, and both add up over instances, so the best of one more instance
builds on the best of those before (dynamic programming over what was spent).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from wfmodel.exploration.instances.bounds import Spent, own_left
from wfmodel.exploration.instances.run import JointRun, interleaved
from wfmodel.exploration.instances.timeline_search import Lives

Options: TypeAlias = dict[Spent, int]
"""A nearest moment by what comes there has spent."""


class Mix(NamedTuple):
    """``hit`` instances are struck; ``moments`` has one per instance, those that are hit first."""

    hit: int
    length: int
    """Steps of all of them, those of their processes counted once."""
    moments: tuple[int, ...]


class Option(NamedTuple):
    """A moment that an instance may come to: whether it is a hit, what it spent, its own steps."""

    hit: bool
    spent: Spent
    steps: int
    moment: int


class _Best(NamedTuple):
    hit: int
    fewer: int
    """Minus the steps, so that a greater one is better."""
    picks: tuple[tuple[bool, int], ...]


def largest(lives: Lives, instances: int, hits: Iterable[int], others: Iterable[int]) -> Mix | None:
    """The best mix of moments: as many ``hits`` as can be, the rest ``others``; None for no mix."""
    hit, other = _by_timeline(lives, hits), _by_timeline(lives, others)
    best: Mix | None = None
    for timeline in sorted({*hit, *other}):
        found = _mix(lives, instances, timeline, hit.get(timeline, {}), other.get(timeline, {}))
        if found is not None and (best is None or _worth(found) > _worth(best)):
            best = found
    return best


def _worth(mix: Mix) -> tuple[int, int]:
    return mix.hit, -mix.length


def _by_timeline(lives: Lives, moments: Iterable[int]) -> dict[int, Options]:
    """Moments are numbered by their distance, so the first is a nearest."""
    found: dict[int, Options] = {}
    for number in moments:
        options = found.setdefault(lives.engine.vector(number)[2], {})
        options.setdefault(lives.spent(number), number)
    return found


def _mix(lives: Lives, instances: int, timeline: int, hits: Options, others: Options) -> Mix | None:
    shared = len(lives.living.timelines.values[timeline])
    options = [
        Option(struck, spent, lives.depths[number] - shared, number)
        for struck, some in ((True, hits), (False, others))
        for spent, number in some.items()
    ]
    found = best_of(options, own_left(lives.budget_of_all), instances)
    return None if found is None else found._replace(length=found.length + shared)


def best_of(options: Iterable[Option], total: Spent, instances: int) -> Mix | None:
    """The most hits, then the fewest steps, with an option per instance that a total pays for."""
    known = tuple(options)
    best = {(0,) * len(total): _Best(0, 0, ())}
    for _ in range(instances):
        after: dict[Spent, _Best] = {}
        for spent, (hit, fewer, picks) in best.items():
            for option in known:
                paid = tuple(a + b for a, b in zip(spent, option.spent, strict=True))
                if any(a > most for a, most in zip(paid, total, strict=True)):
                    continue
                pick = (not option.hit, option.moment)
                made = _Best(hit + option.hit, fewer - option.steps, (*picks, pick))
                if paid not in after or made[:2] > after[paid][:2]:
                    after[paid] = made
        best = after
    if not best:
        return None
    hit, fewer, picks = max(best.values(), key=lambda each: each[:2])
    return Mix(hit, -fewer, tuple(moment for _, moment in sorted(picks)))


def run_of(lives: Lives, mix: Mix) -> JointRun:
    """The instances of a mix in one run."""
    runs = [lives.life(number) for number in mix.moments]
    return interleaved(lives.table, lives.configuration(0), runs)

"""A run made short: acts are left out or exchanged for others, as long as it shows the same.

Delta debugging (Zeller & Hildebrandt, IEEE TSE 28, 2002), over runs: a half, a quarter, at last a
single act is left out, the rest is followed, and what is not possible any more is left out too.
Then an act gives way to another that is possible there (a step ends well instead of being tried
again), if the run gets shorter by that. So every candidate is a run of the system itself. That the
result is a shortest run is not said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from wfmodel.designs.system import System
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import Act
from wfmodel.exploration.trace_space import RunSpace
from wfmodel.semantics.after import Refused
from wfmodel.semantics.fault_budget import FaultBudget

MOST_TRIED: Final = 2_000
"""Runs that are judged; a longer one may then be left as it is."""

Acts: TypeAlias = tuple[Act, ...]


def shrunk(
    system: System,
    acts: Iterable[Act],
    budget: FaultBudget,
    shows: Callable[[RunSpace], bool],
    table: Table | None = None,
) -> Acts | None:
    """The shortest run that was tried and that ``shows`` still; None if the whole one does not.

    ``budget`` is that of the run. What is followed is unreduced, as in ``following``.
    """
    shrinking = _Shrinking(system, budget, shows, table or Table(system))
    best = tuple(acts)
    if shrinking.shorter(best, len(best) + 1) != best:
        return None
    before: Acts = ()
    while best != before:
        before = best
        best = shrinking.with_other(shrinking.without(best))
    return best


class _Shrinking:
    def __init__(
        self, system: System, budget: FaultBudget, shows: Callable[[RunSpace], bool], table: Table
    ) -> None:
        self.system, self.budget, self.shows, self.table = system, budget, shows, table
        self.tried: set[Acts] = set()

    def shorter(self, acts: Sequence[Act], than: int) -> Acts | None:
        """The run along these acts, but for those that are not possible; None if it is not shorter,
        does not show it, or was tried before.
        """
        space, kept = RunSpace(self.system, self.budget, self.table), []
        for act in acts:
            try:
                space.take(act)
            except Refused:
                continue
            kept.append(act)
        run = tuple(kept)
        if len(run) >= than or run in self.tried or len(self.tried) >= MOST_TRIED:
            return None
        self.tried.add(run)
        space.follow(())
        return run if self.shows(space) else None

    def without(self, best: Acts) -> Acts:
        """No act, and no number of neighbours that was tried, can be left out any more."""
        size = max(len(best) // 2, 1)
        while size:
            before, place = best, 0
            while place < len(best):
                less = self.shorter((*best[:place], *best[place + size :]), len(best))
                if less is None:
                    place += size
                else:
                    best = less
            if size > 1 or best == before:
                size //= 2
        return best

    def with_other(self, best: Acts) -> Acts:
        """The first run that is shorter with one act exchanged; the same if there is none."""
        for changed in self._exchanged(best):
            less = self.shorter(changed, len(best))
            if less is not None:
                return less
        return best

    def _exchanged(self, best: Acts) -> Iterator[Acts]:
        space = RunSpace(self.system, self.budget, self.table)
        for place, act in enumerate(best):
            for other in space.options():
                if not other.is_like(act):
                    yield (*best[:place], other, *best[place + 1 :])
            space.take(act)

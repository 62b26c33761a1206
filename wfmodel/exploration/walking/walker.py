"""A walk starts at the beginning and takes one possible step after another, drawn at random.

It goes on until nothing but a fault can happen and no fault is drawn, until it would come back to
where it has been (a lap), beyond the laps of the workflow's loops, or to a bound on its length.

Of steps of one kind all are equally likely. Whether the next one is a fault is drawn first, with a
share that each walk has of its own: drawn among all steps alike, faults (there are as many as
participants, at every moment) would come early nearly always, and hardly any walk would get to the
middle of an instance with a fault to spend. To vary what is drawn from, walk by walk, is *swarm*
testing (Groce et al., ISSTA 2012).

Every draw belongs to (walk, index): a walk is what it is whichever others are taken, and when.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeAlias

from wfmodel.exploration.walking.walked_graph import ExpandedState, WalkedGraph

Draw: TypeAlias = Callable[[int, int], float]
"""(walk, index) to a number in (0, 1), independent and uniform, the same whenever it is asked."""

FAULT_SHARES: Final = tuple(2.0**-k for k in range(1, 8))
"""Shares of faults among the steps of a walk; each walk draws one of them."""

MOST_STEPS: Final = 10_000


class Out(StrEnum):
    """How a walk came out."""

    ENDED = "ended"
    LAP = "came back to where it had been"
    BEYOND = "went beyond the laps"
    LONG = "was as long as a walk may be"


class Stopped(Exception):  # noqa: N818 - it is an answer, not an error of the program
    """As many states are known as may be; the walk under way is not finished."""


class Walker:
    """Takes walks through a graph, which grows with them.

    ``shares`` empty: every step is as likely as any other, faults or not.
    """

    def __init__(
        self,
        graph: WalkedGraph,
        draw: Draw,
        *,
        shares: tuple[float, ...] = FAULT_SHARES,
        most_steps: int = MOST_STEPS,
        limit: int | None = None,
    ) -> None:
        self.graph = graph
        self.draw = draw
        self.shares = shares
        self.most_steps = most_steps
        self.limit = limit

    def walk(self, number: int) -> tuple[list[int], Out]:
        """The states that a walk is in, one after another, and how it comes out.

        Raises:
            Stopped: it would look into a state, and too many are known.
        """
        share = self._share(number)
        at, path, met = 0, [0], {0}
        for step in range(self.most_steps):
            known = self._look(at)
            if known.cut:
                return path, Out.BEYOND
            place = self._drawn(known, number, step, share)
            if place is None:
                return path, Out.ENDED
            at = known.arcs[place][1]
            if at in met:
                return path, Out.LAP
            met.add(at)
            path.append(at)
        self._look(at)
        return path, Out.LONG

    def _look(self, at: int) -> ExpandedState:
        known = self.graph.looked[at]
        if known is None:
            if self.limit is not None and len(self.graph) > self.limit:
                raise Stopped
            known = self.graph.look(at)
        return known

    def _share(self, walk: int) -> float | None:
        if not self.shares:
            return None
        return self.shares[int(self.draw(walk, 0) * len(self.shares))]

    def _drawn(self, known: ExpandedState, walk: int, step: int, share: float | None) -> int | None:
        """The place of the next step; None where nothing need happen any more, and nothing does."""
        first, count = 0, len(known.arcs)
        if share is None:
            count += known.is_end  # one chance among the others that it stays at the end
        elif known.free < len(known.arcs):
            if self.draw(walk, 2 * step + 1) < share:
                first, count = known.free, len(known.arcs) - known.free
            else:
                count = known.free
        if not count:
            return None
        place = first + int(self.draw(walk, 2 * step + 2) * count)
        return place if place < len(known.arcs) else None

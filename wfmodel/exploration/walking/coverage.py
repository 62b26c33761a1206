"""How much of a space walks have seen, and how likely a further one sees more. Never "all of it".

How much there is cannot be known without a search. How much is *missing* can be estimated from what
was met once only: Good-Turing (I. J. Good, "The population frequencies of species and the
estimation of population parameters", Biometrika 40, 1953; for samples that meet several species at
once, Chao & Jost, Ecology 93, 2012; for random testing, Böhme, "STADS", TOSEM 27(2), 2018). Walks
are independent and alike, a walk is a sample, the states that it is in are what it meets.

These are estimates, without an interval. A state that is met with a chance far below one in as many
walks as were taken leaves no trace in them: an estimate of nothing is not a proof of nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from wfmodel.exploration.walking.walked_graph import WalkedGraph
from wfmodel.exploration.walking.walker import Out

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Coverage:
    """The figures. Chances are None where no walk was finished."""

    walks: int
    steps: int
    """Taken in all walks together."""
    outs: dict[Out, int]
    """How many walks came out how."""
    states: int
    """Distinct states that some walk was in."""
    beside: int
    """States that no walk was in, one step from one that was."""
    ends: int
    """Distinct states, of those that some walk was in, where nothing but a fault can happen."""
    late_walks: int
    """The last tenth of the walks, rounded up ..."""
    late_states: int
    """... and the states that no walk before them was in."""
    unseen: float | None
    """The chance that a further walk is in a state that none was in: the share of walks that were
    alone in some state. (Without bias for one walk fewer: each walk is judged by all others.)"""
    unseen_states: float | None
    """How many such states a further walk is expected to be in: Q1 / N, with Q1 states in which one
    walk was, of N walks."""
    unseen_share: float | None
    """The share of such states among those that it is in: Q1 / sum of all walks' states, Good's
    own estimator."""
    unseen_end: float | None
    """The chance that a further walk ends where none has ended: ends of one walk only, by walks
    that ended."""

    @property
    def ended(self) -> int:
        """Walks that came to an end of the instance."""
        return self.outs.get(Out.ENDED, 0)

    @property
    def closed(self) -> bool:
        """Whether every step from a state that was seen leads to one that was: then a search would
        find no more (but for what lies beyond the laps).
        """
        return self.walks > 0 and not self.beside


@dataclass
class Covering:
    """Adds up walk after walk, in any order."""

    outs: Counter[Out] = field(default_factory=Counter)
    steps: int = 0
    visits: Counter[int] = field(default_factory=Counter)
    """By state, in how many walks it was."""
    first: dict[int, int] = field(default_factory=dict)
    """By state, the first walk, by number, that was in it."""
    ended: Counter[int] = field(default_factory=Counter)
    """By state, how many walks ended there."""
    numbers: list[int] = field(default_factory=list)

    def add(self, walk: int, path: Sequence[int], out: Out) -> None:
        """One more walk, which was in no state twice."""
        self.numbers.append(walk)
        self.outs[out] += 1
        self.steps += len(path) - 1
        self.visits.update(path)
        for state in path:
            self.first[state] = min(walk, self.first.get(state, walk))
        if out is Out.ENDED:
            self.ended[path[-1]] += 1

    def total(self, graph: WalkedGraph) -> Coverage:
        """The figures so far."""
        count = len(self.numbers)
        late = sorted(self.numbers)[count - -(-count // TENTHS) :] if count else []
        alone = [state for state, visits in self.visits.items() if visits == 1]
        looked = [graph.looked[state] for state in self.visits]
        near = {target for known in looked if known is not None for _, target in known.arcs}
        ended = sum(self.ended.values())
        return Coverage(
            walks=count,
            steps=self.steps,
            outs={out: self.outs[out] for out in Out if self.outs[out]},
            states=len(self.visits),
            beside=len(near - self.visits.keys()),
            ends=sum(known is not None and known.is_end for known in looked),
            late_walks=len(late),
            late_states=sum(walk >= late[0] for walk in self.first.values()) if late else 0,
            unseen=_share(len({self.first[state] for state in alone}), count),
            unseen_states=_share(len(alone), count),
            unseen_share=_share(len(alone), self.visits.total()),
            unseen_end=_share(sum(times == 1 for times in self.ended.values()), ended),
        )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None

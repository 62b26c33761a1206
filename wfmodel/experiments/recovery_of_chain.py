"""How long an instance stands still after a crash, exactly: recovery as a question to its chain.

The chain is doubled: one copy of a state for instances that go on, one for those that met a crash
and have not made durable progress since. A crash leads into the second copy, progress back into the
first, as in ``metrics.recovery_times``: progress is a store that learns something, or an effect
that lands or is taken back; what has a verdict meets no crash any more; and of an instance that
never comes to a verdict nothing counts as recovered, whatever still moved. So the mean length of a
standstill is the expected time in the second copy over the expected number of entries into it, each
weighted by the chance that a verdict will come.

What it cannot see: standstills after a lost message, which leave no state of their own.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import sparse

from wfmodel.designs.state import View
from wfmodel.markov import Chain, InstanceChain, expected_reward, hits
from wfmodel.markov.chain import Matrix


class ChainRecovery(NamedTuple):
    """``standstills``: how many an instance has that recovers, expected. ``mean_s``: how long one
    of them lasts (nan if there is none). ``never``: of all instances that met a crash, counted once
    if they never recover and once for each standstill if they do, the share that never does.
    """

    standstills: float
    mean_s: float
    never: float


def recovery_of(built: InstanceChain, views: list[tuple[View, ...]]) -> ChainRecovery | None:
    """Standstills after crashes; None where nothing crashes. ``views``: by state, what every
    participant's store says.

    Each is exact if faults never stop; ``cut`` bounds what the chain leaves out.
    """
    chain, verdict = built.chain, built.chain.labels["verdict"]
    strikes = sparse.csr_array(chain.rates - built.calm.rates)
    strikes.eliminate_zeros()
    if not strikes.nnz:
        return None
    will = hits(chain, verdict)
    onward, idle = _by_progress(built, views)
    n = chain.size
    doubled = sparse.block_array([[built.calm.rates, strikes], [onward, idle + strikes]])
    beginning = np.concatenate([chain.initial, np.zeros(n)])
    twice = Chain(sparse.csr_array(doubled), beginning)
    rewards = np.zeros((2 * n, 2))
    rewards[:n, 0] = strikes @ will
    rewards[n:, 1] = will
    ends = np.tile(verdict | (will == 0), 2)
    inside = beginning > 0
    standstills, time_s = beginning[inside] @ expected_reward(twice, rewards, ends)[inside]
    lost = float(chain.initial @ (1 - will)) - _lost_in_peace(built, strikes)
    met = standstills + lost
    return ChainRecovery(
        float(standstills),
        float(time_s / standstills) if standstills else math.nan,
        float(np.clip(lost / met, 0.0, 1.0)) if met else math.nan,
    )


def _by_progress(built: InstanceChain, views: list[tuple[View, ...]]) -> tuple[Matrix, Matrix]:
    """The rates of jumps other than crashes: those that make durable progress, and the others."""
    calm = sparse.coo_array(built.calm.rates)
    numbers: dict[tuple[object, object], int] = {}
    known = np.array(
        [
            numbers.setdefault((seen, state.world.effects), len(numbers))
            for seen, state in zip(views, built.states, strict=True)
        ]
    )
    moved = known[calm.row] != known[calm.col]
    onward, idle = (
        sparse.csr_array((calm.data[which], (calm.row[which], calm.col[which])), shape=calm.shape)
        for which in (moved, ~moved)
    )
    return onward, idle


def _lost_in_peace(built: InstanceChain, strikes: Matrix) -> float:
    """Probability that an instance comes to its end, or is cut, with no verdict and no crash."""
    chain, n = built.chain, built.chain.size
    column = sparse.csr_array((strikes @ np.ones(n)).reshape(-1, 1))
    row = sparse.csr_array((1, n + 1))
    rates = sparse.vstack([sparse.hstack([built.calm.rates, column]), row])
    ended = (chain.labels["over"] | chain.labels["cut"]) & ~chain.labels["verdict"]
    struck = Chain(sparse.csr_array(rates), np.append(chain.initial, 0.0))
    stops = struck.without(np.append(chain.labels["verdict"], True))
    return float(struck.initial @ hits(stops, np.append(ended, False)))

"""The start is chosen: whether runs that begin empty had settled, and how long that took.

MSER-5 leaves out as many first instances as make the mean of the rest most certain (White,
Simulation 69, 1997; batches of five as in Spratt, 1998), of the mean over the replications of the
latencies in order of arrival (Welch, The Statistical Analysis of Simulation Results, 1983). The
runs without faults are asked, so that an outage is not taken for a start.

What it cannot see: a start that is not over by the middle of the runs, except that it is not; a
difference that the replications do not show at 99 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.experiments.instance_facts import Latencies
from wfmodel.experiments.statistics import paired

BATCH: Final = 5
FEWEST_BATCHES: Final = 10
SHOWN: Final = 0.01
"""The p-value at which the second half differs."""
LEAST: Final = 0.05
"""Of the mean: a start that changes it by less is left alone."""


@dataclass(frozen=True, slots=True)
class Startup:
    """What a start does to the mean latency. ``until_s``: of simulated time; ``settled``: False if
    MSER-5 would leave out all that it may.
    """

    until_s: float
    mean_s: float
    after_s: float
    settled: bool


def startup_of(runs: Sequence[Latencies]) -> Startup | None:
    """The start of a variant's runs; None if it makes no difference, or there is too little."""
    count = min((len(run.seconds) for run in runs), default=0)
    batches = count // BATCH
    if len(runs) < 2 or batches < FEWEST_BATCHES:
        return None
    taken = np.array([run.seconds[: batches * BATCH] for run in runs], dtype=np.float64)
    taken[np.isinf(taken)] = np.nan
    if np.isnan(taken).all(axis=0).any():
        return None
    curve = np.nanmean(taken, axis=0).reshape(batches, BATCH).mean(axis=1)
    cut = mser(curve)
    if not cut:
        return None
    after = [float(np.nanmean(run[cut * BATCH :])) for run in taken]
    whole = [float(np.nanmean(run)) for run in taken]
    gap, mean = paired(whole, after), float(np.mean(whole))
    if not gap.p_value <= SHOWN or abs(gap.estimate.mean) < LEAST * mean:  # nan: all are equal
        return None
    until = float(np.mean([run.arrived_s[cut * BATCH] for run in runs]))
    return Startup(until, mean, float(np.mean(after)), cut < batches // 2 - 1)


def mser(curve: NDArray[np.float64]) -> int:
    """How many first values to leave out, at most half of them."""
    most = len(curve) // 2
    errors = [float(curve[cut:].var()) / (len(curve) - cut) for cut in range(most)]
    return int(np.argmin(errors))

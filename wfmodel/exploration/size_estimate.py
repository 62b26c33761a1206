"""How large a state space is likely to be of which a search has seen only a part.

Breadth-first, most spaces grow, bulge and shrink like a bell: the logarithm of the number of states
at each depth is close to a parabola. So a parabola through the depths that were seen to their end,
the later ones weighing more, tells about how many are to come. That is a rough guess (spaces with a
second bulge are larger), and there is none while no bend can be seen.

Source: Pelánek & Šimeček, Estimating State Space Parameters, PDMC 2008.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.state_space import StateSpace, depths_of

LEAST_LEVELS: Final = 9
"""Fewer depths show no bend."""
FARTHEST: Final = 50
"""A guess of more times as many states as were seen is none."""


def likely_size(space: StateSpace) -> int | None:
    """About how many states there are in all, those that were seen included; None: no telling."""
    sizes = np.bincount(depths_of(space))[:-2]  # the last two were not seen to their end
    if len(sizes) < LEAST_LEVELS:
        return None
    guess = _continued(sizes)
    seen = len(space)
    return None if guess is None or guess > FARTHEST * seen else max(seen, guess)


def _continued(sizes: NDArray[np.int64]) -> int | None:
    """The sum of the sizes, and of those of the levels that follow until none is left."""
    first = len(sizes) // 3
    at = np.arange(first, len(sizes))
    bend, slope, start = np.polyfit(at, np.log(sizes[first:]), 2, w=np.sqrt(sizes[first:]))
    if bend >= -1e-9:
        return None
    # The parabola falls below one state, log 1 = 0, at its larger root.
    inside = slope * slope - 4 * bend * start
    end = (-slope - math.sqrt(max(inside, 0.0))) / (2 * bend)
    if not len(sizes) <= end < 1_000_000:
        return int(sizes.sum())
    further = np.arange(len(sizes), math.ceil(end))
    logs = start + slope * further + bend * further * further
    total = float(sizes.sum()) + float(np.exp(np.minimum(logs, 60.0)).sum())
    return int(total)

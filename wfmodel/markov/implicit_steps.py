"""Where a stiff chain is at a time: a few long implicit steps instead of a sum over all its jumps.

A chain with commits of a microsecond jumps a million times a second, and uniformization follows
every jump. The implicit Runge-Kutta method Radau IIA of eight stages (order 15) takes steps as long
as the slow rates allow. It is L-stable: what has died out, however fast, stays so (Hairer & Wanner,
Solving Ordinary Differential Equations II, 1996, IV.5 and IV.8). For a chain a step multiplies by
r(hQ), where r is the Padé approximant [7/8] of the exponential, here as a product over its poles,
so that each of four complex sparse systems loses little (as Pusa, Nucl. Sci. Eng. 182, 2016).

The number of steps is doubled until two results agree: that of the second is the better one by
far, since half the step is an error 2^15 times smaller.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import linalg

from wfmodel.markov.chain import Chain, Vector

POLES: Final = (
    10.169446006657515 + 1.6492017968222277j,
    9.406371213690740 + 4.969217287623294j,
    7.738688146830548 + 8.370879306237983j,
    4.685494632821197 + 12.010578599813790j,
)
"""Of r, with their conjugates."""
ZEROS: Final = (
    -10.949006411932347 + 0j,
    -10.520394801787253 + 3.665410463372833j,
    -9.139631189381745 + 7.422677294570236j,
    -6.365470802864828 + 11.473438117035917j,
)
"""Likewise, each beside a pole; the first has no conjugate."""

AGREEMENT: Final = 1e-11
"""Two results that differ by no more, in sum, are the same."""
FIRST_STEPS: Final = 32
"""In so many what is fast dies out: far to the left |r| is at most 0.03, and r**32 nothing."""
MOST_STEPS: Final = 1 << 14
MOST_WORK: Final = 10_000_000_000
"""Entries of factors that are gone through, beyond which a question is refused: a minute or so."""
MOST_ENTRIES: Final = 10_000_000
"""Of the factors of one system, likewise: four of them take 800 MB."""


class TooStiffError(ValueError):
    """Rates and times differ by too much for any method here."""


def stepped(chain: Chain, time_s: float) -> Vector:
    """Probability of being in each state after so many seconds; off by some ``AGREEMENT`` in sum.

    Raises:
        TooStiffError: it would take too many steps.
    """
    steps = FIRST_STEPS
    before = _after(chain, time_s, steps)
    while steps < MOST_STEPS:
        steps *= 2
        found = _after(chain, time_s, steps)
        if np.abs(found - before).sum() <= AGREEMENT:
            return np.clip(found, 0.0, 1.0)
        before = found
    raise TooStiffError(_why(chain, time_s, f"{steps:,} steps are not enough"))


def _after(chain: Chain, time_s: float, steps: int) -> Vector:
    """So many equal steps."""
    flow = sparse.csc_array(chain.generator().T * (time_s / steps))
    one: Any = sparse.eye_array(chain.size, format="csc")
    solvers: list[Any] = []
    for pole in POLES:
        try:
            solvers.append(linalg.splu(sparse.csc_array(flow - pole * one)))
        except (RuntimeError, MemoryError) as error:
            raise TooStiffError(_why(chain, time_s, str(error))) from None
        entries = solvers[0].nnz  # those of the others are as many
        work = steps * len(POLES) * entries
        if entries > MOST_ENTRIES or work > MOST_WORK:
            raise TooStiffError(_why(chain, time_s, f"{work:,} operations are too many"))
    now = chain.initial
    for _ in range(steps):
        now = _step(solvers, now)
    return now


def _step(solvers: list[Any], now: Vector) -> Vector:
    """One step: a factor of r for each pole, each of them 1 at 0, so that probability stays."""
    for solver, pole, zero in zip(solvers, POLES, ZEROS, strict=True):
        solved: NDArray[np.complex128] = solver.solve(now.astype(np.complex128))
        if zero.imag:
            ratio = (pole - zero) * (pole - zero.conjugate()) / (pole - pole.conjugate())
            now = abs(pole / zero) ** 2 * (now + 2 * (ratio * solved).real)
        else:
            ratio = (pole - zero) / (pole - pole.conjugate())
            now = abs(pole) ** 2 / -zero.real * 2 * (ratio * solved).real
    return now


def _why(chain: Chain, time_s: float, what: str) -> str:
    rates = f"from {chain.rates.data.min():g} to {chain.exits.max():g} a second"
    return (
        f"{time_s:g} s at rates {rates}, in {chain.size:,} states: {what}; ask for a shorter time,"
        " or give what takes next to no time (a commit of 1us) 0s"
    )

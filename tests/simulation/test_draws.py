"""Compiled draws are the driver's, bit for bit: the same text, compiled."""

from __future__ import annotations

import os

import numpy as np
import pytest

from wfmodel.model import quantiles
from wfmodel.simulation import randomness

DRAWS = int(os.environ.get("WFMODEL_DRAWS", "100000"))
ARGUMENTS = {
    "exponential": (30_000_000,),
    "uniform": (7, 40_000_001),
    "lognormal": (5_000_000, 1.19),
    "weibull": (10_000_000, 0.7),
}


@pytest.mark.parametrize("family", sorted(ARGUMENTS))
def test_a_family_draws_the_same_compiled(family):
    numba = pytest.importorskip("numba", reason="the compiled kernel needs numba")
    from wfmodel.simulation.compiled import compiled_basis as draws

    inner, arguments = getattr(draws, f"_{family}"), ARGUMENTS[family]
    base = randomness.stream(1, 2, family)
    signed = base - (1 << 64) if base >> 63 else base
    uniform = draws.uniform

    @numba.njit(error_model="numpy")
    def many(count):
        found = np.empty(count, np.int64)
        for i in range(count):
            found[i] = inner(uniform(signed, 3, i), *arguments)
        return found

    quantile = getattr(quantiles, family)
    expected = [quantile(randomness.uniform(base, 3, i), *arguments) for i in range(DRAWS)]
    assert many(DRAWS).tolist() == expected

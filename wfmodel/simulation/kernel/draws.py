"""Random numbers and durations: the driver's own functions, compiled from the same text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfmodel.model import quantiles
from wfmodel.native.words import (
    ask,
    compiled,
    get,
    get_real,
    put_real,
    same_text,
    unsigned,
)
from wfmodel.simulation import randomness
from wfmodel.simulation.kernel.layout import (
    ASK_QUANTILE,
    CONSTANT,
    EMPIRICAL,
    EXPONENTIAL,
    H_ASK,
    H_REAL,
    LOGNORMAL,
    S_A,
    S_B,
    S_BASE,
    S_COUNT,
    S_FAMILY,
    UNIFORM,
    WEIBULL,
)

_uniform_of = compiled(randomness.uniform, natural=True)
if TYPE_CHECKING:
    from wfmodel.model.quantiles import exponential as _exponential
    from wfmodel.model.quantiles import lognormal as _lognormal
    from wfmodel.model.quantiles import uniform as _uniform
    from wfmodel.model.quantiles import weibull as _weibull
else:
    _uniform, _exponential, _lognormal, _weibull = same_text(
        quantiles, "uniform", "exponential", "lognormal", "weibull"
    )


@compiled
def uniform(base: int, entity: int, index: int) -> float:
    """The uniform number in (0, 1) that belongs to (stream, entity, index)."""
    return _uniform_of(unsigned(base), unsigned(entity), unsigned(index))


@compiled
def duration(h: int, sampler: int, entity: int, index: int) -> int:
    """The duration that belongs to (stream, entity, index)."""
    if get(sampler, S_FAMILY) == CONSTANT:
        return get(sampler, S_A)
    return quantile(h, sampler, uniform(get(sampler, S_BASE), entity, index))


@compiled
def quantile(h: int, sampler: int, u: float) -> int:
    """Nanoseconds at probability ``u``."""
    family = get(sampler, S_FAMILY)
    if family == CONSTANT:
        return get(sampler, S_A)
    if family == EXPONENTIAL:
        return _exponential(u, get(sampler, S_A))
    if family == LOGNORMAL:
        return _lognormal(u, get(sampler, S_A), get_real(sampler, S_B))
    if family == UNIFORM:
        return _uniform(u, get(sampler, S_A), get(sampler, S_B))
    if family == WEIBULL:
        return _weibull(u, get(sampler, S_A), get_real(sampler, S_B))
    if family == EMPIRICAL:
        return _empirical(sampler, u)
    put_real(h, H_REAL, u)
    return ask(get(h, H_ASK), ASK_QUANTILE, get(sampler, S_A), 0, 0, 0)


@compiled
def _empirical(sampler: int, u: float) -> int:
    """Values in ascending order, with their cumulative weights."""
    values, weights, count = get(sampler, S_A), get(sampler, S_B), get(sampler, S_COUNT)
    wanted = u * get_real(weights, count - 1)
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if wanted < get_real(weights, middle):
            high = middle
        else:
            low = middle + 1
    return get(values, min(low, count - 1))

"""A duration distribution is its quantile function: one uniform number in, one duration out.

Inversion keeps common random numbers common: two designs that are handed the same uniform number
take the same time, whatever else differs.

>>> Exponential(mean=10_000_000).quantile(0.5)
6931472

Formulas: Law & Kelton, Simulation Modeling and Analysis, ch. 8 (inverse transform).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from itertools import accumulate
from typing import Annotated, Final, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Tag,
    model_validator,
)
from pydantic.dataclasses import dataclass
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

from wfmodel.model import quantiles
from wfmodel.model.strict import STRICT
from wfmodel.model.units import DURATION_SCHEMA, Duration

PositiveDuration = Annotated[Duration, Field(gt=0)]

WeibullShape = Annotated[float, Field(ge=0.05, le=1e6)]
"""At 0.05 the mean is 2e18 scales: below it leaves the range of numbers soon."""

GammaShape = Annotated[float, Field(ge=1e-3, le=1e12)]
"""Beyond, the quantile function underflows, or is no number."""

Weight = Annotated[float, Field(gt=0, le=1e100)]
"""Sums of weighted durations stay in the range of numbers."""

_Z99: Final = quantiles.normal(0.99)


@dataclass(frozen=True, slots=True, config=STRICT)
class Constant:
    """Always the same duration."""

    value: Duration
    distribution: Literal["constant"] = "constant"

    def quantile(self, u: float) -> int:
        """Nanoseconds at probability ``u`` in (0, 1)."""
        return self.value

    def mean_ns(self) -> float:
        """Expected nanoseconds."""
        return float(self.value)


@dataclass(frozen=True, slots=True, config=STRICT)
class Uniform:
    """Equally likely between ``low`` and ``high``."""

    low: Duration
    high: Duration
    distribution: Literal["uniform"] = "uniform"

    @model_validator(mode="after")
    def _ordered(self) -> Uniform:
        if self.low > self.high:
            raise ValueError("low is greater than high")
        return self

    def quantile(self, u: float) -> int:
        """Nanoseconds at probability ``u`` in (0, 1)."""
        return quantiles.uniform(u, self.low, self.high)

    def mean_ns(self) -> float:
        """Expected nanoseconds."""
        return (self.low + self.high) / 2


@dataclass(frozen=True, slots=True, config=STRICT)
class Exponential:
    """Memoryless, by its mean."""

    mean: PositiveDuration
    distribution: Literal["exponential"] = "exponential"

    def quantile(self, u: float) -> int:
        """Nanoseconds at probability ``u`` in (0, 1)."""
        return quantiles.exponential(u, self.mean)

    def mean_ns(self) -> float:
        """Expected nanoseconds."""
        return float(self.mean)


@dataclass(frozen=True, slots=True, config=STRICT)
class LogNormal:
    """By median and 99th percentile: the two numbers that a dashboard shows."""

    median: PositiveDuration
    p99: PositiveDuration
    distribution: Literal["lognormal"] = "lognormal"

    @model_validator(mode="after")
    def _ordered(self) -> LogNormal:
        if self.p99 < self.median:
            raise ValueError("p99 is less than the median")
        return self

    @property
    def sigma(self) -> float:
        """Standard deviation of the logarithm: ln(p99 / median) / z(0.99)."""
        return math.log(self.p99 / self.median) / _Z99

    def quantile(self, u: float) -> int:
        """Nanoseconds at probability ``u`` in (0, 1)."""
        return quantiles.lognormal(u, self.median, self.sigma)

    def mean_ns(self) -> float:
        """Expected nanoseconds."""
        return self.median * math.exp(self.sigma**2 / 2)


@cache
def _gamma_quantile() -> Callable[[float, float], float]:
    """SciPy is slow to import, and only this family needs it."""
    from scipy.special import gammaincinv

    def quantile(shape: float, u: float) -> float:
        return float(gammaincinv(shape, u))

    return quantile


@dataclass(frozen=True, slots=True, config=STRICT)
class Gamma:
    """By mean and shape (shape 1 is exponential; a large shape is nearly constant)."""

    mean: PositiveDuration
    shape: GammaShape
    distribution: Literal["gamma"] = "gamma"

    def quantile(self, u: float) -> int:
        """Nanoseconds at probability ``u`` in (0, 1)."""
        return quantiles.rounded(_gamma_quantile()(self.shape, u) * self.mean / self.shape)

    def mean_ns(self) -> float:
        """Expected nanoseconds."""
        return float(self.mean)


@dataclass(frozen=True, slots=True, config=STRICT)
class Weibull:
    """By scale (the 63.2th percentile) and shape (below 1: the longer it lasts, the longer yet)."""

    scale: PositiveDuration
    shape: WeibullShape
    distribution: Literal["weibull"] = "weibull"

    def quantile(self, u: float) -> int:
        """Nanoseconds at probability ``u`` in (0, 1)."""
        return quantiles.weibull(u, self.scale, self.shape)

    def mean_ns(self) -> float:
        """Expected nanoseconds."""
        return self.scale * math.gamma(1 + 1 / self.shape)


@dataclass(frozen=True, slots=True, config=STRICT)
class Empirical:
    """Measured durations, equally likely or weighted."""

    values: Annotated[tuple[Duration, ...], Field(min_length=1)]
    weights: tuple[Weight, ...] | None = None
    distribution: Literal["empirical"] = "empirical"

    @model_validator(mode="after")
    def _matched(self) -> Empirical:
        if self.weights is not None and len(self.weights) != len(self.values):
            raise ValueError(f"{len(self.values)} values but {len(self.weights)} weights")
        return self

    def quantile(self, u: float) -> int:
        """Nanoseconds at probability ``u`` in (0, 1): values in ascending order, by weight."""
        values, cumulative = self.cumulative()
        index = bisect_right(cumulative, u * cumulative[-1])
        return values[min(index, len(values) - 1)]

    def cumulative(self) -> tuple[list[int], list[float]]:
        """Values in ascending order, and the sum of the weights up to each."""
        pairs = sorted(zip(self.values, self._weights(), strict=True))
        return [value for value, _ in pairs], list(accumulate(weight for _, weight in pairs))

    def mean_ns(self) -> float:
        """Expected nanoseconds."""
        weights = self._weights()
        return sum(v * w for v, w in zip(self.values, weights, strict=True)) / sum(weights)

    def _weights(self) -> tuple[float, ...]:
        return self.weights or (1.0,) * len(self.values)


def _constant_from_text(value: object) -> object:
    """A bare duration stands for a constant: ``duration: 50ms``."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return {"distribution": "constant", "value": value}
    return value


def _family(value: object) -> str | None:
    if isinstance(value, dict):
        family = value.get("distribution", "constant" if "value" in value else None)
        return family if isinstance(family, str) else None
    return getattr(value, "distribution", None)


class _OrText:
    """Tells the schema that a bare duration is fine too."""

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [DURATION_SCHEMA, handler(schema)]}


Distribution = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Uniform, Tag("uniform")]
    | Annotated[Exponential, Tag("exponential")]
    | Annotated[LogNormal, Tag("lognormal")]
    | Annotated[Gamma, Tag("gamma")]
    | Annotated[Weibull, Tag("weibull")]
    | Annotated[Empirical, Tag("empirical")],
    Discriminator(_family),
    BeforeValidator(_constant_from_text),
    _OrText(),
]
"""Any of the families above; in a file, a bare duration or ``{distribution: <family>, ...}``."""

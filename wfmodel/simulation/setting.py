"""What surrounds a system in a run: arrivals, network, faults, and how long. Data, nothing more."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.designs.faults import Fault
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.strict import STRICT
from wfmodel.model.units import LONGEST_NS, Duration, parse_duration

RateFactor = Annotated[float, Field(ge=0, le=1e6)]

MOST_CLOCK_NS: Final = 8 * LONGEST_NS
"""What the clock of arrivals may show, so that one more duration still fits in 64 bits."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Pattern:
    """How a rate goes up and down: ``factors`` of equal parts of a ``period``, over and over."""

    period: Annotated[Duration, Field(gt=0)]
    factors: Annotated[tuple[RateFactor, ...], Field(min_length=1, max_length=10_000)]

    @model_validator(mode="after")
    def _comes(self) -> Pattern:
        if not any(self.factors):
            raise ValueError("with every factor 0 nothing ever arrives")
        length = self.period // len(self.factors)
        if not length:
            raise ValueError("the parts of the period are shorter than a nanosecond")
        if not any(int(factor * length) for factor in self.factors):
            raise ValueError("the factors are so small that nothing ever arrives")
        return self


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Arrivals:
    """When instances start: ``every`` (time between two; exponential: Poisson), or ``at``.

    With a ``pattern``, ``every`` is the time between two where its factor is 1: where it is 3, time
    goes three times as fast for arrivals (of a Poisson process it is the rate that varies).
    """

    every: Distribution | None = None
    at: tuple[Duration, ...] = ()
    most: Annotated[int, Field(gt=0)] | None = None
    """Stop after this many."""
    pattern: Pattern | None = None

    @model_validator(mode="after")
    def _one_of(self) -> Arrivals:
        if (self.every is None) == (not self.at):
            raise ValueError("give either every (time between arrivals) or at (a trace of times)")
        if self.every is not None and self.every.mean_ns() <= 0:
            raise ValueError("the time between arrivals must be greater than zero")
        if self.pattern is not None and self.every is None:
            raise ValueError("a pattern needs a rate (every); a trace (at) has its own")
        return self


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Setting:
    """One environment. A run has two phases: arrivals and faults until ``horizon``; then neither,
    until nothing is left to happen or ``convergence`` is over.

    Instances that arrive before ``warm_up`` run but are not measured.
    """

    arrivals: Arrivals
    horizon: Annotated[Duration, Field(gt=0)]
    warm_up: Duration = 0
    convergence: Annotated[Duration, Field(gt=0)] = parse_duration("10m")
    network: Distribution = Constant(parse_duration("1ms"))
    """Latency from the broker to a recipient, per delivery."""
    faults: tuple[Fault, ...] = ()
    faults_until: Literal["horizon", "end"] = "horizon"
    """Whether they stop with the arrivals, so that what recovers can be seen, or go on."""

    @model_validator(mode="after")
    def _ordered(self) -> Setting:
        if self.warm_up >= self.horizon:
            raise ValueError("warm_up must be shorter than the horizon")
        pattern = self.arrivals.pattern
        if pattern is not None and self.horizon * max(pattern.factors) > MOST_CLOCK_NS:
            raise ValueError("arrivals go faster for longer than their clock can count")
        return self

"""What surrounds a system in a run: arrivals, network, faults, and how long. Data, nothing more."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.designs.faults import Fault
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration, parse_duration


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Arrivals:
    """When instances start: ``every`` (time between two; exponential: Poisson), or ``at``."""

    every: Distribution | None = None
    at: tuple[Duration, ...] = ()
    most: Annotated[int, Field(gt=0)] | None = None
    """Stop after this many."""

    @model_validator(mode="after")
    def _one_of(self) -> Arrivals:
        if (self.every is None) == (not self.at):
            raise ValueError("give either every (time between arrivals) or at (a trace of times)")
        if self.every is not None and self.every.mean_ns() <= 0:
            raise ValueError("the time between arrivals must be greater than zero")
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

    @model_validator(mode="after")
    def _ordered(self) -> Setting:
        if self.warm_up >= self.horizon:
            raise ValueError("warm_up must be shorter than the horizon")
        return self

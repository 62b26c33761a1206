"""A sweep sets one parameter of the faults to each of several values: consistency against rate.

>>> Sweep(fault=FaultKind.CRASH, every=("1h", "10m", "1m")).parameter
'every'
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.experiments.perturbations import with_mean
from wfmodel.model.failures import Name, Probability
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration
from wfmodel.simulation.setting import Setting

PositiveDurations = Annotated[tuple[Annotated[Duration, Field(gt=0)], ...], Field(min_length=2)]


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Sweep:
    """One parameter of the faults of one kind, set to each of several values.

    Give exactly one of ``every`` (mean time between two), ``lasts`` (mean), ``probability`` and
    ``factor``. ``target`` narrows it to the faults declared with that target.
    """

    fault: FaultKind
    target: Name | None = None
    every: PositiveDurations | None = None
    lasts: PositiveDurations | None = None
    probability: Annotated[tuple[Probability, ...], Field(min_length=2)] | None = None
    factor: Annotated[tuple[float, ...], Field(min_length=2)] | None = None
    replications: Annotated[int, Field(ge=2, le=100_000)] = 10

    @model_validator(mode="after")
    def _one_parameter(self) -> Sweep:
        given = [n for n in ("every", "lasts", "probability", "factor") if getattr(self, n)]
        if len(given) != 1:
            raise ValueError(
                "give exactly one of every, lasts, probability and factor;"
                f" given: {', '.join(given) or 'none'}"
            )
        return self

    @property
    def parameter(self) -> str:
        """Name of the parameter that is swept."""
        return next(n for n in ("every", "lasts", "probability", "factor") if getattr(self, n))

    @property
    def values(self) -> tuple[float, ...]:
        """Its values: nanoseconds for ``every`` and ``lasts``."""
        return tuple(getattr(self, self.parameter))

    def selects(self, fault: Fault) -> bool:
        """Whether it changes this fault."""
        return fault.kind is self.fault and (self.target is None or self.target in fault.whom)

    def applied(self, setting: Setting, value: float) -> Setting:
        """The setting with every selected fault's parameter set to ``value``."""
        faults = tuple(self._set(f, value) if self.selects(f) else f for f in setting.faults)
        return replace(setting, faults=faults)

    def _set(self, fault: Fault, value: float) -> Fault:
        match self.parameter:
            case "every":
                assert fault.every is not None
                return replace(fault, every=with_mean(fault.every, int(value)))
            case "lasts":
                return replace(fault, lasts=with_mean(fault.lasts, int(value)))
            case "probability":
                return replace(fault, probability=value)
            case _:
                return replace(fault, factor=value)

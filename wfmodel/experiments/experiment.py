"""An experiment varies what a scenario assumes: factors, responses, a plan, and how precisely.

It stands in a scenario's file under ``experiment``; everything that it does not name is as the
scenario has it, so that a cell is a scenario with some values replaced.

>>> Experiment(
...     factors={"crashes": Factor(path="setting.faults.0.every", low="1m", high="1h")},
...     responses=("lost",),
... ).factors["crashes"].is_duration
True

Read ``factorial.factors`` (what a path reaches) and ``factorial.plans`` (which values are tried)
next.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, TypeAlias

from pydantic import Field, PositiveFloat, PositiveInt, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.model.failures import Name
from wfmodel.model.strict import STRICT
from wfmodel.model.units import parse_duration

Level: TypeAlias = Any
"""A value of a factor: number, text, truth value, nothing, or the mapping of a distribution."""

MOST_POINTS: Final = 100_000


class RangeScale(StrEnum):
    """How a range is divided."""

    LINEAR = "linear"
    LOG = "log"


class PlanKind(StrEnum):
    """Which combinations of the factors' values are tried."""

    GRID = "grid"
    """Every combination of levels."""
    LATIN_HYPERCUBE = "latin-hypercube"
    """``points`` combinations; of each factor every one of as many strata once (McKay, Beckman &
    Conover, Technometrics 21, 1979)."""
    ONE_AT_A_TIME = "one-at-a-time"
    """The scenario as it is, and each level of each factor alone."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Factor:
    """One assumption and the values that it takes: ``levels``, or a range, ``low`` to ``high``.

    ``path`` is a place: ``setting.faults.0.every``, ``knobs.persistence`` (of all variants),
    ``variants.NAME.knobs.commit``, ``workflow.services.NAME.capacity``,
    ``workflow.states.*.duration`` (``*``: wherever there is one), ``design`` or ``variant``; a list
    of names where a name has a dot in it. Where a distribution stands, a duration becomes its mean
    and the family stays. ``times``: values multiply what is there. ``whole``: of a range, whole
    numbers only.
    """

    path: Name | Annotated[tuple[Name, ...], Field(min_length=1)]
    levels: Annotated[tuple[Level, ...], Field(min_length=2, max_length=1000)] | None = None
    low: int | float | str | None = None
    high: int | float | str | None = None
    scale: RangeScale = RangeScale.LINEAR
    whole: bool = False
    times: bool = False

    @model_validator(mode="after")
    def _values(self) -> Factor:
        bounds = (self.low, self.high)
        if (self.levels is None) == (bounds == (None, None)):
            raise ValueError("give either levels, or a range: low and high")
        if self.levels is not None:
            if self.scale is RangeScale.LOG:
                raise ValueError("scale divides a range; levels are taken as they are")
            _check_multiples(self.levels if self.times else ())
            _check_distinct(self.levels)
        elif None in bounds:
            raise ValueError("a range needs both low and high")
        else:
            self._check_range()
        return self

    def _check_range(self) -> None:
        if isinstance(self.low, str) != isinstance(self.high, str):
            raise ValueError(f"low and high are of two kinds: {self.low!r} and {self.high!r}")
        if self.times and isinstance(self.low, str):
            raise ValueError("times multiplies: low and high are numbers")
        low, high = self.bounds
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            raise ValueError(f"low must be less than high; got {self.low!r} and {self.high!r}")
        if low <= 0 and (self.scale is RangeScale.LOG or self.times):
            raise ValueError(f"low must be greater than zero here; got {self.low!r}")

    @property
    def parts(self) -> tuple[str, ...]:
        """The path, taken apart."""
        return tuple(self.path.split(".")) if isinstance(self.path, str) else tuple(self.path)

    @property
    def chooses_system(self) -> bool:
        """Whether it says which design or variant runs, so that a cell holds one system."""
        return self.parts in (("design",), ("variant",))

    @property
    def bounds(self) -> tuple[float, float]:
        """The range: nanoseconds for durations.

        Raises:
            ValueError: it has levels, or its text is no duration.
        """
        if self.low is None or self.high is None:
            raise ValueError("it has levels and no range")
        return _number(self.low), _number(self.high)

    @property
    def is_duration(self) -> bool:
        """Whether its values are durations."""
        if self.levels is None:
            return isinstance(self.low, str)
        return not self.times and all(_is_duration(each) for each in self.levels)

    @property
    def is_number(self) -> bool:
        """Whether its values have an order: numbers or durations."""
        return self.levels is None or self.is_duration or all(map(_is_number, self.levels))


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class PlanSpec:
    """How factors are combined. ``points``: of a Latin hypercube. ``levels``: into how many values
    the other plans divide a range (one-at-a-time: 2 are its ends).
    """

    kind: PlanKind = PlanKind.GRID
    points: Annotated[int, Field(ge=2, le=MOST_POINTS)] = 64
    levels: Annotated[int, Field(ge=2, le=1000)] | None = None

    @property
    def divisions(self) -> int:
        """How many values of a range are tried."""
        return self.levels or (2 if self.kind is PlanKind.ONE_AT_A_TIME else 5)


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Precision:
    """Replicate each cell until its intervals are narrow: half-widths, ``relative`` to the mean or
    ``absolute`` by response, in its unit; ``difference``: absolute, of the reference pair.

    Looks are taken after ``first`` replications and then at each doubling, up to ``most``.
    """

    relative: PositiveFloat | None = None
    absolute: Mapping[Name, PositiveFloat] = Field(default_factory=dict)
    difference: Mapping[Name, PositiveFloat] = Field(default_factory=dict)
    first: Annotated[int, Field(ge=2, le=100_000)] = 10
    most: Annotated[int, Field(ge=2, le=1_000_000)] = 160

    @model_validator(mode="after")
    def _asked(self) -> Precision:
        if self.relative is None and not self.absolute and not self.difference:
            raise ValueError("say how precisely: relative, absolute or difference")
        if self.most < self.first:
            raise ValueError(f"most ({self.most}) is less than first ({self.first})")
        return self


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Threshold:
    """From which value of a factor on is the reference pair's second variant better, or worse?

    Bisection over the factor's range until the interval is ``tolerance`` of the range (on its
    scale); each value is replicated until the sign of the paired difference is decided or ``most``
    replications are done. ``points`` are tried first, evenly spaced.
    """

    factor: Name
    response: Name
    tolerance: Annotated[float, Field(gt=1e-6, lt=0.5)] = 1 / 32
    points: Annotated[int, Field(ge=2, le=1000)] = 5
    first: Annotated[int, Field(ge=2, le=100_000)] = 20
    most: Annotated[int, Field(ge=2, le=1_000_000)] = 160

    @model_validator(mode="after")
    def _budget(self) -> Threshold:
        if self.most < self.first:
            raise ValueError(f"most ({self.most}) is less than first ({self.first})")
        return self


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Experiment:
    """Factors by name, responses (names of metrics), the plan, and how often each cell runs:
    ``replications``, or as often as ``precision`` needs.

    A cell holds every variant of the scenario, in paired runs; a factor with path ``design`` or
    ``variant`` makes it hold one. Replication r meets the same draws in every cell.
    """

    factors: Annotated[Mapping[Name, Factor], Field(min_length=1, max_length=100)]
    responses: Annotated[tuple[Name, ...], Field(min_length=1)]
    plan: PlanSpec = Field(default_factory=PlanSpec)
    replications: PositiveInt = 20
    precision: Precision | None = None
    threshold: Threshold | None = None

    @model_validator(mode="after")
    def _names(self) -> Experiment:
        if len(set(self.responses)) != len(self.responses):
            raise ValueError("responses names one metric twice")
        precise = self.precision
        for name in () if precise is None else (*precise.absolute, *precise.difference):
            if name not in self.responses:
                known = ", ".join(self.responses)
                raise ValueError(f"precision: {name!r} is no response; there are {known}")
        if self.threshold is not None and self.threshold.factor not in self.factors:
            known = ", ".join(self.factors)
            raise ValueError(f"threshold: no factor {self.threshold.factor!r}; there are {known}")
        return self


def _number(value: float | str) -> float:
    return float(parse_duration(value)) if isinstance(value, str) else float(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_duration(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        parse_duration(value)
    except ValueError:
        return False
    return True


def _check_multiples(levels: tuple[Level, ...]) -> None:
    for each in levels:
        if not _is_number(each) or not 0 < each < math.inf:
            raise ValueError(f"times multiplies: a level is a number above zero; got {each!r}")


def _check_distinct(levels: tuple[Level, ...]) -> None:
    seen = [f"{type(each).__name__} {each!r}" for each in levels]
    twice = [each for each in dict.fromkeys(seen) if seen.count(each) > 1]
    if twice:
        raise ValueError(f"a level is given twice: {twice[0].split(' ', 1)[1]}")

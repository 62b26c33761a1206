"""How a step can fail, and what is done about it: failure modes and retries."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PositiveInt, WithJsonSchema
from pydantic.dataclasses import dataclass

from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration, parse_duration

Name = Annotated[str, Field(min_length=1, max_length=200)]

_PER_CENT: Final = r"^\s*\d+(\.\d+)?\s*%\s*$"
_PROBABILITY_SCHEMA: Final[dict[str, Any]] = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": _PER_CENT, "examples": ["5%"]},
    ]
}


def _of_per_cent(value: object) -> object:
    """``5%`` is 0.05."""
    if not isinstance(value, str):
        return value
    if not re.match(_PER_CENT, value[:80]):
        raise ValueError(f"a probability is a number from 0 to 1, or per cent: 5%; got {value!r}")
    return float(Decimal(value.strip().removesuffix("%").strip()) / 100)


Probability = Annotated[
    float, Field(ge=0, le=1), BeforeValidator(_of_per_cent), WithJsonSchema(_PROBABILITY_SCHEMA)
]


class FailureKind(StrEnum):
    """Whether another attempt can help."""

    BUSINESS = "business"
    """Permanent: the same answer at every attempt (card declined)."""
    TRANSIENT = "transient"
    """Drawn anew at each attempt (connection reset)."""


class Jitter(StrEnum):
    """How a back-off is spread (AWS Architecture Blog, Exponential Backoff and Jitter)."""

    NONE = "none"
    FULL = "full"


@dataclass(frozen=True, slots=True, config=STRICT)
class FailureMode:
    """One way in which a task can fail, with its probability per attempt (business: per visit)."""

    kind: FailureKind
    probability: Probability = 0.0


@dataclass(frozen=True, slots=True, config=STRICT)
class RetryPolicy:
    """Attempts in all (the first included) and the pause before each further one.

    The pause before attempt k (k = 2, 3, …) is ``min(cap, backoff * factor ** (k - 2))``, with a
    cap of one day unless given; with a ``factor`` below 1 the pauses become shorter.
    ``on`` names the failures that are retried; empty means every transient failure and time-out.
    ``attempts`` None means until it succeeds.
    """

    attempts: PositiveInt | None = 3
    backoff: Duration = parse_duration("1s")
    factor: Annotated[float, Field(gt=0, le=1000)] = 2.0
    cap: Duration | None = None
    jitter: Jitter = Jitter.NONE
    on: tuple[Name, ...] = ()

    def delay_before(self, attempt: int) -> int:
        """Nanoseconds of back-off before ``attempt`` (2 or more), before jitter."""
        longest = self.cap if self.cap is not None else parse_duration("1d")
        # The exponent is bounded so that an endless retry cannot overflow a float.
        return int(min(longest, self.backoff * self.factor ** min(attempt - 2, 60)))

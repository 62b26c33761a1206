"""A metric is a pure function of tracks whose docstring is its page.

The docstring is a summary and four sections: definition, unit, source, and what it cannot see. The
registry adds what a docstring cannot: a title, a group, which direction is better, and how runs are
put together.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from wfmodel.metrics.instance_paths import Tracks

SECTIONS: Final = ("Definition", "Unit", "Source", "Cannot see")
SECOND: Final = 1e9
"""Nanoseconds."""


@dataclass(frozen=True, slots=True)
class Undefined:
    """No value, and why: nothing of the kind happened in this run."""

    reason: str


NO_INSTANCE: Final = Undefined("no instance was measured")
NO_EFFECTS: Final = Undefined("the system has no steps, and so no effects")
Value: TypeAlias = float | Undefined
Function: TypeAlias = Callable[[Tracks], Value]


class Per(StrEnum):
    """What a run's value is a mean over. Over several runs the value is the sum of all over the
    number of all (a ratio), so that a run in which little happened weighs little.
    """

    INSTANCES = "instances"
    VERDICTS = "instances with a verdict"
    STUCK = "stuck instances"
    HURT = "hurt instances"
    STRUCK = "hurt instances that met a fault"
    FAILED = "instances that failed"
    RUNS = "runs"
    """Of no count: each run in which it is defined weighs the same."""


class MetricGroup(StrEnum):
    """What a metric is about; the order is that of a report: what decides before what explains."""

    ENDS = "ends"
    HARM = "harm done by faults"
    CONSISTENCY = "consistency"
    DIVERGENCE = "divergence"
    STALENESS = "staleness"
    RECOVERY = "recovery"
    EVENTS = "events"
    OBSERVABILITY = "observability"
    COST = "cost"
    COUPLING = "coupling"


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the registry.

    ``better`` None: neither direction is good in itself, and ``undirected`` says why. ``per``: what
    a run's value is a mean over.
    """

    name: str
    title: str
    group: MetricGroup
    better: Literal["lower", "higher"] | None
    function: Function
    per: Per
    needs_history: bool = False
    """It is not measured on line: it needs the twin, how an instance ends before it has ended, or
    when work will be done that has begun."""
    restricted: bool = False
    """A time that is no longer than the convergence limit."""
    pooled: float | None = None
    """The share within it, if it is a percentile of latencies: over several runs that of all their
    instances together (``experiments.pooled_quantiles``)."""
    about_effects: bool = False
    """It says nothing where nothing can take effect: a system of one's own."""
    undirected: str = ""

    @property
    def summary(self) -> str:
        """The docstring's first paragraph."""
        return _sections(self.function)[""]

    @property
    def definition(self) -> str:
        """Exactly what is computed."""
        return _sections(self.function)["Definition"]

    @property
    def unit(self) -> str:
        """Unit of the value; ``fraction`` is between 0 and 1."""
        return _sections(self.function)["Unit"].rstrip(".")

    @property
    def source(self) -> str:
        """Whose idea it is."""
        return _sections(self.function)["Source"]

    @property
    def cannot_see(self) -> str:
        """What escapes it."""
        return _sections(self.function)["Cannot see"]


@cache
def _sections(function: Function) -> dict[str, str]:
    """The docstring by section, each as one line; the summary under the empty name."""
    parts = re.split(rf"^({'|'.join(SECTIONS)}): ", inspect.getdoc(function) or "", flags=re.M)
    named = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    return {name: " ".join(text.split()) for name, text in named.items()}


def mean(values: npt.ArrayLike) -> Value:
    """Mean of an array over instances; undefined where there are none."""
    array = np.asarray(values, dtype=np.float64)
    return float(array.mean()) if array.size else NO_INSTANCE

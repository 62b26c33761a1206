"""Prices and promises that a scenario names become metrics of their own, beside the common ones.

>>> promise = Promise(within=300 * 10**9, share=0.99)
>>> terms = Terms(prices=Prices(currency="EUR", message=0.01), promises=(("quick", promise),))
>>> [(each.name, each.unit) for each in terms.metrics()]
[('promise.quick', 'fraction'), ('cost', 'EUR'), ('cost_per_failure', 'EUR')]

Money is not added up from faults: it is what messages, writes and work cost at the prices that are
given, for each instance alone, so that its twin says what faults added to the bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final

import numpy as np
from pydantic import Field, model_validator
from pydantic.dataclasses import dataclass as declared

from wfmodel.designs.anomalies import CLEAN, Terminal
from wfmodel.designs.history import Kind
from wfmodel.metrics.codes import Bools, Floats
from wfmodel.metrics.instance_paths import NEVER, Tracks
from wfmodel.metrics.isolation import SharedData, metrics_of
from wfmodel.metrics.metric import (
    SECOND,
    Function,
    Metric,
    MetricGroup,
    Per,
    Undefined,
    Value,
    mean,
)
from wfmodel.metrics.metric_registry import METRICS
from wfmodel.metrics.worker_time import busy_ns
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration
from wfmodel.wording.declarations import duration_words
from wfmodel.wording.figures import number

NONE_FAILED: Final = Undefined("no instance ended otherwise than fulfilled")
Price = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@declared(frozen=True, slots=True, config=STRICT, kw_only=True)
class Prices:
    """What things cost, in one ``currency``. ``instance``: whatever else each instance costs.
    ``undone``: of one that ended clean but not fulfilled. ``half_done``: of one that is lost or
    left something wrong behind, such as somebody's time to repair it.
    """

    currency: Annotated[str, Field(min_length=1, max_length=20, pattern=r"^\S+$")]
    message: Price = 0.0
    store_write: Price = 0.0
    worker_second: Price = 0.0
    instance: Price = 0.0
    undone: Price = 0.0
    half_done: Price = 0.0

    @model_validator(mode="after")
    def _any(self) -> Prices:
        kinds = ("message", "store_write", "worker_second", "instance", "undone", "half_done")
        if not any(getattr(self, kind) for kind in kinds):
            raise ValueError(f"name at least one price: {', '.join(kinds)}")
        return self


@declared(frozen=True, slots=True, config=STRICT, kw_only=True)
class Promise:
    """A service-level objective: ``share`` of all instances end clean ``within`` a time."""

    within: Annotated[Duration, Field(gt=0)]
    share: Annotated[float, Field(gt=0, lt=1)]

    def __str__(self) -> str:
        return f"{number(self.share, 'fraction')} done within {duration_words(self.within)}"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is measured beyond the common metrics. Promises and shared data by name."""

    prices: Prices | None = None
    promises: tuple[tuple[str, Promise], ...] = ()
    shared: tuple[tuple[str, SharedData], ...] = ()

    def metrics(self) -> tuple[Metric, ...]:
        """A metric for each promise, three for each shared data item, and the two of money."""
        isolation = (each for name, shared in self.shared for each in metrics_of(name, shared))
        kept = (
            Metric(
                f"promise.{name}",
                f"promise {name}: {promise}",
                MetricGroup.ENDS,
                "higher",
                _Kept(promise),
                Per.INSTANCES,
                needs_history=True,
            )
            for name, promise in self.promises
        )
        if self.prices is None:
            return (*kept, *isolation)
        paid: tuple[tuple[str, str, Function, Per], ...] = (
            ("cost", "cost of an instance", _Cost(self.prices), Per.INSTANCES),
            (
                "cost_per_failure",
                "cost of an instance that failed",
                _CostPerFailure(self.prices),
                Per.FAILED,
            ),
        )
        money = (
            Metric(name, title, MetricGroup.COST, "lower", function, per, needs_history=True)
            for name, title, function, per in paid
        )
        return (*kept, *isolation, *money)

    def every_metric(self) -> Mapping[str, Metric]:
        """The common metrics and these, by name."""
        return MappingProxyType({**METRICS, **{each.name: each for each in self.metrics()}})


NO_TERMS: Final = Terms()
"""Nothing but the common metrics."""


def failed(tracks: Tracks) -> Bools:
    """Per instance: it ended otherwise than fulfilled, or never. What still runs has not failed."""
    found = np.array([each is not Terminal.COMMITTED for each in tracks.terminal], dtype=np.bool_)
    mine: Bools = found & ~tracks.running
    return mine


def failed_count(tracks: Tracks) -> int:
    """How many failed."""
    return int(tracks.once(failed).sum())


def clean(tracks: Tracks) -> Bools:
    """Per instance: it ended clean."""
    return np.array([each in CLEAN for each in tracks.terminal], dtype=np.bool_) & ~tracks.running


def costs(tracks: Tracks, prices: Prices) -> Floats:
    """Per instance: what it cost."""
    undone, wrong = tracks.once(failed) & clean(tracks), tracks.once(failed) & ~clean(tracks)
    total: Floats = (
        prices.instance
        + prices.message * _rows(tracks, Kind.SEND)
        + prices.store_write * _rows(tracks, Kind.COMMIT)
        + prices.worker_second * (tracks.once(busy_ns) / SECOND)
        + prices.undone * undone
        + prices.half_done * wrong
    )
    return total


def _rows(tracks: Tracks, kind: Kind) -> Floats:
    """Per instance: its rows of a kind."""
    mine = tracks.place_of[tracks.column_of(kind, 2)]
    return np.bincount(mine, minlength=tracks.count).astype(np.float64)


class _Kept:
    """A promise as a function of a run."""

    def __init__(self, promise: Promise) -> None:
        self.promise = promise
        self.__doc__ = f"""Fraction of instances that ended clean in time.

Definition: the share of instances whose class is committed or compensated and whose first verdict
in any store came no later than {duration_words(promise.within)} after arrival. The promise is met
if the interval of this share lies at or above {promise.share:g}, not met if it lies below.
Unit: fraction.
Source: service-level objectives; Google, Site Reliability Engineering, 2016, ch. 4.
Cannot see: when the customer was told; what is clean in the end, and was not so at the verdict.
"""

    def __call__(self, tracks: Tracks) -> Value:
        taken = tracks.verdict_ns - tracks.arrival_ns
        in_time = (tracks.verdict_ns != NEVER) & (taken <= self.promise.within)
        return mean(in_time & clean(tracks))


class _Cost:
    """Money per instance as a function of a run."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self.__doc__ = f"""What an instance costs.

Definition: the price of an instance, of its messages (rows SEND), of its durable writes (rows
COMMIT) and of the time that workers are busy with it (worker_time), and that of an end that is not
fulfilment: undone, or half done (lost, or with an anomaly). The mean over all instances.
Unit: {prices.currency}.
Source: unit cost; activity-based costing, Cooper & Kaplan, Harvard Business Review 1988.
Cannot see: what is paid for standing ready, and tiers of a price list.
"""

    def __call__(self, tracks: Tracks) -> Value:
        return mean(costs(tracks, self.prices))


class _CostPerFailure:
    """Money per failed instance as a function of a run."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self.__doc__ = f"""What an instance costs that failed.

Definition: the cost of the instances that ended otherwise than fulfilled, for whatever reason, over
their number; over several runs, the sum of all over the number of all. What still runs is left out.
Unit: {prices.currency}.
Source: cost of poor quality; Juran, Quality Control Handbook, 1951 (internal failure costs).
Cannot see: how many failed (see committed).
"""

    def __call__(self, tracks: Tracks) -> Value:
        found = costs(tracks, self.prices)[tracks.once(failed)]
        return float(found.mean()) if len(found) else NONE_FAILED

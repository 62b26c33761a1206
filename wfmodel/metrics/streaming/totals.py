"""From sums to metrics: every one of the registry, by the definition that stands there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Final, Protocol

import numpy as np

from wfmodel.designs.anomalies import Anomaly, Terminal
from wfmodel.designs.history import Drop, History
from wfmodel.designs.messages import Received
from wfmodel.display import Tabular
from wfmodel.metrics import coupling, recovery_times, staleness
from wfmodel.metrics.codes import Floats, Ints
from wfmodel.metrics.cost import NO_VERDICT, rate
from wfmodel.metrics.divergence import Series
from wfmodel.metrics.fault_intervals import Censored
from wfmodel.metrics.metric import NO_EFFECTS, NO_INSTANCE, SECOND, Undefined, Value
from wfmodel.metrics.metric_registry import METRICS
from wfmodel.metrics.observability import NOT_NAMED, NOT_STUCK
from wfmodel.metrics.streaming import meter_layout as at
from wfmodel.metrics.streaming.row_source import RowSource
from wfmodel.metrics.streaming.sketch import Sketch

NOT_ONLINE: Final = Undefined("measured from a history only")


class Measured(Protocol):
    """What was added up, in the words of ``meter_layout``: a meter whose run is over."""

    @property
    def words(self) -> Ints:
        """The header."""

    @property
    def head(self) -> History:
        """The run's history without rows."""

    @property
    def source(self) -> RowSource:
        """Gives numbers their meaning."""

    def array(self, field: int, *shape: int) -> Ints:
        """The words that a field points to."""


@dataclass(frozen=True, repr=False)
class OnlineMeasurement(Tabular):
    """A run that was measured while it went on, and of which no history is left.

    ``values``, ``reasons``, ``classes``, ``stable``, ``returned``, ``end_ns`` and ``quiescent`` as
    in ``Measurement``. Percentiles are within ``ERROR`` of those of the history, relatively; all
    else differs by rounding alone. So does what comes from the recovery curve, with at most
    ``SAMPLES`` times to recover. With more it comes from buckets and is within ``ERROR`` too,
    unless the run was cut while some had waited as long as others took to recover: which was longer
    is not known within a bucket. ``divergence`` has points of its own, 401 at most, up to the last
    change. ``latencies`` and the times to recover (``recovered``; ``unrecovered``: censored) are
    counted in buckets; ``survival`` is the curve of the latter, None without any.
    """

    instances: int
    values: Mapping[str, float]
    reasons: Mapping[str, str]
    classes: Mapping[Terminal, int]
    latencies: Sketch
    recovered: Sketch
    unrecovered: Sketch
    survival: recovery_times.Survival | None
    stable: Censored | None
    returned: Censored | None
    divergence: Series
    end_ns: int
    quiescent: bool


class Totals:
    """What a meter has added up, when observation is over."""

    one_by_one = at.SAMPLES
    """Times to recover up to which each is looked at by itself."""

    def __init__(self, meter: Measured, last_ns: int, end_ns: int, *, at_rest: bool) -> None:
        self._meter = meter
        self._words = meter.words
        self._reals: Floats = meter.words.view(np.float64)
        self.last_ns, self.end_ns, self.at_rest = last_ns, end_ns, at_rest
        self.instances = int(self._words[at.M_MEASURED])
        sketches = meter.array(at.M_SKETCHES, at.SKETCHES, at.BUCKETS)
        self._sketches = tuple(map(Sketch, sketches))
        participants = len(meter.head.participants)
        widths = (int(self._words[field + 1]) for field in (at.M_SENDS, at.M_REACTS))
        sends, reacts = (
            meter.array(field, participants + 1, width)
            for field, width in zip((at.M_SENDS, at.M_REACTS), widths, strict=True)
        )
        self._sends, self._reacts = sends, reacts[:participants]

    def measurement(self) -> OnlineMeasurement:
        """Every metric."""
        metrics = self._metrics()
        found = {
            name: NOT_ONLINE if metric.needs_history else metrics[name]
            for name, metric in METRICS.items()
        }
        if not self._meter.head.steps:
            found |= {name: NO_EFFECTS for name in METRICS if METRICS[name].about_effects}
        reasons = {n: v.reason for n, v in found.items() if isinstance(v, Undefined)}
        values = {n: nan if isinstance(v, Undefined) else float(v) for n, v in found.items()}
        classes = self._words[at.M_CLASSES :][: len(Terminal)].tolist()
        latencies, _, recovered, unrecovered = self._sketches
        return OnlineMeasurement(
            instances=self.instances,
            values=values,
            reasons=reasons,
            classes=dict(zip(Terminal, classes, strict=True)),
            latencies=latencies,
            recovered=recovered,
            unrecovered=unrecovered,
            survival=self._survival(),
            stable=self._stable(),
            returned=self._returned(),
            divergence=self._curve(),
            end_ns=self.end_ns,
            quiescent=self.at_rest,
        )

    # ------------------------------------------------------------------------------ pieces

    def _count(self, field: int) -> int:
        return int(self._words[field])

    def _sum(self, field: int) -> float:
        return float(self._reals[field])

    def _each(self, amount: float) -> Value:
        """An amount shared out over the measured instances."""
        return amount / self.instances if self.instances else NO_INSTANCE

    @staticmethod
    def _ratio(amount: float, of: float, undefined: Undefined) -> Value:
        return amount / of if of else undefined

    def _metrics(self) -> dict[str, Value]:
        """By name."""
        return {
            **self._consistency(),
            **self._ends(),
            **self._divergence(),
            **self._staleness(),
            **self._recovery(),
            **self._events(),
            **self._observability(),
            **self._cost(),
            **self._coupling(),
        }

    def _consistency(self) -> dict[str, Value]:
        clean = self._count(at.M_CLASSES) + self._count(at.M_CLASSES + 1)
        return {
            "global_agreement": self._each(self._sum(at.M_SHARE)),
            "disagreement_time": self._each(self._sum(at.M_INCONSISTENT) / SECOND),
            "terminal_consistency": self._each(clean),
        }

    def _ends(self) -> dict[str, Value]:
        shares = {
            "committed": at.M_CLASSES,
            "compensated": at.M_CLASSES + 1,
            **{str(flag.name).lower(): at.M_FLAGS + place for place, flag in enumerate(Anomaly)},
            "repeated_landings": at.M_REPEATS,
        }
        return {name: self._each(self._count(field)) for name, field in shares.items()}

    def _divergence(self) -> dict[str, Value]:
        return {
            "divergence_max": self._each(self._count(at.M_DIVERGENCE_MAX)),
            "divergence_integral": self._each(self._sum(at.M_DIVERGENCE) / SECOND),
            "divergence_time": self._each(self._sum(at.M_DIVERGENT) / SECOND),
            "divergence_pairs": self._each(self._count(at.M_PAIRS_MAX)),
            "divergence_permanent": self._each(self._count(at.M_PERMANENT)),
        }

    def _staleness(self) -> dict[str, Value]:
        none, writes = staleness.NO_WRITE, self._count(at.M_WRITES)
        views, stale = self._count(at.M_VIEWS), self._count(at.M_STALE_INSTANCES)
        windows, lives = self._sketches[at.WINDOW], max(1.0, self._sum(at.M_LIVES))

        def fresh(place: int) -> Value:
            fresh_pairs, known = self._count(at.M_FRESH + place), self._count(at.M_KNOWN + place)
            return self._ratio(fresh_pairs, known, none)

        return {
            "staleness_time": self._sum(at.M_AGE) / SECOND / lives if writes else none,
            "staleness_worst": self._ratio(self._sum(at.M_WORST) / SECOND, stale, none),
            "staleness_versions": self._ratio(self._count(at.M_VERSIONS), views, none),
            "inconsistency_window": self._ratio(self._sum(at.M_WINDOW) / SECOND, writes, none),
            "inconsistency_window_p99": windows.quantile_ns(0.99) / SECOND if writes else none,
            "fresh_10ms": fresh(0),
            "fresh_100ms": fresh(1),
            "fresh_1s": fresh(2),
            "never_applied": self._ratio(self._count(at.M_NEVER), writes, none),
        }

    def _recovery(self) -> dict[str, Value]:
        curve = self._survival()
        return {
            "standstill_time": recovery_times.restricted_mean(curve),
            "standstill_median": recovery_times.median(curve),
            "standstill_forever": recovery_times.never(curve),
            "stable_recovery": recovery_times.or_reason(self._stable()),
            "first_return": recovery_times.or_reason(self._returned()),
        }

    def _survival(self) -> recovery_times.Survival | None:
        count = self._count(at.M_SAMPLES_COUNT)
        if not count:
            return None
        if count <= self.one_by_one:
            samples = self._meter.array(at.M_SAMPLES, count)
            return recovery_times.survival_of(samples >> 1, samples & 1, np.ones_like(samples))
        recovered, forever = self._sketches[at.RECOVERED], self._sketches[at.FOREVER]
        return recovery_times.survival_of(
            np.concatenate((recovered.values_ns, forever.values_ns)),
            np.concatenate((recovered.counts, np.zeros_like(forever.counts))),
            np.concatenate((recovered.counts, forever.counts)),
        )

    def _spells(self) -> recovery_times.Spells | None:
        healed = self._count(at.M_HEALED)
        if healed == at.NEVER:
            return None
        found: Ints = self._meter.array(at.M_SPELLS, self._count(at.M_SPELLS_COUNT), 2)
        return recovery_times.Spells(
            healed, found[:, 0], found[:, 1], self._count(at.M_UNSETTLED) > 0
        )

    def _stable(self) -> Censored | None:
        return recovery_times.stable_after(self._spells(), self.end_ns)

    def _returned(self) -> Censored | None:
        return recovery_times.returned_after(self._spells(), self.end_ns)

    def _events(self) -> dict[str, Value]:
        return {
            "dead_letters": self._each(self._count(at.M_DROPS + Drop.SET_ASIDE)),
            "lost_events": self._each(self._count(at.M_DROPS + Drop.UNPUBLISHED)),
            "phantom_events": self._each(self._count(at.M_PHANTOMS)),
        }

    def _observability(self) -> dict[str, Value]:
        stuck, named = self._count(at.M_STUCK), self._count(at.M_NAMED)
        return {
            "stuck": self._each(stuck),
            "blindness": 1 - named / stuck if stuck else NOT_STUCK,
            "detection_time": self._ratio(self._sum(at.M_DETECTION) / SECOND, named, NOT_NAMED),
        }

    def _cost(self) -> dict[str, Value]:
        is_message = [isinstance(event, Received) for event in self._meter.source.seen_events()]
        by_event = self._reacts.sum(axis=0)[: len(is_message)]
        received = int(by_event[is_message[: len(by_event)]].sum())
        vain = sum(self._count(at.M_DROPS + cause) for cause in (Drop.LOST, Drop.RECIPIENT_DOWN))
        verdicts = self._count(at.M_VERDICTS)
        latencies = self._sketches[at.LATENCY]

        def percentile(share: float) -> Value:
            return latencies.quantile_ns(share) / SECOND if verdicts else NO_VERDICT

        return {
            "messages": self._each(int(self._sends.sum())),
            "deliveries": self._each(received),
            "broker_hops": self._each(received + vain),
            "store_writes": self._each(self._count(at.M_COMMITS)),
            "busiest_load": self._each(int(self._reacts.sum(axis=1).max(initial=0))),
            "extra_attempts": self._each(self._count(at.M_ATTEMPTS)),
            "latency_mean": self._ratio(self._sum(at.M_LATENCY) / SECOND, verdicts, NO_VERDICT),
            "latency_p50": percentile(0.50),
            "latency_p95": percentile(0.95),
            "latency_p99": percentile(0.99),
            "throughput": self._throughput(),
        }

    def _throughput(self) -> Value:
        end = self._count(at.M_ARRIVALS_END)
        length = (self.end_ns if end == at.NEVER else end) - self._meter.head.warm_up_ns
        return rate(self._count(at.M_IN_TIME), length)

    def _coupling(self) -> dict[str, Value]:
        source = self._meter.source
        sent = [(who - 1, number) for who, number in np.argwhere(self._sends).tolist()]
        taken = [(who, number) for who, number in np.argwhere(self._reacts).tolist()]
        found = coupling.links_of(sent, taken, source.seen_messages(), source.seen_events())
        return {name: function(found) for name, function in coupling.OF_LINKS.items()}

    def _curve(self) -> Series:
        curve = self._meter.array(at.M_CURVE, 2, at.CURVE + 1)
        width = 1 << self._count(at.M_CURVE_SHIFT)
        total, opened = curve[:, : self.last_ns // width + 1].cumsum(axis=1)
        times = np.arange(len(total), dtype=np.int64) * width
        some = opened > 0
        return Series(times, np.where(some, total / np.where(some, opened, 1), 0.0))

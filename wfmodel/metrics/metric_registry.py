"""The one table of metrics: what a report may show, in order. A test guards that it is complete."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from wfmodel.metrics import (
    consistency,
    cost,
    coupling,
    divergence,
    end_shares,
    observability,
    recovery_times,
    staleness,
    untrue_events,
)
from wfmodel.metrics.metric import Function, Metric, MetricGroup

Better = Literal["lower", "higher"]
_TABLE: Final[tuple[tuple[MetricGroup, str, Better | None, Function], ...]] = (
    (MetricGroup.CONSISTENCY, "state consistency", "higher", consistency.consistency),
    (MetricGroup.CONSISTENCY, "inconsistent time", "lower", consistency.inconsistent_time),
    (MetricGroup.CONSISTENCY, "terminal consistency", "higher", consistency.terminal_consistency),
    (MetricGroup.ENDS, "committed", None, end_shares.committed),
    (MetricGroup.ENDS, "compensated", None, end_shares.compensated),
    (MetricGroup.ENDS, "lost", "lower", end_shares.lost),
    (MetricGroup.ENDS, "split verdict", "lower", end_shares.split_verdict),
    (MetricGroup.ENDS, "phantom success", "lower", end_shares.phantom_success),
    (MetricGroup.ENDS, "duplicated effect", "lower", end_shares.duplicated_effect),
    (MetricGroup.ENDS, "dangling compensation", "lower", end_shares.dangling_compensation),
    (MetricGroup.ENDS, "orphaned effect", "lower", end_shares.orphaned_effect),
    (MetricGroup.ENDS, "repeated landings", "lower", end_shares.repeated_landings),
    (MetricGroup.DIVERGENCE, "largest divergence", "lower", divergence.divergence_max),
    (MetricGroup.DIVERGENCE, "divergence over time", "lower", divergence.divergence_integral),
    (MetricGroup.DIVERGENCE, "time diverged", "lower", divergence.divergence_time),
    (MetricGroup.DIVERGENCE, "conflicting pairs of views", "lower", divergence.divergence_pairs),
    (MetricGroup.DIVERGENCE, "permanent divergence", "lower", divergence.divergence_permanent),
    (MetricGroup.STALENESS, "staleness, mean age", "lower", staleness.staleness_time),
    (MetricGroup.STALENESS, "staleness, worst age", "lower", staleness.staleness_worst),
    (MetricGroup.STALENESS, "staleness, versions", "lower", staleness.staleness_versions),
    (MetricGroup.STALENESS, "inconsistency window", "lower", staleness.inconsistency_window),
    (
        MetricGroup.STALENESS,
        "inconsistency window, p99",
        "lower",
        staleness.inconsistency_window_p99,
    ),
    (MetricGroup.STALENESS, "fresh after 10 ms", "higher", staleness.fresh_10ms),
    (MetricGroup.STALENESS, "fresh after 100 ms", "higher", staleness.fresh_100ms),
    (MetricGroup.STALENESS, "fresh after 1 s", "higher", staleness.fresh_1s),
    (MetricGroup.STALENESS, "never applied", "lower", staleness.never_applied),
    (MetricGroup.RECOVERY, "recovery time of an instance", "lower", recovery_times.recovery_time),
    (MetricGroup.RECOVERY, "recovery time, median", "lower", recovery_times.recovery_median),
    (MetricGroup.RECOVERY, "never recovered", "lower", recovery_times.never_recovered),
    (MetricGroup.RECOVERY, "stable recovery of the run", "lower", recovery_times.stable_recovery),
    (MetricGroup.RECOVERY, "first return of the run", "lower", recovery_times.first_return),
    (MetricGroup.EVENTS, "lost events", "lower", untrue_events.lost_events),
    (MetricGroup.EVENTS, "phantom events", "lower", untrue_events.phantom_events),
    (MetricGroup.OBSERVABILITY, "stuck", "lower", observability.stuck),
    (MetricGroup.OBSERVABILITY, "blindness", "lower", observability.blindness),
    (MetricGroup.OBSERVABILITY, "detection time", "lower", observability.detection_time),
    (MetricGroup.COST, "messages", "lower", cost.messages),
    (MetricGroup.COST, "deliveries", "lower", cost.deliveries),
    (MetricGroup.COST, "broker hops", "lower", cost.broker_hops),
    (MetricGroup.COST, "store writes", "lower", cost.store_writes),
    (MetricGroup.COST, "latency, mean", "lower", cost.latency_mean),
    (MetricGroup.COST, "latency, p50", "lower", cost.latency_p50),
    (MetricGroup.COST, "latency, p95", "lower", cost.latency_p95),
    (MetricGroup.COST, "latency, p99", "lower", cost.latency_p99),
    (MetricGroup.COST, "throughput", "higher", cost.throughput),
    (MetricGroup.COST, "load on the busiest", "lower", cost.busiest_load),
    (MetricGroup.COST, "extra attempts", "lower", cost.extra_attempts),
    (MetricGroup.COUPLING, "links", "lower", coupling.link_count),
    (MetricGroup.COUPLING, "fan-in", "lower", coupling.fan_in),
    (MetricGroup.COUPLING, "fan-out", "lower", coupling.fan_out),
    (MetricGroup.COUPLING, "shared schemas", "lower", coupling.shared_schemas),
    (MetricGroup.COUPLING, "touched by a new step", "lower", coupling.touched_by_new_step),
)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        function.__name__: Metric(function.__name__, title, group, better, function)
        for group, title, better, function in _TABLE
    }
)
"""Every metric by name."""

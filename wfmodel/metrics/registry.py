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
    ends,
    events,
    observability,
    recovery,
    staleness,
)
from wfmodel.metrics.metric import Function, Group, Metric

Better = Literal["lower", "higher"]
_TABLE: Final[tuple[tuple[Group, str, Better | None, Function], ...]] = (
    (Group.CONSISTENCY, "state consistency", "higher", consistency.consistency),
    (Group.CONSISTENCY, "inconsistent time", "lower", consistency.inconsistent_time),
    (Group.CONSISTENCY, "terminal consistency", "higher", consistency.terminal_consistency),
    (Group.ENDS, "committed", None, ends.committed),
    (Group.ENDS, "compensated", None, ends.compensated),
    (Group.ENDS, "lost", "lower", ends.lost),
    (Group.ENDS, "split verdict", "lower", ends.split_verdict),
    (Group.ENDS, "phantom success", "lower", ends.phantom_success),
    (Group.ENDS, "duplicated effect", "lower", ends.duplicated_effect),
    (Group.ENDS, "dangling compensation", "lower", ends.dangling_compensation),
    (Group.ENDS, "orphaned effect", "lower", ends.orphaned_effect),
    (Group.ENDS, "repeated landings", "lower", ends.repeated_landings),
    (Group.DIVERGENCE, "largest divergence", "lower", divergence.divergence_max),
    (Group.DIVERGENCE, "divergence over time", "lower", divergence.divergence_integral),
    (Group.DIVERGENCE, "time diverged", "lower", divergence.divergence_time),
    (Group.DIVERGENCE, "conflicting pairs of views", "lower", divergence.divergence_pairs),
    (Group.DIVERGENCE, "permanent divergence", "lower", divergence.divergence_permanent),
    (Group.STALENESS, "staleness, mean age", "lower", staleness.staleness_time),
    (Group.STALENESS, "staleness, worst age", "lower", staleness.staleness_worst),
    (Group.STALENESS, "staleness, versions", "lower", staleness.staleness_versions),
    (Group.STALENESS, "inconsistency window", "lower", staleness.inconsistency_window),
    (Group.STALENESS, "inconsistency window, p99", "lower", staleness.inconsistency_window_p99),
    (Group.STALENESS, "fresh after 10 ms", "higher", staleness.fresh_10ms),
    (Group.STALENESS, "fresh after 100 ms", "higher", staleness.fresh_100ms),
    (Group.STALENESS, "fresh after 1 s", "higher", staleness.fresh_1s),
    (Group.STALENESS, "never applied", "lower", staleness.never_applied),
    (Group.RECOVERY, "recovery time of an instance", "lower", recovery.recovery_time),
    (Group.RECOVERY, "recovery time, median", "lower", recovery.recovery_median),
    (Group.RECOVERY, "never recovered", "lower", recovery.never_recovered),
    (Group.RECOVERY, "stable recovery of the run", "lower", recovery.stable_recovery),
    (Group.RECOVERY, "first return of the run", "lower", recovery.first_return),
    (Group.EVENTS, "lost events", "lower", events.lost_events),
    (Group.EVENTS, "phantom events", "lower", events.phantom_events),
    (Group.OBSERVABILITY, "stuck", "lower", observability.stuck),
    (Group.OBSERVABILITY, "blindness", "lower", observability.blindness),
    (Group.OBSERVABILITY, "detection time", "lower", observability.detection_time),
    (Group.COST, "messages", "lower", cost.messages),
    (Group.COST, "deliveries", "lower", cost.deliveries),
    (Group.COST, "broker hops", "lower", cost.broker_hops),
    (Group.COST, "store writes", "lower", cost.store_writes),
    (Group.COST, "latency, mean", "lower", cost.latency_mean),
    (Group.COST, "latency, p50", "lower", cost.latency_p50),
    (Group.COST, "latency, p95", "lower", cost.latency_p95),
    (Group.COST, "latency, p99", "lower", cost.latency_p99),
    (Group.COST, "throughput", "higher", cost.throughput),
    (Group.COST, "load on the busiest", "lower", cost.busiest_load),
    (Group.COST, "extra attempts", "lower", cost.extra_attempts),
    (Group.COUPLING, "links", "lower", coupling.link_count),
    (Group.COUPLING, "fan-in", "lower", coupling.fan_in),
    (Group.COUPLING, "fan-out", "lower", coupling.fan_out),
    (Group.COUPLING, "shared schemas", "lower", coupling.shared_schemas),
    (Group.COUPLING, "touched by a new step", "lower", coupling.touched_by_new_step),
)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        function.__name__: Metric(function.__name__, title, group, better, function)
        for group, title, better, function in _TABLE
    }
)
"""Every metric by name."""

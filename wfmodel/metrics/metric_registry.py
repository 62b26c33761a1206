"""The one table of metrics: what a report may show, in order, and all that is to be known of each.
Tests guard that it is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final, Literal

from wfmodel.metrics import (
    asked_place,
    consistency,
    cost,
    coupling,
    divergence,
    end_shares,
    observability,
    recovery_phases,
    recovery_times,
    staleness,
    twin,
    untrue_events,
    worker_time,
)
from wfmodel.metrics.metric import Function, Metric, MetricGroup, Per


def _entry(
    group: MetricGroup,
    title: str,
    better: Literal["lower", "higher"] | None,
    function: Function,
    per: Per,
    *,
    needs_history: bool = False,
    restricted: bool = False,
    pooled: float | None = None,
    about_effects: bool = False,
    undirected: str = "",
) -> Metric:
    facts = (needs_history, restricted, pooled, about_effects, undirected)
    return Metric(function.__name__, title, group, better, function, per, *facts)


_ends = partial(_entry, MetricGroup.ENDS)
_harm = partial(_entry, MetricGroup.HARM)
_consistency = partial(_entry, MetricGroup.CONSISTENCY)
_divergence = partial(_entry, MetricGroup.DIVERGENCE)
_staleness = partial(_entry, MetricGroup.STALENESS)
_recovery = partial(_entry, MetricGroup.RECOVERY)
_events = partial(_entry, MetricGroup.EVENTS)
_observability = partial(_entry, MetricGroup.OBSERVABILITY)
_cost = partial(_entry, MetricGroup.COST)
_coupling = partial(_entry, MetricGroup.COUPLING)

_TABLE: Final = (
    _ends("fulfilment (committed)", "higher", end_shares.committed, Per.INSTANCES),
    _ends(
        "undone cleanly (compensated)",
        None,
        end_shares.compensated,
        Per.INSTANCES,
        about_effects=True,
        undirected="undoing cleanly is good where the business failed, and not where a fault did",
    ),
    _ends(
        "clean ends (terminal consistency)",
        "higher",
        consistency.terminal_consistency,
        Per.INSTANCES,
    ),
    _ends("lost", "lower", end_shares.lost, Per.INSTANCES),
    _ends(
        "still running at the end",
        "lower",
        end_shares.still_running,
        Per.INSTANCES,
        needs_history=True,
    ),
    _ends("split verdict", "lower", end_shares.split_verdict, Per.INSTANCES),
    _ends(
        "phantom success", "lower", end_shares.phantom_success, Per.INSTANCES, about_effects=True
    ),
    _ends(
        "duplicated effect",
        "lower",
        end_shares.duplicated_effect,
        Per.INSTANCES,
        about_effects=True,
    ),
    _ends(
        "dangling compensation",
        "lower",
        end_shares.dangling_compensation,
        Per.INSTANCES,
        about_effects=True,
    ),
    _ends(
        "orphaned effect", "lower", end_shares.orphaned_effect, Per.INSTANCES, about_effects=True
    ),
    _ends(
        "repeated landings",
        "lower",
        end_shares.repeated_landings,
        Per.INSTANCES,
        about_effects=True,
    ),
    _harm(
        "delay by faults",
        "lower",
        twin.fault_delay,
        Per.INSTANCES,
        needs_history=True,
        restricted=True,
    ),
    _harm("hurt by a fault", "lower", twin.hurt, Per.INSTANCES, needs_history=True),
    _harm(
        "held up when hurt (recovery time)",
        "lower",
        twin.recovery_time,
        Per.HURT,
        needs_history=True,
        restricted=True,
    ),
    _harm(
        "until noticed (recovery 1)",
        "lower",
        recovery_phases.recovery_noticed,
        Per.STRUCK,
        needs_history=True,
        restricted=True,
    ),
    _harm(
        "then until taken over (recovery 2)",
        "lower",
        recovery_phases.recovery_taken_over,
        Per.STRUCK,
        needs_history=True,
        restricted=True,
    ),
    _harm(
        "then until finished (recovery 3)",
        "lower",
        recovery_phases.recovery_finished,
        Per.STRUCK,
        needs_history=True,
        restricted=True,
    ),
    _harm(
        "never recovered, of those hurt",
        "lower",
        twin.never_recovered,
        Per.HURT,
        needs_history=True,
    ),
    _harm(
        "ended worse than without faults", "lower", twin.derailed, Per.INSTANCES, needs_history=True
    ),
    _harm(
        "system recovery",
        "lower",
        twin.system_recovery,
        Per.RUNS,
        needs_history=True,
        restricted=True,
    ),
    _consistency(
        "wrong answers where one asks",
        "lower",
        asked_place.wrong_time,
        Per.INSTANCES,
        needs_history=True,
        restricted=True,
    ),
    _consistency(
        "true answers (state consistency)",
        "higher",
        asked_place.consistency,
        Per.INSTANCES,
        needs_history=True,
    ),
    _consistency(
        "chance of a false answer",
        "lower",
        asked_place.false_answer,
        Per.INSTANCES,
        needs_history=True,
    ),
    _consistency(
        "stale answers where one asks",
        "lower",
        asked_place.behind_time,
        Per.INSTANCES,
        needs_history=True,
        restricted=True,
    ),
    _consistency(
        "chance of a stale answer",
        "lower",
        asked_place.stale_answer,
        Per.INSTANCES,
        needs_history=True,
    ),
    _consistency(
        "effects exposed that will not stand",
        "lower",
        asked_place.exposed_time,
        Per.INSTANCES,
        needs_history=True,
        restricted=True,
    ),
    _consistency("global agreement", "higher", consistency.global_agreement, Per.INSTANCES),
    _consistency(
        "time without global agreement", "lower", consistency.disagreement_time, Per.INSTANCES
    ),
    _divergence("largest divergence", "lower", divergence.divergence_max, Per.INSTANCES),
    _divergence("divergence over time", "lower", divergence.divergence_integral, Per.INSTANCES),
    _divergence("time diverged", "lower", divergence.divergence_time, Per.INSTANCES),
    _divergence("conflicting pairs of views", "lower", divergence.divergence_pairs, Per.INSTANCES),
    _divergence("permanent divergence", "lower", divergence.divergence_permanent, Per.INSTANCES),
    _staleness("staleness, mean age", "lower", staleness.staleness_time, Per.RUNS),
    _staleness("staleness, worst age", "lower", staleness.staleness_worst, Per.RUNS),
    _staleness("staleness, versions", "lower", staleness.staleness_versions, Per.RUNS),
    _staleness("inconsistency window", "lower", staleness.inconsistency_window, Per.RUNS),
    _staleness("inconsistency window, p99", "lower", staleness.inconsistency_window_p99, Per.RUNS),
    _staleness("fresh after 10 ms", "higher", staleness.fresh_10ms, Per.RUNS),
    _staleness("fresh after 100 ms", "higher", staleness.fresh_100ms, Per.RUNS),
    _staleness("fresh after 1 s", "higher", staleness.fresh_1s, Per.RUNS),
    _staleness("never applied", "lower", staleness.never_applied, Per.RUNS),
    _recovery(
        "standstill after a fault",
        "lower",
        recovery_times.standstill_time,
        Per.RUNS,
        restricted=True,
    ),
    _recovery(
        "standstill after a fault, median", "lower", recovery_times.standstill_median, Per.RUNS
    ),
    _recovery("met a fault and never ended", "lower", recovery_times.standstill_forever, Per.RUNS),
    _recovery(
        "global agreement for good, after the faults",
        "lower",
        recovery_times.stable_recovery,
        Per.RUNS,
        restricted=True,
    ),
    _recovery(
        "global agreement again, after the faults",
        "lower",
        recovery_times.first_return,
        Per.RUNS,
        restricted=True,
    ),
    _events("dead letters", "lower", untrue_events.dead_letters, Per.INSTANCES),
    _events("lost events", "lower", untrue_events.lost_events, Per.INSTANCES),
    _events("phantom events", "lower", untrue_events.phantom_events, Per.INSTANCES),
    _observability("stuck", "lower", observability.stuck, Per.INSTANCES),
    _observability("blindness", "lower", observability.blindness, Per.STUCK),
    _observability("detection time", "lower", observability.detection_time, Per.RUNS),
    _cost("messages", "lower", cost.messages, Per.INSTANCES),
    _cost("deliveries", "lower", cost.deliveries, Per.INSTANCES),
    _cost("broker hops", "lower", cost.broker_hops, Per.INSTANCES),
    _cost("store writes", "lower", cost.store_writes, Per.INSTANCES),
    _cost(
        "time to the end, nobody left out",
        "lower",
        cost.completion_time,
        Per.INSTANCES,
        needs_history=True,
        restricted=True,
    ),
    _cost("latency, mean", "lower", cost.latency_mean, Per.VERDICTS),
    _cost("latency, p50", "lower", cost.latency_p50, Per.RUNS, pooled=0.50),
    _cost("latency, p95", "lower", cost.latency_p95, Per.RUNS, pooled=0.95),
    _cost("latency, p99", "lower", cost.latency_p99, Per.RUNS, pooled=0.99),
    _cost("throughput", "higher", cost.throughput, Per.RUNS),
    _cost("load on the busiest", "lower", cost.busiest_load, Per.INSTANCES),
    _cost("extra attempts", "lower", cost.extra_attempts, Per.INSTANCES),
    _cost(
        "executions at once",
        "lower",
        worker_time.executions_at_once,
        Per.INSTANCES,
        needs_history=True,
    ),
    _cost(
        "refused reports", "lower", worker_time.refused_reports, Per.INSTANCES, needs_history=True
    ),
    _cost("time of workers", "lower", worker_time.worker_time, Per.INSTANCES, needs_history=True),
    _coupling("links", "lower", coupling.link_count, Per.RUNS),
    _coupling("fan-in", "lower", coupling.fan_in, Per.RUNS),
    _coupling("fan-out", "lower", coupling.fan_out, Per.RUNS),
    _coupling("shared schemas", "lower", coupling.shared_schemas, Per.RUNS),
    _coupling("touched by a new step", "lower", coupling.touched_by_new_step, Per.RUNS),
)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType({each.name: each for each in _TABLE})
"""Every metric by name."""

"""The one table of metrics: what a report may show, in order. A test guards that it is complete."""

from __future__ import annotations

from collections.abc import Mapping
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

Better = Literal["lower", "higher"]
_TABLE: Final[tuple[tuple[MetricGroup, str, Better | None, Function], ...]] = (
    (MetricGroup.ENDS, "fulfilment (committed)", "higher", end_shares.committed),
    (MetricGroup.ENDS, "undone cleanly (compensated)", None, end_shares.compensated),
    (
        MetricGroup.ENDS,
        "clean ends (terminal consistency)",
        "higher",
        consistency.terminal_consistency,
    ),
    (MetricGroup.ENDS, "lost", "lower", end_shares.lost),
    (MetricGroup.ENDS, "still running at the end", "lower", end_shares.still_running),
    (MetricGroup.ENDS, "split verdict", "lower", end_shares.split_verdict),
    (MetricGroup.ENDS, "phantom success", "lower", end_shares.phantom_success),
    (MetricGroup.ENDS, "duplicated effect", "lower", end_shares.duplicated_effect),
    (MetricGroup.ENDS, "dangling compensation", "lower", end_shares.dangling_compensation),
    (MetricGroup.ENDS, "orphaned effect", "lower", end_shares.orphaned_effect),
    (MetricGroup.ENDS, "repeated landings", "lower", end_shares.repeated_landings),
    (MetricGroup.HARM, "delay by faults", "lower", twin.fault_delay),
    (MetricGroup.HARM, "hurt by a fault", "lower", twin.hurt),
    (MetricGroup.HARM, "held up when hurt (recovery time)", "lower", twin.recovery_time),
    (MetricGroup.HARM, "until noticed (recovery 1)", "lower", recovery_phases.recovery_noticed),
    (
        MetricGroup.HARM,
        "then until taken over (recovery 2)",
        "lower",
        recovery_phases.recovery_taken_over,
    ),
    (
        MetricGroup.HARM,
        "then until finished (recovery 3)",
        "lower",
        recovery_phases.recovery_finished,
    ),
    (MetricGroup.HARM, "never recovered, of those hurt", "lower", twin.never_recovered),
    (MetricGroup.HARM, "ended worse than without faults", "lower", twin.derailed),
    (MetricGroup.HARM, "system recovery", "lower", twin.system_recovery),
    (MetricGroup.CONSISTENCY, "wrong answers where one asks", "lower", asked_place.wrong_time),
    (
        MetricGroup.CONSISTENCY,
        "true answers (state consistency)",
        "higher",
        asked_place.consistency,
    ),
    (MetricGroup.CONSISTENCY, "chance of a false answer", "lower", asked_place.false_answer),
    (MetricGroup.CONSISTENCY, "stale answers where one asks", "lower", asked_place.behind_time),
    (MetricGroup.CONSISTENCY, "chance of a stale answer", "lower", asked_place.stale_answer),
    (
        MetricGroup.CONSISTENCY,
        "effects exposed that will not stand",
        "lower",
        asked_place.exposed_time,
    ),
    (MetricGroup.CONSISTENCY, "global agreement", "higher", consistency.global_agreement),
    (
        MetricGroup.CONSISTENCY,
        "time without global agreement",
        "lower",
        consistency.disagreement_time,
    ),
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
    (MetricGroup.RECOVERY, "standstill after a fault", "lower", recovery_times.standstill_time),
    (
        MetricGroup.RECOVERY,
        "standstill after a fault, median",
        "lower",
        recovery_times.standstill_median,
    ),
    (
        MetricGroup.RECOVERY,
        "met a fault and never ended",
        "lower",
        recovery_times.standstill_forever,
    ),
    (
        MetricGroup.RECOVERY,
        "global agreement for good, after the faults",
        "lower",
        recovery_times.stable_recovery,
    ),
    (
        MetricGroup.RECOVERY,
        "global agreement again, after the faults",
        "lower",
        recovery_times.first_return,
    ),
    (MetricGroup.EVENTS, "dead letters", "lower", untrue_events.dead_letters),
    (MetricGroup.EVENTS, "lost events", "lower", untrue_events.lost_events),
    (MetricGroup.EVENTS, "phantom events", "lower", untrue_events.phantom_events),
    (MetricGroup.OBSERVABILITY, "stuck", "lower", observability.stuck),
    (MetricGroup.OBSERVABILITY, "blindness", "lower", observability.blindness),
    (MetricGroup.OBSERVABILITY, "detection time", "lower", observability.detection_time),
    (MetricGroup.COST, "messages", "lower", cost.messages),
    (MetricGroup.COST, "deliveries", "lower", cost.deliveries),
    (MetricGroup.COST, "broker hops", "lower", cost.broker_hops),
    (MetricGroup.COST, "store writes", "lower", cost.store_writes),
    (MetricGroup.COST, "time to the end, nobody left out", "lower", cost.completion_time),
    (MetricGroup.COST, "latency, mean", "lower", cost.latency_mean),
    (MetricGroup.COST, "latency, p50", "lower", cost.latency_p50),
    (MetricGroup.COST, "latency, p95", "lower", cost.latency_p95),
    (MetricGroup.COST, "latency, p99", "lower", cost.latency_p99),
    (MetricGroup.COST, "throughput", "higher", cost.throughput),
    (MetricGroup.COST, "load on the busiest", "lower", cost.busiest_load),
    (MetricGroup.COST, "extra attempts", "lower", cost.extra_attempts),
    (MetricGroup.COST, "executions at once", "lower", worker_time.executions_at_once),
    (MetricGroup.COST, "refused reports", "lower", worker_time.refused_reports),
    (MetricGroup.COST, "time of workers", "lower", worker_time.worker_time),
    (MetricGroup.COUPLING, "links", "lower", coupling.link_count),
    (MetricGroup.COUPLING, "fan-in", "lower", coupling.fan_in),
    (MetricGroup.COUPLING, "fan-out", "lower", coupling.fan_out),
    (MetricGroup.COUPLING, "shared schemas", "lower", coupling.shared_schemas),
    (MetricGroup.COUPLING, "touched by a new step", "lower", coupling.touched_by_new_step),
)

_PER: Final[Mapping[str, Per]] = {
    "latency_mean": Per.VERDICTS,
    "blindness": Per.STUCK,
    "recovery_time": Per.HURT,
    "never_recovered": Per.HURT,
    "recovery_noticed": Per.STRUCK,
    "recovery_taken_over": Per.STRUCK,
    "recovery_finished": Per.STRUCK,
    **dict.fromkeys(
        (
            "system_recovery",
            "standstill_time",
            "standstill_median",
            "standstill_forever",
            "stable_recovery",
            "first_return",
            "detection_time",
            "latency_p50",
            "latency_p95",
            "latency_p99",
            "throughput",
            *(f.__name__ for group, _, _, f in _TABLE if group is MetricGroup.STALENESS),
            *(f.__name__ for group, _, _, f in _TABLE if group is MetricGroup.COUPLING),
        ),
        Per.RUNS,
    ),
}
"""What is not a mean over all instances."""

_BY_THE_TWIN: Final = (twin.__name__, asked_place.__name__, recovery_phases.__name__)
_FROM_HISTORIES: Final = (
    "still_running",
    "completion_time",
    "executions_at_once",
    "refused_reports",
    "worker_time",
    *(f.__name__ for _, _, _, f in _TABLE if f.__module__ in _BY_THE_TWIN),
)
"""What is not measured on line: it needs the twin, how an instance ends before it has ended, or
when work will be done that has begun."""

_UNDIRECTED: Final[Mapping[str, str]] = {
    "compensated": "undoing cleanly is good where the business failed, and not where a fault did",
}

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        function.__name__: Metric(
            function.__name__,
            title,
            group,
            better,
            function,
            _PER.get(function.__name__, Per.INSTANCES),
            function.__name__ in _FROM_HISTORIES,
            _UNDIRECTED.get(function.__name__, ""),
        )
        for group, title, better, function in _TABLE
    }
)
"""Every metric by name."""

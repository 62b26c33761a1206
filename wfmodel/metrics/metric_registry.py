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
    function: Function,
    *,
    better: Literal["lower", "higher"] | None = "lower",
    per: Per = Per.INSTANCES,
    needs_history: bool = False,
    restricted: bool = False,
    pooled: float | None = None,
    about_effects: bool = False,
    undirected: str = "",
) -> Metric:
    """Unless something else is said: less is better, and the value is a mean over instances."""
    facts = (needs_history, restricted, pooled, about_effects, undirected)
    return Metric(function.__name__, title, group, better, function, per, *facts)


_ends = partial(_entry, MetricGroup.ENDS)
_harm = partial(_entry, MetricGroup.HARM, needs_history=True)
_consistency = partial(_entry, MetricGroup.CONSISTENCY)
_divergence = partial(_entry, MetricGroup.DIVERGENCE)
_staleness = partial(_entry, MetricGroup.STALENESS, per=Per.RUNS)
_recovery = partial(_entry, MetricGroup.RECOVERY, per=Per.RUNS)
_events = partial(_entry, MetricGroup.EVENTS)
_observability = partial(_entry, MetricGroup.OBSERVABILITY)
_cost = partial(_entry, MetricGroup.COST)
_coupling = partial(_entry, MetricGroup.COUPLING, per=Per.RUNS)

_TABLE: Final = (
    _ends("fulfilment (committed)", end_shares.committed, better="higher"),
    _ends(
        "undone cleanly (compensated)",
        end_shares.compensated,
        better=None,
        about_effects=True,
        undirected="undoing cleanly is good where the business failed, and not where a fault did",
    ),
    _ends("clean ends (terminal consistency)", consistency.terminal_consistency, better="higher"),
    _ends("lost", end_shares.lost),
    _ends("still running at the end", end_shares.still_running, needs_history=True),
    _ends("split verdict", end_shares.split_verdict),
    _ends("phantom success", end_shares.phantom_success, about_effects=True),
    _ends("duplicated effect", end_shares.duplicated_effect, about_effects=True),
    _ends("dangling compensation", end_shares.dangling_compensation, about_effects=True),
    _ends("orphaned effect", end_shares.orphaned_effect, about_effects=True),
    _ends("repeated landings", end_shares.repeated_landings, about_effects=True),
    _harm("delay by faults", twin.fault_delay, restricted=True),
    _harm("hurt by a fault", twin.hurt),
    _harm("held up when hurt (recovery time)", twin.recovery_time, per=Per.HURT, restricted=True),
    _harm(
        "until noticed (recovery 1)",
        recovery_phases.recovery_noticed,
        per=Per.STRUCK,
        restricted=True,
    ),
    _harm(
        "then until taken over (recovery 2)",
        recovery_phases.recovery_taken_over,
        per=Per.STRUCK,
        restricted=True,
    ),
    _harm(
        "then until finished (recovery 3)",
        recovery_phases.recovery_finished,
        per=Per.STRUCK,
        restricted=True,
    ),
    _harm("never recovered, of those hurt", twin.never_recovered, per=Per.HURT),
    _harm("ended worse than without faults", twin.derailed),
    _harm("system recovery", twin.system_recovery, per=Per.RUNS, restricted=True),
    _consistency(
        "wrong answers where one asks", asked_place.wrong_time, needs_history=True, restricted=True
    ),
    _consistency(
        "true answers (state consistency)",
        asked_place.consistency,
        better="higher",
        needs_history=True,
    ),
    _consistency("chance of a false answer", asked_place.false_answer, needs_history=True),
    _consistency(
        "stale answers where one asks", asked_place.behind_time, needs_history=True, restricted=True
    ),
    _consistency("chance of a stale answer", asked_place.stale_answer, needs_history=True),
    _consistency(
        "effects exposed that will not stand",
        asked_place.exposed_time,
        needs_history=True,
        restricted=True,
    ),
    _consistency("global agreement", consistency.global_agreement, better="higher"),
    _consistency("time without global agreement", consistency.disagreement_time),
    _divergence("largest divergence", divergence.divergence_max),
    _divergence("divergence over time", divergence.divergence_integral),
    _divergence("time diverged", divergence.divergence_time),
    _divergence("conflicting pairs of views", divergence.divergence_pairs),
    _divergence("permanent divergence", divergence.divergence_permanent),
    _staleness("staleness, mean age", staleness.staleness_time),
    _staleness("staleness, worst age", staleness.staleness_worst),
    _staleness("staleness, versions", staleness.staleness_versions),
    _staleness("inconsistency window", staleness.inconsistency_window),
    _staleness("inconsistency window, p99", staleness.inconsistency_window_p99),
    _staleness("fresh after 10 ms", staleness.fresh_10ms, better="higher"),
    _staleness("fresh after 100 ms", staleness.fresh_100ms, better="higher"),
    _staleness("fresh after 1 s", staleness.fresh_1s, better="higher"),
    _staleness("never applied", staleness.never_applied),
    _recovery("standstill after a fault", recovery_times.standstill_time, restricted=True),
    _recovery("standstill after a fault, median", recovery_times.standstill_median),
    _recovery("met a fault and never ended", recovery_times.standstill_forever),
    _recovery(
        "global agreement for good, after the faults",
        recovery_times.stable_recovery,
        restricted=True,
    ),
    _recovery(
        "global agreement again, after the faults", recovery_times.first_return, restricted=True
    ),
    _events("dead letters", untrue_events.dead_letters),
    _events("lost events", untrue_events.lost_events),
    _events("phantom events", untrue_events.phantom_events),
    _observability("stuck", observability.stuck),
    _observability("blindness", observability.blindness, per=Per.STUCK),
    _observability("detection time", observability.detection_time, per=Per.RUNS),
    _cost("messages", cost.messages),
    _cost("deliveries", cost.deliveries),
    _cost("broker hops", cost.broker_hops),
    _cost("store writes", cost.store_writes),
    _cost(
        "time to the end, nobody left out",
        cost.completion_time,
        needs_history=True,
        restricted=True,
    ),
    _cost("latency, mean", cost.latency_mean, per=Per.VERDICTS),
    _cost("latency, p50", cost.latency_p50, per=Per.RUNS, pooled=0.50),
    _cost("latency, p95", cost.latency_p95, per=Per.RUNS, pooled=0.95),
    _cost("latency, p99", cost.latency_p99, per=Per.RUNS, pooled=0.99),
    _cost("throughput", cost.throughput, better="higher", per=Per.RUNS),
    _cost("load on the busiest", cost.busiest_load),
    _cost("extra attempts", cost.extra_attempts),
    _cost("executions at once", worker_time.executions_at_once, needs_history=True),
    _cost("refused reports", worker_time.refused_reports, needs_history=True),
    _cost("time of workers", worker_time.worker_time, needs_history=True),
    _coupling("links", coupling.link_count),
    _coupling("fan-in", coupling.fan_in),
    _coupling("fan-out", coupling.fan_out),
    _coupling("shared schemas", coupling.shared_schemas),
    _coupling("touched by a new step", coupling.touched_by_new_step),
)

METRICS: Final[Mapping[str, Metric]] = MappingProxyType({each.name: each for each in _TABLE})
"""Every metric by name."""

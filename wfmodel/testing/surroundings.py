"""Random knobs, faults and settings: everything that can surround a random workflow."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from wfmodel.designs import Fault, Hybrid, Knobs
from wfmodel.designs.faults import OF_KINDS, FaultKind
from wfmodel.designs.knobs import (
    Acknowledge,
    Custody,
    Delivery,
    DualWriteOrder,
    Early,
    Interrupted,
    KnownKey,
    Lease,
    Order,
    Persistence,
    Poll,
    Publishing,
    Recovery,
    Unhandled,
)
from wfmodel.model.distributions import Constant, Distribution, Exponential
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import Arrivals, Setting
from wfmodel.testing.workflows import SERVICES

MS = parse_duration("1ms")
GROUPS = ("orchestrator", "second", "third")
"""Groups of random hybrids."""
COORDINATORS = ("orchestrator", "second", "watchdog")
SLOW_ENOUGH_TO_MATTER: tuple[Distribution, ...] = (
    Constant(0),
    Constant(MS),
    Exponential(mean=20 * MS),
)
LEASES = (
    None,
    None,
    Lease(renewed=10 * MS, lasts=60 * MS, look=25 * MS),
    Lease(renewed=10 * MS, lasts=60 * MS, look=25 * MS, of="services"),
)
REPLICAS: tuple[dict[str, int], ...] = ({}, {}, {"*": 2}, {"services": 3}, {"orchestrator": 2})
HEARTBEATS = (None, Lease(renewed=3 * MS, lasts=30 * MS, look=11 * MS))
POLLS = (None, None, Poll(every=13 * MS), Poll(every=5 * MS, of="orchestrator"))
latencies: st.SearchStrategy[Distribution] = st.sampled_from(SLOW_ENOUGH_TO_MATTER)


@st.composite
def knobs(draw: DrawFn) -> Knobs:
    """Any setting of all knobs that change what can happen."""
    publishing = draw(st.sampled_from(Publishing))
    orders = list(DualWriteOrder)
    first = publishing is Publishing.DUAL_WRITE and draw(st.booleans())
    persistence, delivery = draw(st.sampled_from(Persistence)), draw(st.sampled_from(Delivery))
    free = persistence in (Persistence.DATABASE, Persistence.EVENT_STREAM) and not first
    free = free and delivery is Delivery.AT_LEAST_ONCE
    known = draw(st.booleans())
    shared = persistence in (Persistence.DATABASE, Persistence.EVENT_STREAM)
    acknowledge = draw(st.sampled_from(Acknowledge)) if free else Acknowledge.AFTER_COMMIT
    replicas = draw(st.sampled_from(REPLICAS)) if shared else {}
    late = acknowledge is Acknowledge.AFTER_WORK  # a lease shorter than all work ends in a storm
    order = draw(st.sampled_from([Order.NONE, Order.NONE, Order.PER_INSTANCE]))
    order = order if delivery is Delivery.AT_LEAST_ONCE else Order.NONE
    shared_line = draw(st.sampled_from([None, 1, 2]))
    return Knobs(
        persistence=persistence,
        commit=draw(latencies),
        connections=draw(st.sampled_from([None, None, 1, 2])) if shared else None,
        flush_interval=draw(st.sampled_from([5 * MS, 100 * MS])),
        replay=MS,
        delivery=delivery,
        redelivery_timeout=draw(st.sampled_from([200 * MS] if late else [10 * MS, 200 * MS])),
        lease=draw(st.sampled_from(LEASES)) if persistence is not Persistence.MEMORY else None,
        replicas=replicas,
        fenced=draw(st.booleans()) if replicas else True,
        max_deliveries=draw(st.sampled_from([None, None, 1, 2]))
        if delivery is Delivery.AT_LEAST_ONCE
        else None,
        order=order,
        partitions=shared_line if order is Order.PER_INSTANCE else None,
        poll=draw(st.sampled_from(POLLS)),
        handling=draw(st.sampled_from([0, 0, 0, MS])),
        heartbeat=draw(st.sampled_from(HEARTBEATS)),
        redelivery_look=draw(st.sampled_from([0, 7 * MS])),
        custody=draw(st.sampled_from(Custody)),
        publishing=publishing,
        dual_write_order=orders[first],
        acknowledge=acknowledge,
        publish=draw(latencies),
        relay_delay=draw(latencies),
        deduplicate=known,
        known_key=draw(st.sampled_from(KnownKey)) if known else KnownKey.USUAL,
        recovery=draw(st.sampled_from([Recovery.DECLARED, *Recovery])),
        unhandled=draw(st.sampled_from([Unhandled.FAIL, Unhandled.FAIL, Unhandled.PARK])),
        interrupted=draw(st.sampled_from(Interrupted))
        if acknowledge is Acknowledge.AFTER_COMMIT and persistence is not Persistence.MEMORY
        else Interrupted.AGAIN,
        tombstones=draw(st.booleans()),
        timeouts=draw(st.booleans()),
        early=draw(st.sampled_from(Early)),
        watchdog=draw(st.sampled_from([None, 150 * MS])),
    )


@st.composite
def hybrids(draw: DrawFn, workflow: Workflow) -> Hybrid:
    """Any way to put a workflow's steps into at most three groups, and some of its other states."""
    nodes = [n for n in build_flow(workflow).nodes if n.kind is not NodeKind.COMPENSATION]
    names = GROUPS[: draw(st.integers(1, len(GROUPS)))]
    groups: dict[str, list[str]] = {}
    for node in (node for node in nodes if not node.implicit):
        if node.kind is NodeKind.TASK or draw(st.integers(0, 3)) == 0:
            groups.setdefault(draw(st.sampled_from(names)), []).append(node.name)
    groups = groups or {names[0]: [nodes[0].name]}
    return Hybrid(groups={name: tuple(steps) for name, steps in groups.items()})


@st.composite
def faults(draw: DrawFn, participants: tuple[str, ...] = (*SERVICES, *COORDINATORS)) -> Fault:
    """A fault of any kind at some participant, often enough to strike a run of half a second."""
    kind = draw(st.sampled_from(FaultKind))
    peers = draw(st.sampled_from([(), participants[:1]])) if kind is FaultKind.PARTITION else ()
    age = draw(st.sampled_from([None, 1, 20 * MS, 200 * MS]))
    own: dict[str, Any] = {
        "probability": draw(st.sampled_from([0.2, 0.7])),
        "factor": 3.0,
        "delay": Exponential(mean=20 * MS),
        "peers": peers,
        "age": age,
        "backups": 70 * MS if age is None else None,
    }
    return Fault(
        kind=kind,
        target=draw(st.sampled_from(["*", "services", *participants])),
        every=Exponential(mean=100 * MS),
        lasts=draw(st.sampled_from([Constant(0), Constant(30 * MS), Constant(300 * MS)])),
        together=draw(st.booleans()),
        **{key: value for key, value in own.items() if kind in OF_KINDS[key]},
    )


@st.composite
def settings_of_runs(
    draw: DrawFn, participants: tuple[str, ...] = (*SERVICES, *COORDINATORS)
) -> Setting:
    """A few instances, half a second of faults (at most three), and time to settle."""
    return Setting(
        arrivals=Arrivals(every=Exponential(mean=50 * MS), most=3),
        horizon=500 * MS,
        convergence=parse_duration("20s"),
        network=draw(latencies),
        faults=tuple(draw(st.lists(faults(participants), max_size=3))),
    )

"""Random knobs, faults and settings: everything that can surround a random workflow."""

from __future__ import annotations

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from wfmodel.designs import Fault, Hybrid
from wfmodel.designs.faults import OF_KINDS, FaultKind
from wfmodel.designs.knob_registry import KNOBS, drawn_values
from wfmodel.designs.knobs import Acknowledge, Knobs, clashes
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import Arrivals, Setting
from wfmodel.testing.workflows import SERVICES

MS = parse_duration("1ms")
GROUPS = ("orchestrator", "second", "third")
"""Groups of random hybrids."""
COORDINATORS = ("orchestrator", "second", "watchdog")
LONG_ENOUGH = 200 * MS
latencies: st.SearchStrategy[Any] = st.sampled_from(drawn_values("commit"))


@st.composite
def knobs(draw: DrawFn, left: Collection[str] = ()) -> Knobs:
    """Any setting of all knobs that change what can happen, but for those that are left as they
    are; what clashes with others is as usual.
    """
    usual = Knobs()
    drawn = {
        name: getattr(usual, name) if name in left else draw(st.sampled_from(drawn_values(name)))
        for name in KNOBS
    }
    found: Any = SimpleNamespace(**drawn)
    while clash := next(clashes(found), None):
        setattr(found, clash[0], getattr(usual, clash[0]))
    if found.acknowledge is Acknowledge.AFTER_WORK:  # shorter than all work, it ends in a storm
        found.redelivery_timeout = LONG_ENOUGH
    return Knobs(**vars(found))


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
    peers = draw(st.sampled_from([(), participants[:1]])) if kind in OF_KINDS["peers"] else ()
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

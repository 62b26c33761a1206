"""Random worlds with more around them: every family of durations, schedules, capacities."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from tests.agreement.worlds import designs, faults, knobs, settings_of_runs
from tests.designs.workflows import SERVICES, workflows
from wfmodel.designs import Fault, System, build
from wfmodel.designs.faults import AT_INSTANTS, OF_KINDS
from wfmodel.model.distributions import (
    Constant,
    Distribution,
    Empirical,
    Exponential,
    Gamma,
    LogNormal,
    Uniform,
    Weibull,
)
from wfmodel.model.failures import Jitter
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Service, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

MS = parse_duration("1ms")

FAMILIES: tuple[Distribution, ...] = (
    Constant(0),
    Constant(3 * MS),
    Uniform(low=0, high=40 * MS),
    Exponential(mean=10 * MS),
    LogNormal(median=5 * MS, p99=80 * MS),
    Weibull(scale=10 * MS, shape=0.7),
    Gamma(mean=10 * MS, shape=2.5),
    Empirical(values=(MS, 2 * MS, 50 * MS)),
    Empirical(values=(9 * MS, MS), weights=(0.25, 3.0)),
)
families = st.sampled_from(FAMILIES)


@st.composite
def dressed_workflows(draw: DrawFn) -> Workflow:
    """Durations of any family, full jitter, few workers."""
    plain = draw(workflows(timeouts=True, outside=True))
    states = {}
    for name, state in plain.states.items():
        if isinstance(state, Task):
            retry = state.retry
            if retry is not None and draw(st.booleans()):
                retry = replace(retry, jitter=Jitter.FULL)
            state = replace(state, duration=draw(families), retry=retry)
        states[name] = state
    capacities = st.sampled_from([None, 1, 2])
    services = {name: Service(capacity=draw(capacities)) for name in SERVICES}
    return replace(plain, states=states, services=services)


@st.composite
def dressed_faults(draw: DrawFn) -> Fault:
    """Scheduled, drawn, or on throughout; for one step or all."""
    fault = draw(faults())
    when = draw(st.sampled_from(["drawn", "scheduled", "always"]))
    lasts = draw(families)
    if when == "scheduled":
        at = tuple(draw(st.lists(st.integers(0, 600), min_size=1, max_size=4)))
        fault = replace(
            fault, every=None, together=False, at=tuple(MS * t for t in at), lasts=lasts
        )
    elif when == "always" and fault.kind not in AT_INSTANTS:
        fault = replace(fault, every=None, together=False)
    else:
        fault = replace(fault, every=draw(st.sampled_from(FAMILIES[1:])), lasts=lasts)
    own = {
        "peers": draw(st.sampled_from([(), SERVICES[:1], SERVICES])),
        "step": draw(st.sampled_from([None, "s0", "s1"])),
        "factor": draw(st.sampled_from([0.5, 3.0, 7.7])),
        "delay": draw(families),
    }
    meant = {key: value for key, value in own.items() if fault.kind in OF_KINDS[key]}
    return replace(fault, **meant)


@st.composite
def dressed_settings(draw: DrawFn) -> Setting:
    """Arrivals that crowd, or come by a trace with equal times."""
    trace = st.lists(st.sampled_from([0, 0, MS, 20 * MS, 700 * MS]), min_size=1, max_size=6)
    arrivals = draw(
        st.one_of(
            st.builds(Arrivals, every=st.just(Exponential(mean=20 * MS)), most=st.just(8)),
            st.builds(Arrivals, at=trace.map(tuple)),
        )
    )
    network = draw(families)
    struck = tuple(draw(st.lists(dressed_faults(), max_size=4)))
    plain = draw(settings_of_runs())
    return replace(plain, arrivals=arrivals, network=network, faults=struck, convergence=2000 * MS)


@st.composite
def worlds(draw: DrawFn, left: Collection[str] = ()) -> tuple[System, Setting, int]:
    """A system, its setting, a seed; some knobs are left as they are."""
    dressed = draw(st.booleans())
    workflow = draw(dressed_workflows() if dressed else workflows(timeouts=True, outside=True))
    setting = draw(dressed_settings() if dressed else settings_of_runs())
    chosen = draw(knobs(left))
    if dressed:
        latencies = {name: draw(families) for name in ("commit", "publish", "relay_delay")}
        chosen = replace(chosen, **latencies)
    setting = replace(setting, convergence=2000 * MS)
    system = build(workflow, draw(designs(workflow)), chosen)
    return system, setting, draw(st.integers(0, 99))

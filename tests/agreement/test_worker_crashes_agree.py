"""Worlds in which workers die: both engines agree, and every run is possible."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.agreement.dressed import MS, worlds
from tests.agreement.telling import assert_accepted, assert_same, replayable
from wfmodel.designs import Fault, build
from wfmodel.designs.knobs import Acknowledge, Lease, Persistence
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.simulation import simulate

pytestmark = pytest.mark.long


@st.composite
def worker_crashes(draw: st.DrawFn) -> Fault:
    """Seen or not, often enough to meet an attempt."""
    return Fault(
        kind="worker-crash",
        target=draw(st.sampled_from(["*", "services"])),
        every=Exponential(mean=draw(st.sampled_from([5, 20, 100])) * MS),
        lasts=Constant(draw(st.sampled_from([0, 30])) * MS),
        unseen=draw(st.booleans()),
        together=draw(st.booleans()),
    )


HEARTBEATS = (None, Lease(renewed=2 * MS, lasts=15 * MS, look=7 * MS))


@settings(max_examples=120)
@given(
    worlds(),
    st.lists(worker_crashes(), min_size=1, max_size=2),
    st.booleans(),
    st.sampled_from(HEARTBEATS),
)
def test_whoever_dies_and_whoever_sees_it(world, struck, replicated, heartbeat):
    system, setting, seed = world
    knobs = replace(system.knobs, heartbeat=heartbeat)
    assume(knobs.acknowledge is not Acknowledge.AFTER_WORK or not any(f.unseen for f in struck))
    shared = knobs.persistence in (Persistence.DATABASE, Persistence.EVENT_STREAM)
    if replicated and shared:
        knobs = replace(knobs, replicas={"*": 2})
    system = build(system.flow.workflow, system.declared, knobs)
    setting = replace(setting, faults=(*setting.faults[:2], *struck))
    with replayable(system, setting, seed):
        history = simulate(system, setting, seed=seed)
        assert_same(history, simulate(system, setting, seed=seed, engine="compiled"))
        assert_accepted(system, history)

"""Worlds in which replicas crash and stand still: both engines agree, and every run is possible."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.agreement.dressed import MS, worlds
from tests.agreement.telling import assert_accepted, assert_same
from wfmodel.designs import Fault, build
from wfmodel.designs.history import Kind
from wfmodel.designs.knobs import Acknowledge, Lease, Persistence
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.simulation import simulate

pytestmark = pytest.mark.long

LEASE = Lease(renewed=10 * MS, lasts=60 * MS, look=25 * MS)


@st.composite
def downtimes(draw: st.DrawFn) -> Fault:
    """Crashes and pauses, shorter and longer than a lease."""
    return Fault(
        kind=draw(st.sampled_from(["crash", "pause", "pause"])),
        target=draw(st.sampled_from(["*", "services"])),
        every=Exponential(mean=draw(st.sampled_from([50, 200])) * MS),
        lasts=Constant(draw(st.sampled_from([30, 150, 400])) * MS),
    )


@settings(max_examples=120)
@given(worlds(), st.lists(downtimes(), min_size=1, max_size=2), st.booleans(), st.booleans())
def test_whoever_holds_an_instance(world, struck, leased, fenced):
    system, setting, seed = world
    knobs = system.knobs
    assume(knobs.persistence in (Persistence.DATABASE, Persistence.EVENT_STREAM))
    lease = LEASE if leased else knobs.lease
    system = build(
        system.flow.workflow,
        system.declared,
        replace(knobs, replicas={"*": 2}, lease=lease, fenced=fenced),
    )
    setting = replace(setting, faults=(*setting.faults[:2], *struck))
    history = simulate(system, setting, seed=seed)
    assert_same(history, simulate(system, setting, seed=seed, engine="compiled"))
    assert_accepted(system, history)
    fenced = (history.rows[:, 1] == Kind.LAPSE).any()
    taken_from_the_living = lease is not None or knobs.acknowledge is Acknowledge.AFTER_WORK
    assert taken_from_the_living or not fenced

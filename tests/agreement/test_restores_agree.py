"""Worlds in which stores go back to backups: both engines agree, and every run is possible."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.dressed import MS, worlds
from tests.agreement.telling import assert_accepted, assert_same, replayable
from wfmodel.designs import Fault, build
from wfmodel.designs.knobs import Persistence
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.simulation import simulate

pytestmark = pytest.mark.long


@st.composite
def restores(draw: st.DrawFn) -> Fault:
    """Backups from right before, from the middle of a run, and from before its beginning."""
    which = draw(st.sampled_from([{"age": 1}, {"age": 30 * MS}, {"age": 10_000 * MS}, {}]))
    return Fault(
        kind="restore",
        target=draw(st.sampled_from(["*", "services"])),
        every=Exponential(mean=draw(st.sampled_from([50, 200])) * MS),
        lasts=Constant(draw(st.sampled_from([0, 30])) * MS),
        **(which or {"backups": 40 * MS}),
    )


@settings(max_examples=120)
@given(worlds(), st.lists(restores(), min_size=1, max_size=2), st.booleans())
def test_whatever_a_backup_holds(world, struck, replicated):
    system, setting, seed = world
    knobs = system.knobs
    shared = knobs.persistence in (Persistence.DATABASE, Persistence.EVENT_STREAM)
    if replicated and shared:
        system = build(system.flow.workflow, system.declared, replace(knobs, replicas={"*": 2}))
    setting = replace(setting, faults=(*setting.faults[:2], *struck))
    with replayable(system, setting, seed):
        history = simulate(system, setting, seed=seed)
        assert_same(history, simulate(system, setting, seed=seed, engine="compiled"))
        assert_accepted(system, history)

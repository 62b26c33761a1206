"""The explorer against a naive second one, on random small systems: states, ends, what stands.

``HYPOTHESIS_PROFILE=search WFMODEL_EXAMPLES=5000`` looks further.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.agreement.worlds import knobs
from tests.designs.workflows import workflows
from tests.exploration.brute import everything
from wfmodel.designs import Acknowledge, Knobs, choreograph, orchestrate
from wfmodel.exploration import Anything, FaultBudget
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.state_space import resting
from wfmodel.model.workflow import Workflow

pytestmark = pytest.mark.long


MOST = 1200
"""Worlds; the naive explorer needs about a second for so many."""

BUILD = {"orchestration": orchestrate, "choreography": choreograph}

few = st.sampled_from([0, 0, 0, 1])
budgets = st.builds(
    FaultBudget,
    crashes=few,
    losses=few,
    duplicates=few,
    timeouts=few,
    failures=few,
    pauses=few,
    restores=few,
    worker_crashes=few,
)


def kept(stands: dict[tuple[int, int], int], undone: dict[tuple[int, int], int]):
    """(node, epoch, landed, undone) of every visit."""
    return tuple(sorted((*visit, n, undone.get(visit, 0)) for visit, n in stands.items()))


@settings(max_examples=int(os.environ.get("WFMODEL_EXAMPLES", "80")))
@given(st.data())
def test_the_explorer_finds_what_brute_force_finds(data: st.DataObject):
    workflow: Workflow = data.draw(workflows(states=3, depth=1, timeouts=True), label="workflow")
    chosen: Knobs = data.draw(knobs(), label="knobs")
    known = chosen.acknowledge is Acknowledge.AFTER_COMMIT and not chosen.tombstones
    known = known and chosen.order is Knobs().order and chosen.max_deliveries is None
    assume(known)  # all that the naive reading has heard of
    design = data.draw(st.sampled_from(sorted(BUILD)), label="design")
    budget: FaultBudget = data.draw(budgets, label="budget")
    system = BUILD[design](workflow, chosen)
    space = search(system, budget, limit=MOST)
    assume(space.complete)
    found = everything(system, budget, Anything(), most=2 * MOST)
    assert found is not None
    worlds, still = found
    event(f"{len(str(len(worlds)))} digits of worlds, {sum(budget.totals)} faults")
    assert len(worlds) == len(space)
    assert _ends_naive(system, still) == _ends(space)


def _ends(space) -> Counter:
    """What every store says and what was done, where nothing can happen."""
    ends: Counter = Counter()
    for number in resting(space):
        config, table = space.configuration(number), space.table
        states = tuple(
            repr((table.states[p].values[cell.volatile], table.states[p].values[cell.durable]))
            for p, cell in enumerate(config.cells)
        )
        ends[states, tuple(tuple(effect) for effect in config.effects)] += 1
    return ends


def _ends_naive(system, still) -> Counter:
    ends: Counter = Counter()
    for world in still:
        states = tuple(repr((one["now"], one["kept"])) for one in world["who"].values())
        ends[states, kept(world["done"], world["undone"])] += 1
    return ends

"""Golden counts of configurations. Those of order fulfilment without faults, and of travel booking
with a loss, are also SPIN's (``test_spin``); brute force agrees on random systems.

A count that changes means that the semantics changed, or the model. ``WFMODEL_GOLDEN=all`` adds
those that take minutes and gigabytes (``make golden``).
"""

from __future__ import annotations

import os

import pytest

from tests.exploration.test_packed import needs_numba
from tests.exploration.test_spin import CRASH, LOSS, NONE, ONCE, TWICE, system_of
from wfmodel.designs import Knobs, Table
from wfmodel.exploration import FaultBudget, packed
from wfmodel.exploration.exhaustive_search import search

pytestmark = pytest.mark.long


CAREFUL = Knobs()
BOTH = FaultBudget(crashes=1, losses=1)


@pytest.mark.parametrize(
    ("model", "design", "knobs", "budget", "states"),
    [
        ("order-fulfilment", "choreographed", Knobs(), NONE, 199),
        # a crash is possible at any moment: commits and publications are steps of their own
        ("order-fulfilment", "choreographed", Knobs(), CRASH, 1256),
        # the 199, and what remains after each message lost: nothing wakes the recipient up
        ("order-fulfilment", "choreographed", ONCE, LOSS, 303),
        # a second copy of any message is recognised whenever it comes: many orders, same ends
        ("order-fulfilment", "choreographed", Knobs(), TWICE, 1560),
        # two more participants and a parallel part than order fulfilment
        ("travel-booking", "choreographed", Knobs(), NONE, 1707),
        ("travel-booking", "choreographed", ONCE, LOSS, 3242),
    ],
)
def test_the_count_is_the_golden_one(model, design, knobs, budget, states):
    space = search(system_of(model, design, knobs), budget)
    assert space.complete
    assert len(space) == states


@needs_numba
@pytest.mark.parametrize(
    ("model", "design", "knobs", "budget", "states"),
    [
        # a crash and a loss in one run, in either order
        ("order-fulfilment", "choreographed", ONCE, BOTH, 2_220),
        ("travel-booking", "choreographed", CAREFUL, FaultBudget(crashes=1), 21_563),
        ("travel-booking", "choreographed", CAREFUL, FaultBudget(duplicates=1), 19_388),
        ("travel-booking", "choreographed", ONCE, BOTH, 41_583),
        # the orchestrator commits and publishes beside every service: forty times the states of the
        # choreography, whose services wait for one another
        ("order-fulfilment", "orchestrated", CAREFUL, FaultBudget(), 8_224),
        ("order-fulfilment", "orchestrated", CAREFUL, FaultBudget(crashes=1), 339_572),
        ("order-fulfilment", "orchestrated", CAREFUL, FaultBudget(duplicates=1), 300_177),
        # the 8,224, and what follows each message lost
        ("order-fulfilment", "orchestrated", ONCE, FaultBudget(losses=1), 25_695),
        ("order-fulfilment", "orchestrated", ONCE, BOTH, 897_135),
        # bookings side by side: their commands and answers come in any order
        ("travel-booking", "orchestrated", CAREFUL, FaultBudget(), 1_365_763),
        ("travel-booking", "orchestrated", ONCE, FaultBudget(losses=1), 5_296_359),
    ],
)
def test_the_compiled_search_counts_the_golden_number(model, design, knobs, budget, states):
    space = packed.search(Table(system_of(model, design, knobs)), budget)
    assert space.complete
    assert len(space) == states


@needs_numba
@pytest.mark.skipif(
    os.environ.get("WFMODEL_GOLDEN") != "all", reason="a minute and 6 GB each: make golden"
)
@pytest.mark.parametrize(
    ("budget", "states"),
    [
        # 49 for each state without a fault: a copy of any message under way, taken up at any time
        (FaultBudget(duplicates=1), 67_114_697),
        # 124 for each: commits and publications are steps, and any process may be down
        (FaultBudget(crashes=1), 169_657_569),
    ],
)
def test_the_largest(budget, states):
    system = system_of("travel-booking", "orchestrated", CAREFUL)
    space = packed.search(Table(system), budget, memory_bytes=12 << 30)
    assert space.complete
    assert len(space) == states

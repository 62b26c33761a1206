"""Golden counts of configurations. Those of order fulfilment without faults, and of travel booking
with a loss, are also SPIN's (``test_spin``); brute force agrees on random systems.

A count that changes means that the semantics changed, or the model.
"""

from __future__ import annotations

import pytest

from tests.exploration.test_spin import CRASH, LOSS, NONE, ONCE, TWICE, system_of
from wfmodel.designs import Knobs
from wfmodel.exploration.explorer import search


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

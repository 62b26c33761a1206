"""The compiled search does not write steps that lead to what is known, and finds the same.

Random systems of machines that send, take and set timers, in every kind of channel, with all that
could make the argument of ``was_met`` untrue: steps that cost, messages that cross, orders kept.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.own_worlds import TIMER, Tabled, own_systems
from tests.exploration.test_packed import assert_equal_numbers
from wfmodel.designs import Table, own_system
from wfmodel.designs.messages import SetTimer
from wfmodel.designs.system import Channel
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import Engine, has_numba, search

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not has_numba(), reason="numba is not installed"),
]

budgets = st.builds(
    FaultBudget,
    crashes=st.integers(0, 1),
    losses=st.integers(0, 1),
    duplicates=st.integers(0, 1),
    timeouts=st.integers(0, 1),
    pauses=st.integers(0, 1),
)


@settings(max_examples=100, deadline=None)
@given(own_systems(), budgets)
def test_the_compiled_search_numbers_states_as_the_plain_one_does(system, budget):
    table = Table(system)
    plain, compiled = (
        search(table, budget, limit=3_000, engine=engine)
        for engine in (Engine.PLAIN, Engine.COMPILED)
    )
    assert_equal_numbers(plain, compiled)


def sender(message: str) -> Tabled:
    """Sends one message to c when its timer fires."""
    return Tabled({(0, "timer"): (1, (("c", message),))})


@pytest.mark.parametrize(
    ("channel", "states"),
    [(Channel.MULTISET, 9), (Channel.SET, 4), (Channel.FIFO, 9), (Channel.QUEUE, 10)],
)
def test_in_a_queue_it_matters_who_sent_first(channel, states):
    """Neither, one or both have sent (4); received are none, one or both (5 more) - but where a
    message stays, receiving changes nothing, and in one queue for both two orders are two states.
    """
    system = own_system(
        "two-senders",
        {"a": sender("x"), "b": sender("y"), "c": Tabled({})},
        opening={"a": (SetTimer(TIMER),), "b": (SetTimer(TIMER),)},
        channel=channel,
    )
    found = search(Table(system), engine=Engine.COMPILED)
    assert (found.compiled, len(found)) == (True, states)

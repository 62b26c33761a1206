"""States of one instance share what they have in common, or a long workflow fills the memory."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfmodel.designs import orchestrate
from wfmodel.designs.messages import Received, Reply, Start
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import ParticipantState
from wfmodel.model.workflow import Final, Task, Workflow

ITEMS = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 2)))


def states_of_a_chain(length: int) -> list[ParticipantState]:
    states = {f"s{i}": Task(service="a", next=f"s{i + 1}") for i in range(length)}
    chain = {**states, f"s{length}": Final(outcome="succeeded")}
    system = orchestrate(Workflow(name="chain", initial="s0", states=chain))
    machine = system.machines["orchestrator"]
    state, _ = machine.react(machine.initial, Received(Start()))
    seen = [state]
    for node in range(length):
        state, _ = machine.react(state, Received(Reply(node, 0, 1, "done")))
        seen.append(state)
    return seen


def tuples_in(value: object) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, tuple):
        yield value
        for each in value:
            yield from tuples_in(each)


def entries(states: list[ParticipantState]) -> int:
    """Entries of all tuples that the states hold, each tuple counted once."""
    held = {id(each): len(each) for state in states for each in tuples_in(state.steps._root)}
    return sum(held.values())


def test_states_of_a_chain_take_memory_with_its_length_and_not_with_its_square():
    short, long = states_of_a_chain(100), states_of_a_chain(400)
    assert len(long[-1].steps) == 400
    assert entries(long) < 7 * entries(short)  # four times, and a level more; it was 16 times
    assert all(list(each.steps) == sorted(each.steps) for each in long)


@given(ITEMS, ITEMS)
def test_a_trie_is_the_set_of_its_items_in_order(first, second):
    one, other = NodeTrie(set(first)), NodeTrie(set(second))
    assert list(one) == sorted(set(first))
    assert len(one) == len(set(first))
    assert (one == other) == (set(first) == set(second))
    assert list(one.beyond(other)) == sorted(set(first) - set(second))
    assert all(one.at(node) == tuple(i for i in list(one) if i[0] == node) for node in range(602))


@given(st.sets(st.tuples(st.integers(0, 600), st.integers(0, 2))), st.randoms())
def test_equal_content_is_one_value_whatever_came_first(items, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    one, other = NodeTrie(sorted(items)), NodeTrie(shuffled)
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one


def test_there_is_no_node_below_zero():
    with pytest.raises(ValueError, match="no node -1"):
        NodeTrie([(-1, 0)])

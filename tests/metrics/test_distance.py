from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metrics.runs import A, view
from wfmodel.designs.messages import StepStatus
from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import Status, View
from wfmodel.metrics.distance import distance

STEPS = st.dictionaries(st.integers(0, 3), st.sampled_from(StepStatus), max_size=4)
VIEWS = st.builds(
    lambda status, steps, active: View(status, NodeTrie(steps.items()), tuple(sorted(active))),
    st.sampled_from(Status),
    STEPS,
    st.sets(st.integers(0, 3)),
)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (view(), view("running", A="done"), 0),  # who knows nothing contradicts nobody
        (view(A="done"), view(B="running"), 0),  # no step that both know
        (view("running", A="running"), view(A="done"), 1),  # the reply is on its way
        (view("running", A="done"), view("succeeded", A="done"), 1),  # the statuses
        (view("running", A="running"), view("succeeded", A="done"), 2),  # both
        (view("succeeded"), view("aborted"), 1),  # a split verdict
        (view("aborted"), view("failed"), 1),  # so is this
        (view(A="done", B="done"), view(A="failed", B="running"), 2),  # two steps
    ],
)
def test_counts_facts_on_which_both_speak(one: View, other: View, expected: int) -> None:
    assert distance(one, other) == expected


@pytest.mark.parametrize("verdict", ["aborted", "failed"])
@pytest.mark.parametrize("said", ["done", "failed"])
def test_a_view_that_knows_of_the_rollback_claims_no_effect(verdict: str, said: str) -> None:
    assert distance(view(verdict, A=said), view(A="compensated")) == 0


def test_a_view_that_knows_of_no_rollback_does_claim_the_effect() -> None:
    assert distance(view("running", A="done"), view(A="compensated")) == 1
    assert distance(view("succeeded", A="done"), view(A="compensated")) == 1
    assert distance(view("aborted", A="running"), view(A="compensated")) == 1


def test_a_failed_attempt_does_not_contradict_whoever_will_try_again() -> None:
    assert distance(view("running", [A], A="running"), view(A="failed")) == 0
    assert distance(view("running", A="running"), view(A="failed")) == 1


@given(VIEWS, VIEWS)
def test_symmetric_and_bounded(one: View, other: View) -> None:
    apart = distance(one, other)
    assert apart == distance(other, one)
    shared = {node for node, _ in one.steps} & {node for node, _ in other.steps}
    assert 0 <= apart <= len(shared) + 1


@given(VIEWS)
def test_a_view_agrees_with_itself_and_with_ignorance(one: View) -> None:
    assert distance(one, one) == 0
    assert distance(one, View()) == 0

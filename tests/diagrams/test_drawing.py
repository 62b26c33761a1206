"""Every workflow can be drawn, broken ones too: a picture is how one sees what is broken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import wfmodel
from wfmodel.model.workflow import Branch, Choice, Final, Task, Workflow

NAMES = ("a", "b", "c", "d")
TARGETS = st.sampled_from((*NAMES, "rollback", "nowhere"))
STATES = st.one_of(
    st.just(Final()),
    TARGETS.map(lambda target: Task(service="s", next=target)),
    st.tuples(TARGETS, TARGETS).map(
        lambda pair: Choice(branches=(Branch(next=pair[0]),), default=pair[1])
    ),
)


@given(
    states=st.dictionaries(st.sampled_from(NAMES), STATES, min_size=1),
    initial=st.sampled_from(NAMES),
)
def test_whatever_is_declared_can_be_drawn(states, initial):
    figure = wfmodel.draw(Workflow(name="any", initial=initial, states=states))
    assert len(figure.axes[0].texts) >= len(states)


def test_without_any_arrow_there_are_boxes():
    lonely = Workflow(name="lonely", initial="nowhere", states={"a": Task(service="s", next="zz")})
    texts = [text.get_text() for text in wfmodel.draw(lonely).axes[0].texts]
    assert "a" in texts


def test_a_notebook_shows_a_workflow_as_the_same_picture_each_time():
    workflow = Workflow(name="w", initial="a", states={"a": Final()})
    first, second = workflow._repr_svg_(), workflow._repr_svg_()
    assert first == second
    assert "<svg" in first

"""Every workflow can be drawn, broken ones too: a picture is how one sees what is broken."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygraphviz import AGraph

import wfmodel
from wfmodel.diagrams import DrawingChoices, LayoutError, dot, layout, mermaid
from wfmodel.diagrams.choices import Detail
from wfmodel.diagrams.diagram import whole_diagram
from wfmodel.diagrams.layout import laid_out
from wfmodel.diagrams.selection import diagram_of
from wfmodel.display import svg_of
from wfmodel.model.loading import load_workflow
from wfmodel.model.workflow import Branch, Choice, Final, Parallel, Region, Task, Workflow

NAMES = ("a", "b", "c", "d")
TARGETS = st.sampled_from((*NAMES, "rollback", "nowhere"))
STATES = st.one_of(
    st.just(Final()),
    TARGETS.map(lambda target: Task(service="s", next=target)),
    st.tuples(TARGETS, TARGETS).map(
        lambda pair: Choice(branches=(Branch(next=pair[0]),), default=pair[1])
    ),
)


@settings(max_examples=20)  # each is laid out by a process
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
    first, second = svg_of(workflow), svg_of(workflow)
    assert first == second
    assert "<svg" in first


HOSTILE = st.text(st.sampled_from('a"\\<>&;{}[]\n\u202e|#-'), min_size=1, max_size=8)


@given(name=HOSTILE, state=HOSTILE, service=HOSTILE)
def test_whatever_names_say_the_dot_text_has_these_boxes_and_arrows(name, state, service):
    workflow = Workflow(
        name=name, initial=state, states={state: Task(service=service, next="z"), "z": Final()}
    )
    text, diagram = dot(workflow), diagram_of(workflow)
    read = AGraph(string=text)
    assert len(read.nodes()) == len(diagram.boxes)
    assert len(read.edges()) == len(diagram.arrows)
    assert text.count("\n") == len(diagram.boxes) + len(diagram.arrows) + 5
    assert all(sign.isprintable() for sign in text.replace("\n", ""))


def regions() -> Workflow:
    inner = {"in": Task(service="s", next="out"), "out": Final()}
    both = tuple(Region(name=name, initial="in", states=inner) for name in ("r1", "r2"))
    states = {"p": Parallel(regions=both, next="z"), "z": Final()}
    return Workflow(name="secret", initial="p", states=states)


def test_the_engine_is_told_no_word_of_a_definition(monkeypatch):
    asked = []
    monkeypatch.setattr(layout, "_engine", lambda question: asked.append(question) or b"{")
    with pytest.raises(ValueError, match="property name"):
        layout.laid_out(diagram_of(regions()))
    [question] = asked
    assert not {"secret", "in", "out"} & set(question.replace('"', " ").split())
    assert question.count("subgraph cluster_") == 2


def test_a_region_holds_its_boxes_and_no_others():
    diagram = diagram_of(regions())
    placed = layout.laid_out(diagram)
    for scope, ((left, low), (right, high)) in placed.grounds.items():
        for box in diagram.boxes:
            x, y = placed.centre[box.name]
            assert (left < x < right and low < y < high) == (box.scope == scope)


@pytest.mark.parametrize(("engine", "why"), [("import os; os.abort()", "exit code"), ("", "exit")])
def test_an_engine_that_ends_without_a_layout_is_one_error(monkeypatch, engine, why):
    layout._engine.cache_clear()
    monkeypatch.setattr(layout, "_ENGINE", engine)
    with pytest.raises(LayoutError, match=why) as raised:
        wfmodel.draw(regions())
    assert "\n" not in str(raised.value)
    assert svg_of(regions()) is None  # a notebook shows it as text


SUB_WORKFLOWS = """
name: trip
initial: book
states:
  book: {kind: workflow, workflow: booking, next: done, on: {failed: broken}}
  broken: {kind: final, outcome: failed}
  done: {kind: final, outcome: succeeded}
workflows:
  booking:
    initial: both
    states:
      both:
        kind: parallel
        join: all
        next: booked
        regions:
          - {name: flight, initial: fly, states: {fly: {kind: final, outcome: succeeded}}}
          - name: hotel
            initial: sleep
            states:
              sleep: {kind: workflow, workflow: rooms, next: ok}
              ok: {kind: final, outcome: succeeded}
      booked: {kind: final, outcome: succeeded}
  rooms:
    initial: ask
    states:
      ask: {kind: task, service: hotels, duration: 1s, next: got}
      got: {kind: final, outcome: succeeded}
"""


def test_a_sub_workflow_stands_on_a_ground_of_its_own_wherever_it_is_called():
    loaded = load_workflow("trip.yaml", SUB_WORKFLOWS).workflow
    assert loaded is not None
    diagram = whole_diagram(loaded)
    ground = {group.scope: group for group in diagram.groups}
    assert {
        group.title: ground[group.parent].title if group.parent else "" for group in diagram.groups
    } == {"booking": "", "both.flight": "booking", "both.hotel": "booking", "rooms": "both.hotel"}
    stands = {
        box.name: ground[box.scope].title if box.scope else "" for box in diagram.boxes if box.title
    }
    assert stands == {
        "book": "", "broken": "", "done": "",
        "book/both": "booking", "book/both (join)": "booking", "book/booked": "booking",
        "book/both.flight/fly": "both.flight",
        "book/both.hotel/sleep": "both.hotel", "book/both.hotel/ok": "both.hotel",
        "book/both.hotel/sleep/ask": "rooms", "book/both.hotel/sleep/got": "rooms",
    }  # fmt: skip
    layout = laid_out(diagram.legible())
    for name, title in stands.items():
        for group in diagram.groups:
            (left, low), (right, high) = layout.grounds[group.scope]
            x, y = layout.centre[name]
            inside = left < x < right and low < y < high
            assert inside or title != group.title
            assert not inside or name.startswith(group.fork)
    assert mermaid(loaded).count('state "rooms" as') == dot(loaded).count('label="rooms"') == 1


def test_a_folded_sub_workflow_keeps_what_leads_out_of_it():
    loaded = load_workflow("trip.yaml", SUB_WORKFLOWS).workflow
    assert loaded is not None
    folded = diagram_of(loaded, DrawingChoices(regions=Detail.FOLDED))
    notes = {box.name: box.notes for box in folded.boxes}
    assert notes == {
        "(start)": (), "done": (), "broken": (),
        "book": ("runs booking", "booking: 7 states"),  # both, two of flight and hotel each …
    }  # fmt: skip
    assert {(each.source, each.target) for each in folded.arrows} == {
        ("(start)", "book"),
        ("book", "done"),
        ("book", "broken"),
    }


def test_what_may_end_the_whole_and_what_a_step_does_with_a_row_can_be_seen():
    loaded = load_workflow(
        "booking.yaml",
        """\
name: booking
timeout: 30s
cancel: {probability: 0.1, delay: {distribution: exponential, mean: 5s}}
on: {cancel: rollback}
rows: {seat: {values: [free, taken], lag: 1s}}
initial: look
states:
  look:
    kind: task
    service: db
    row: {of: seat, expects: free, read: stale}
    next: take
    on: {conflict: lost}
  take:
    kind: task
    service: db
    row: {of: seat, expects: free, becomes: taken, guard: unchanged}
    next: done
    on: {conflict: lost}
  done: {kind: final}
  lost: {kind: final, outcome: failed}
""",
    )
    diagram = whole_diagram(loaded.workflow)
    assert diagram.arrows[0].label == "limit 30s; cancel: rollback"
    notes = {box.name: box.notes for box in diagram.boxes}
    assert notes["look"] == ("db", "row seat: free, from a copy")
    assert notes["take"] == ("db", "row seat: free → taken, if unchanged")

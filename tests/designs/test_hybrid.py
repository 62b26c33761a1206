"""An orchestrator in each group: what may be declared, what it comes to, what it equals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.worlds import knobs, settings_of_runs
from tests.designs.workflows import workflows
from wfmodel.designs import (
    DECLARED,
    DESIGNS,
    EventContent,
    Hybrid,
    Knobs,
    Persistence,
    build,
    design_of,
    projection_findings,
)
from wfmodel.designs.history import Kind
from wfmodel.designs.messages import Command, Ended, Proceed, Reply
from wfmodel.importers import load_any
from wfmodel.model.distributions import Constant
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.workflow import (
    Branch,
    Choice,
    Compensation,
    DataItem,
    Final,
    Parallel,
    Reaction,
    Receive,
    Region,
    SubDefinition,
    SubWorkflow,
    Task,
    Workflow,
)
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.testing import hybrids

pytestmark = pytest.mark.long


ORDER = load_any("models/order-fulfilment/workflow.yaml").workflow
WAREHOUSE = ("reserve-stock", "quote-delivery", "ship")
BILLING = ("charge-card", "notify")
TWO = Hybrid(groups={"warehouse": WAREHOUSE, "billing": BILLING})
ONCE = Setting(arrivals=Arrivals(at=(0,)), horizon=10**9)


def steps_of(workflow: Workflow) -> tuple[str, ...]:
    return tuple(n.name for n in build_flow(workflow).nodes if n.kind is NodeKind.TASK)


def misfits(workflow: Workflow, **groups: tuple[str, ...]) -> list[str]:
    return [each.message for each in Hybrid(groups=groups).misfits(build_flow(workflow))]


def owners(workflow: Workflow, **groups: tuple[str, ...]) -> dict[str, str | None]:
    flow = build_flow(workflow)
    placement = Hybrid(groups=groups).place(flow)
    return {node.name: placement.owner(node) for node in flow.nodes}


# --------------------------------------------------------------------------- what it comes to


def test_groups_command_their_services_and_tell_each_other():
    history = simulate(build(ORDER, TWO), ONCE, seed=1)
    names = history.participants
    sent = {
        (names[row.participant], type(history.messages[row.a]))
        for row in history
        if row.kind == Kind.SEND and row.participant >= 0
    }
    assert names[:2] == ("warehouse", "billing")
    for group in names[:2]:
        assert (group, Command) in sent
        assert (group, Proceed) in sent
    assert {kind for who, kind in sent if who not in names[:2]} == {Reply}
    assert ("billing", Ended) in sent


def test_every_group_hears_the_verdict():
    history = simulate(build(ORDER, TWO), ONCE, seed=1)
    last = {row.participant: row.b for row in history if row.kind == Kind.REACT}
    views = {history.participants[p]: history.views[p][state] for p, state in last.items()}
    assert views["warehouse"].status.is_final
    assert views["billing"].status.is_final


@settings(max_examples=60)
@given(workflows(timeouts=True), knobs(), settings_of_runs(), st.integers(0, 99))
def test_one_group_of_all_steps_is_an_orchestrator(workflow, given, setting, seed):
    """Byte for byte, whatever strikes: draws go by name, so the group has the same one."""
    steps = steps_of(workflow) or ("s0",)
    whole = build(workflow, Hybrid(groups={"orchestrator": steps}), given)
    expected = simulate(build(workflow, "orchestration", given), setting, seed=seed)
    found = simulate(whole, setting, seed=seed)
    assert found.rows.tobytes() == expected.rows.tobytes()
    assert (found.views, found.messages) == (expected.views, expected.messages)


@settings(max_examples=40)
@given(workflows(), st.integers(0, 99))
def test_one_group_of_any_name_sends_as_many_messages_and_takes_as_long(workflow, seed):
    steps = steps_of(workflow) or ("s0",)
    calm = replace(ONCE, network=Constant(1_000_000))
    still = Knobs(persistence=Persistence.MEMORY, timeouts=False)
    one = simulate(build(workflow, Hybrid(groups={"all": steps}), still), calm, seed=seed)
    other = simulate(build(workflow, "orchestration", still), calm, seed=seed)
    counted = [(int((h.rows[:, 1] == Kind.SEND).sum()), int(h.rows[-1, 0])) for h in (one, other)]
    assert counted[0] == counted[1]


# --------------------------------------------------------------------------- what may be declared


@settings(max_examples=100)
@given(st.data())
def test_whatever_is_drawn_fits_and_survives_being_written(data):
    workflow = data.draw(workflows())
    hybrid = data.draw(hybrids(workflow))
    assert list(hybrid.misfits(build_flow(workflow))) == []
    again = design_of(str(hybrid))
    assert again == hybrid
    assert hash(again) == hash(hybrid)
    placement = hybrid.place(build_flow(workflow))
    for node in build_flow(workflow).nodes:
        if node.kind in (NodeKind.TASK, NodeKind.COMPENSATION):
            assert placement.owner(node) in hybrid.groups


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ({"a": WAREHOUSE}, "steps 'charge-card', 'notify' are in no group"),
        ({"a": (*WAREHOUSE, *BILLING, "shp")}, "unknown step 'shp'; did you mean 'ship'?"),
        ({"a": WAREHOUSE, "b": (*BILLING, "ship")}, "step 'ship' is in group 'a' already"),
        ({"a": (*WAREHOUSE, *BILLING, "ship")}, "step 'ship' is in group 'a' already"),
        ({"a": WAREHOUSE, "payment": BILLING}, "group 'payment' has a service's name"),
        ({"a": WAREHOUSE, "services": BILLING}, "a name that faults use"),
        ({"a": (*WAREHOUSE, *BILLING), "b": ()}, "group 'b' is empty: name its steps"),
        ({"a": (*WAREHOUSE, *BILLING, "reserve-stock~undo")}, "a handler goes with its step"),
        ({}, "are in no group"),
    ],
)
def test_what_does_not_fit_is_said(groups, says):
    assert any(says in message for message in misfits(ORDER, **groups))
    with pytest.raises(ValueError, match="design 'hybrid' does not fit workflow"):
        build(ORDER, Hybrid(groups=groups))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hybrid", "'hybrid' does not stand alone; write hybrid:GROUP=STEP,STEP;GROUP=STEP"),
        ("hybrid:", "got nothing"),
        ("hybrid:a", "got 'a'"),
        ("hybrid:a=", "got 'a='"),
        ("hybrid:a=x;a=y", "group 'a' is given twice"),
        ("orchestraton", "did you mean 'orchestration'?"),
        ("orchestration:a=x", "there are 'orchestration', 'choreography', 'hybrid:"),
        ("hybrid:" + "a" * 300 + "=x", "at most 200 characters"),
    ],
)
def test_a_line_that_names_no_design_is_refused(text, says):
    with pytest.raises(ValueError, match="design") as caught:
        design_of(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_design_that_is_known_can_be_built():
    for name in DESIGNS:
        assert build(ORDER, name).design == name
    assert build(ORDER, TWO).design in DECLARED
    assert build(ORDER, str(TWO)).participants == build(ORDER, TWO).participants


def nested() -> Workflow:
    """A step in every kind of nest: copies of a region, a called workflow, with handlers."""
    work = Task(service="a", effect="compensatable", compensation=Compensation(service="b"))
    inner = {"one": replace(work, next="two"), "two": replace(work, next="ok"), "ok": Final()}
    return Workflow(
        name="nested",
        initial="each",
        data={"items": DataItem(type="array", input=True)},
        workflows={"sub": SubDefinition(initial="one", states=inner)},
        states={
            "each": Parallel(
                regions=(Region(name="item", initial="one", states=inner),),
                for_each="items",
                copies=2,
                next="call",
            ),
            "call": SubWorkflow(workflow="sub", next="route"),
            "route": Choice(service="c", branches=(Branch(next="last"),), default="ask"),
            "last": Task(service="c", next="ask"),
            "ask": Receive(service="a", events={"yes": Reaction(next="ok")}, timeout=10**9),
            "ok": Final(),
        },
    )


def test_what_contains_a_step_stands_for_it_and_its_own_name_counts_more():
    found = owners(nested(), x=("each", "last"), y=("call", "each.item[1]/two", "each.item/one"))
    assert found["each"] == "x"
    assert found["each.item[0]/one"] == found["each.item[1]/one"] == "y"
    assert found["each.item[0]/two"] == "x"
    assert found["each.item[1]/two"] == found["each.item[1]/two~undo"] == "y"
    assert found["call/one"] == found["call/two~undo"] == "y"


def test_a_state_without_work_belongs_to_the_group_that_alone_uses_its_service():
    found = owners(nested(), x=("each", "last"), y=("call",))
    assert found["route"] == "x"  # only group x has steps of service c
    assert found["ask"] is None  # service a works for both
    assert found["ok"] is None
    assert owners(nested(), x=("each", "last", "ask"), y=("call",))["ask"] == "x"


def test_a_group_whose_steps_are_all_named_elsewhere_is_empty():
    inside = ("each.item/one", "each.item/two")
    rest = ("each", "call", "last")
    assert misfits(nested(), x=("each.item",), y=(*inside, *rest)) == []  # the region's end is x's
    [message] = misfits(nested(), x=("each.item",), y=(*inside, "each.item/ok", *rest))
    assert message == "group 'x' is left empty: all that it names is named elsewhere, too"


# ------------------------------------------------------------------------- what groups cannot know


def deciding() -> Workflow:
    states = {
        "score": Task(service="scoring", writes=("score",), next="mail"),
        "mail": Task(service="mail", next="decide"),
        "decide": Choice(
            branches=(Branch(next="good", when="score > 700", reads=("score",)),), default="good"
        ),
        "good": Final(),
    }
    return Workflow(
        name="deciding", initial="score", data={"score": DataItem(type="number")}, states=states
    )


def test_a_group_is_told_what_its_services_reply_and_what_events_bring():
    workflow = deciding()
    apart = Hybrid(groups={"x": ("score",), "y": ("mail", "decide")})
    thin = EventContent.THIN
    assert projection_findings(workflow, thin, apart) == ()
    later = replace(
        workflow,
        states={
            **workflow.states,
            "score": replace(workflow.states["score"], next="note"),
            "note": Task(service="notes", next="mail"),
        },
    )
    first = Hybrid(groups={"x": ("score", "note"), "y": ("mail", "decide")})
    [finding] = projection_findings(later, thin, first)
    assert finding.code == "C101"
    assert "as a hybrid, 'y' decides 'decide' by 'score'" in finding.message
    assert finding.help == "let the group that knows it decide, or let events carry state"
    assert projection_findings(later, EventContent.CARRY_STATE, first) == ()
    assert projection_findings(later, thin, "orchestration") == ()

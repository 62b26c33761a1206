"""One workflow in every form: file, JSON, schema, transitions machine, diagram, picture."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from transitions import Machine, State

from tests.designs.workflows import workflows
from wfmodel.checks import check_workflow
from wfmodel.diagrams import DrawingChoices, draw_workflow, mermaid
from wfmodel.diagrams.layout import laid_out
from wfmodel.diagrams.selection import diagram_of
from wfmodel.model import (
    build_flow,
    dump_workflow,
    from_transitions,
    json_pointer,
    load_workflow,
    to_transitions,
)
from wfmodel.model.flow import NodeKind
from wfmodel.model.json_reader import json_places
from wfmodel.model.json_schema import workflow_schema
from wfmodel.model.transitions_bridge import trigger_of
from wfmodel.model.workflow import (
    Branch,
    Choice,
    Final,
    Outcome,
    Parallel,
    Region,
    SubDefinition,
    SubWorkflow,
    Task,
    Wait,
    Workflow,
)
from wfmodel.model.yaml_reader import read_yaml

MODELS = sorted((Path(__file__).parents[2] / "models").glob("*/workflow.yaml"))
MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@MANY
@given(workflows())
def test_a_workflow_survives_yaml_and_json(workflow):
    for name, as_json in (("w.yaml", False), ("w.json", True)):
        result = load_workflow(name, dump_workflow(workflow, as_json=as_json))
        assert result.findings == ()
        assert result.workflow == workflow


@pytest.mark.long
@MANY
@given(workflows())
def test_what_we_write_fits_the_schema(workflow):
    jsonschema.validate(json.loads(dump_workflow(workflow, as_json=True)), workflow_schema())


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.parent.name)
def test_models_fit_the_schema(path):
    value, _ = read_yaml(path.read_text(encoding="utf-8"), path.name)
    jsonschema.validate(value, workflow_schema())


def test_the_schema_documents_and_refuses():
    schema = workflow_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "service" in schema["$defs"]["Task"]["description"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "a", "initial": "b", "states": {}, "x": 1}, schema)


@MANY
@given(workflows(), st.lists(st.integers(0, 5), max_size=30))
def test_a_transitions_machine_steps_as_the_flow_does(workflow, picks):
    flow, machine = build_flow(workflow, expand_copies=False), to_transitions(workflow)
    here = flow.nodes[flow.initial]
    for pick in picks:
        assert machine.state == here.name
        assert machine.get_state(machine.state).final == (here.kind is NodeKind.FINAL)
        edges = {trigger_of(edge.event): edge.target for edge in here.edges}
        assert set(machine.get_triggers(machine.state)) == set(edges)
        if not edges:
            break
        trigger = sorted(edges)[pick % len(edges)]
        assert getattr(machine, trigger)()
        here = flow.nodes[edges[trigger]]


def test_a_workflow_from_a_transitions_machine():
    machine = Machine(
        states=["new", "paid", State("closed", final=True), "lost"],
        transitions=[
            ["done", "new", "paid"],
            ["declined", "new", "lost"],
            ["ship", "paid", "closed"],
        ],
        initial="new",
        auto_transitions=False,
    )
    workflow = from_transitions(machine, outcomes={"lost": Outcome.ABORTED})
    assert isinstance(workflow.states["new"], Task)
    assert workflow.states["new"].next == "paid"
    assert workflow.states["new"].on == {"declined": "lost"}
    assert workflow.states["paid"].next == "closed"
    assert workflow.states["closed"] == Final(outcome=Outcome.SUCCEEDED)
    assert workflow.states["lost"] == Final(outcome=Outcome.ABORTED)
    assert build_flow(workflow).problems == ()


def test_a_state_with_several_ways_becomes_a_choice():
    machine = Machine(
        states=["a", "b", "c"],
        transitions=[["left", "a", "b"], ["right", "a", "c"]],
        initial="a",
        auto_transitions=False,
    )
    state = from_transitions(machine).states["a"]
    assert isinstance(state, Choice)
    assert [(branch.when, branch.next) for branch in state.branches] == [
        ("left", "b"),
        ("right", "c"),
    ]


@MANY
@given(workflows())
def test_mermaid_names_every_box_and_arrow_once(workflow):
    diagram, text = diagram_of(workflow), mermaid(workflow)
    arrows = [line for line in text.splitlines() if "-->" in line]
    assert len(arrows) == len(diagram.arrows)
    declared = [line.split(" as ")[1].split()[0] for line in text.splitlines() if " as s" in line]
    assert len(declared) == len(set(declared))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(workflows())
def test_no_two_boxes_of_a_picture_overlap(workflow):
    layout = laid_out(diagram_of(workflow))
    boxes = [(layout.centre[name], layout.size[name]) for name in layout.size]
    for i, ((ax, ay), (aw, ah)) in enumerate(boxes):
        for (bx, by), (bw, bh) in boxes[:i]:
            apart_x, apart_y = abs(ax - bx) - (aw + bw) / 2, abs(ay - by) - (ah + bh) / 2
            assert max(apart_x, apart_y) > -0.02  # Graphviz rounds to hundredths of a point


def test_a_picture_of_every_model_is_drawn():
    for path in MODELS:
        workflow = load_workflow(path).workflow
        assert workflow is not None
        figure = draw_workflow(workflow, DrawingChoices(findings=check_workflow(workflow)))
        assert figure.get_size_inches().min() > 1


# ------------------------------------------------------------------------------------- the flow


def task(target: str, **rest) -> Task:
    return Task(service="s", next=target, **rest)


def test_regions_become_scopes_and_copies_become_nodes():
    region = Region(name="r", initial="a", states={"a": task("e"), "e": Final()})
    workflow = Workflow(
        name="w",
        initial="p",
        states={
            "p": Parallel(regions=(region,), for_each="items", copies=3, next="z"),
            "z": Final(),
        },
    )
    names = [node.name for node in build_flow(workflow).nodes]
    assert [name for name in names if name.endswith("/a")] == ["p.r[0]/a", "p.r[1]/a", "p.r[2]/a"]
    assert [n.name for n in build_flow(workflow, expand_copies=False).nodes][2:4] == [
        "p.r/a", "p.r/e",
    ]  # fmt: skip


def test_a_sub_workflow_is_inlined_and_its_ends_lead_back():
    inner = SubDefinition(
        initial="a", states={"a": task("ok", on={"failure": "no"}), "ok": Final(),
                             "no": Final(outcome=Outcome.ABORTED)},
    )  # fmt: skip
    workflow = Workflow(
        name="w",
        initial="call",
        states={"call": SubWorkflow(workflow="inner", next="end", on={"aborted": "other"}),
                "end": Final(), "other": Final(outcome=Outcome.ABORTED)},
        workflows={"inner": inner},
    )  # fmt: skip
    flow = build_flow(workflow)
    assert flow.problems == ()
    assert flow.nodes[flow.node("call/ok").edges[0].target].name == "end"
    assert flow.nodes[flow.node("call/no").edges[0].target].name == "other"


def test_only_the_closing_edge_of_a_loop_begins_an_epoch():
    states = {
        "a": task("b"),
        "b": Choice(branches=(Branch(next="a"),), default="c"),
        "c": Wait(duration="1s", next="end"),
        "end": Final(),
    }
    flow = build_flow(Workflow(name="w", initial="a", states=states))
    back = [(node.name, edge.event) for node in flow.nodes for edge in node.edges if edge.back]
    assert back == [("b", "0")]


def test_names_that_lead_nowhere_are_problems_and_not_errors():
    recursive = SubDefinition(initial="x", states={"x": SubWorkflow(workflow="r"), "y": Final()})
    states = {
        "a": task("nowhere", compensates="nothing"),
        "b": SubWorkflow(workflow="none"),
        "c": SubWorkflow(workflow="r"),
    }
    flow = build_flow(Workflow(name="w", initial="z", states=states, workflows={"r": recursive}))
    assert sorted(problem.kind for problem in flow.problems) == [
        "recursive-workflow", "unknown-compensated-task", "unknown-initial", "unknown-target",
        "unknown-workflow",
    ]  # fmt: skip


def test_a_flow_that_would_be_too_large_is_not_built():
    region = Region(initial="a", states={"a": task("e"), "e": Final()})
    wide = Parallel(regions=(region,), for_each="items", copies=1000, next="e")
    for _ in range(2):
        region = Region(initial="p", states={"p": wide, "e": Final()})
        wide = replace(wide, regions=(region,))
    workflow = Workflow(name="w", initial="p", states={"p": wide, "e": Final()})
    assert "workflow-too-large" in {problem.kind for problem in build_flow(workflow).problems}


# -------------------------------------------------------------------------------------- places


@MANY
@given(workflows())
def test_yaml_and_json_places_name_the_same_parts(workflow):
    text = dump_workflow(workflow, as_json=True)
    _, from_yaml = read_yaml(text, "w.yaml")
    from_json = json_places(text, "w.json")
    stack = [(from_yaml, from_json)]
    while stack:
        one, other = stack.pop()
        assert (one.extent, one.key) == (other.extent, other.key)
        assert list(one.parts) == list(other.parts)
        stack += [(one.parts[part], other.parts[part]) for part in one.parts]


def test_a_path_that_is_not_there_is_located_at_its_surroundings():
    document = load_workflow(
        "w.yaml", "name: a\ninitial: b\nstates:\n  b: {kind: final}\n"
    ).document
    assert document is not None
    assert str(document.locate(("states", "b", "outcome"))) == "w.yaml:4:6"
    assert str(document.locate(("states", "b"), key=True)) == "w.yaml:4:3"
    assert json_pointer(("states", "a/b~c", 0)) == "/states/a~1b~0c/0"

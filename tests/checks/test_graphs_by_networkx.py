"""Reachability and traps against networkx, on random machines."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfmodel.checks import check_workflow
from wfmodel.model.workflow import Branch, Choice, Final, State, Task, Workflow

pytestmark = pytest.mark.long


@st.composite
def machines(draw: st.DrawFn) -> Workflow:
    count = draw(st.integers(1, 8))
    names = [f"s{number}" for number in range(count)]
    target = st.sampled_from(names)
    states: dict[str, State] = {}
    for name in names:
        kind = draw(st.sampled_from(["task", "task", "choice", "choice", "final"]))
        if kind == "final":
            states[name] = Final()
        elif kind == "task":
            states[name] = Task(service="s", next=draw(target))
        else:
            ways = tuple(Branch(next=draw(target), when=f"w{i}") for i in range(2))
            states[name] = Choice(branches=ways, default=draw(target))
    return Workflow(name="random", initial=draw(target), states=states)


def graph_of(workflow: Workflow) -> nx.DiGraph:
    graph = nx.DiGraph()
    for name, state in workflow.states.items():
        graph.add_node(name)
        if isinstance(state, Task):
            graph.add_edge(name, state.next)
        elif isinstance(state, Choice):
            graph.add_edges_from((name, target) for target in state.targets())
    return graph


def found(workflow: Workflow, name: str) -> set[str]:
    return {str(f.path[-1]) for f in check_workflow(workflow) if f.name == name}


@settings(max_examples=2000)
@given(machines())
def test_what_cannot_be_reached(workflow: Workflow):
    graph = graph_of(workflow)
    reached = {workflow.initial} | nx.descendants(graph, workflow.initial)
    assert found(workflow, "unreachable-state") == set(graph) - reached


@settings(max_examples=2000)
@given(machines())
def test_what_cannot_be_left(workflow: Workflow):
    graph = graph_of(workflow)
    reached = {workflow.initial} | nx.descendants(graph, workflow.initial)
    finals = {name for name, state in workflow.states.items() if isinstance(state, Final)}
    # A trap is a set of states that cannot be left, as small as it can be: an attracting component.
    components = [c for c in nx.attracting_components(graph.subgraph(reached)) if not c & finals]
    traps = found(workflow, "trap")
    assert len(traps) == len(components)
    assert all(len(traps & component) == 1 for component in components)

"""What networkx is handed is what is counted here, and networkx finds the same in it."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wfmodel
from tests.checks.test_graphs_by_networkx import machines
from tests.exploration.worlds import two_phase_commit
from tests.security.test_names_are_data import HOSTILE, names
from wfmodel.checks import check_workflow
from wfmodel.designs import Knobs, Table
from wfmodel.exploration import FaultBudget, exhaustive_search
from wfmodel.exploration.packed import search
from wfmodel.exploration.state_space import path_to, resting
from wfmodel.metrics import tracks_of
from wfmodel.metrics.coupling import links
from wfmodel.model.failures import FailureMode
from wfmodel.model.flow import build_flow
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

MODELS = Path(__file__).parents[2] / "models"
FILES = sorted(MODELS.glob("*/workflow.yaml"))
SOUND = [path for path in FILES if not path.parent.name.startswith("broken")]
ORDER = wfmodel.load(MODELS / "order-fulfilment" / "workflow.yaml").workflow


def named(path: Path) -> str:
    return path.parent.name


def written_and_read(graph: nx.MultiDiGraph) -> nx.MultiDiGraph:
    buffer = io.BytesIO()
    nx.write_graphml(graph, buffer)
    buffer.seek(0)
    return nx.read_graphml(buffer, force_multigraph=True)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_workflow_is_its_flow(path):
    workflow = wfmodel.load(path).workflow
    flow, graph = build_flow(workflow), wfmodel.to_networkx(workflow)
    assert set(graph) == {node.name for node in flow.nodes}
    kinds = [kind for _, _, kind in graph.edges(data="kind")]
    assert kinds.count("event") == sum(len(node.edges) for node in flow.nodes)
    assert kinds.count("region") == len(flow.scopes) - 1
    assert kinds.count("handler") == sum(node.handler is not None for node in flow.nodes)
    again = written_and_read(graph)
    assert (len(again), again.size()) == (len(graph), graph.size())


def walked(workflow) -> nx.MultiDiGraph:
    """What a token can go along: rollbacks run handlers, which are no way of their own."""
    graph = wfmodel.to_networkx(workflow)
    handlers = [
        (a, b, key) for a, b, key, kind in graph.edges(keys=True, data="kind") if kind == "handler"
    ]
    graph.remove_edges_from(handlers)
    return graph


@settings(max_examples=100)
@given(machines())
def test_networkx_reaches_what_the_checker_reaches(workflow):
    graph, flow = walked(workflow), build_flow(workflow)
    reached = nx.descendants(graph, flow.nodes[flow.initial].name) | {flow.nodes[flow.initial].name}
    unreachable = {f.path for f in check_workflow(workflow) if f.name == "unreachable-state"}
    mine = {flow.node(name).path for name in set(graph) - reached if flow.node(name).undoes is None}
    assert mine == unreachable


@pytest.mark.parametrize("path", SOUND, ids=named)
def test_loops_are_what_back_edges_close(path):
    graph = walked(wfmodel.load(path).workflow)
    back = [(a, b, k) for a, b, k, data in graph.edges(keys=True, data=True) if data["back"]]
    assert bool(back) == (not nx.is_directed_acyclic_graph(graph))
    graph.remove_edges_from(back)
    assert nx.is_directed_acyclic_graph(graph)


@pytest.mark.parametrize("path", SOUND, ids=named)
@pytest.mark.parametrize("design", ["orchestration", "choreography"])
def test_whoever_hears_from_somebody_in_a_run_does_so_in_the_graph(path, design):
    system = wfmodel.build(wfmodel.load(path).workflow, design)
    graph = wfmodel.to_networkx(system)
    assert tuple(graph) == system.participants
    assert graph.graph["complete"]
    setting = Setting(arrivals=Arrivals(at=tuple(range(20))), horizon="1h")
    heard = links(tracks_of(wfmodel.simulate(system, setting, seed=1)))
    names = system.participants
    assert {(names[link.sender], names[link.recipient]) for link in heard} <= set(graph.edges())


def test_an_orchestrator_is_in_the_middle_and_nobody_else_speaks():
    graph = wfmodel.to_networkx(wfmodel.orchestrate(ORDER))
    assert nx.number_of_selfloops(graph) == 0
    assert all("orchestrator" in edge for edge in graph.edges())
    services = [name for name, works in graph.nodes(data="works") if works]
    assert sorted(graph.predecessors("orchestrator")) == sorted(services)
    chart = nx.DiGraph(wfmodel.to_networkx(wfmodel.choreograph(ORDER)))
    assert "orchestrator" not in chart
    assert nx.is_strongly_connected(chart)


def test_participants_that_look_alike_are_all_in_the_graph():
    system = two_phase_commit(3)
    graph = wfmodel.to_networkx(system)
    assert tuple(graph) == system.participants
    assert {name for name in graph if graph.degree(name)} == set(system.participants)


@pytest.mark.parametrize("knobs", [Knobs(), Knobs(publishing="dual-write")], ids=["best", "dual"])
def test_a_state_space_is_counted_as_the_search_counts_it(knobs):
    system, budget = wfmodel.choreograph(ORDER, knobs), FaultBudget(crashes=1)
    packed = search(Table(system), budget)
    slow = exhaustive_search.search(system, budget)
    graph = wfmodel.to_networkx(packed)
    assert (len(graph), graph.size()) == (len(packed), packed.transitions)
    assert set(graph.edges()) == set(wfmodel.to_networkx(slow).edges())
    ends = [n for n in graph if not graph.out_degree(n)]
    assert ends == resting(packed)
    length = nx.single_source_shortest_path_length(graph, 0)
    assert len(length) == len(graph)
    assert all(length[n] == len(path_to(packed, n)) for n in graph)
    faults = [words for _, _, words in graph.edges(data=True) if words["fault"]]
    assert faults
    assert all("crashes" in words["step"] for words in faults)


def test_a_space_that_was_cut_short_says_so():
    space = search(Table(wfmodel.choreograph(ORDER)), limit=10)
    graph = written_and_read(wfmodel.to_networkx(space))
    assert graph.graph["stopped"] == "limit of 10 states"
    assert sum(is_open for _, is_open in graph.nodes(data="open")) == len(space) - 10


@settings(max_examples=60)
@given(st.lists(st.sampled_from(HOSTILE) | names, min_size=4, max_size=4, unique=True))
def test_names_are_data_in_every_writer(four):
    first, end, service, failure = (name or "x" for name in four)
    task = Task(
        service=service, next=end, failures={failure: FailureMode(kind="business", probability=0.5)}
    )
    workflow = Workflow(name=failure, initial=first, states={first: task, end: Final()})
    system = wfmodel.orchestrate(workflow)
    for subject in (workflow, system, search(Table(system))):
        graph = wfmodel.to_networkx(subject)
        again = written_and_read(graph)
        assert [*again] == [str(node) for node in graph]
        assert again.size() == graph.size()
        assert nx.node_link_graph(nx.node_link_data(graph, edges="edges"), edges="edges").size()


def test_names_that_look_alike_stay_apart():
    states = {"a\\x1b": Final(), "a\x1b": Task(service="s", next="a\\x1b")}
    graph = wfmodel.to_networkx(Workflow(name="w", initial="a\x1b", states=states))
    assert {"a\\x1b", "a\\x1b'"} <= set(graph)
    assert nx.has_path(graph, "a\\x1b'", "a\\x1b")


def test_something_else_is_refused_by_its_kind():
    with pytest.raises(TypeError, match="takes a Workflow, a System or a state space; got str"):
        wfmodel.to_networkx("order.yaml")


def test_networkx_is_imported_when_a_graph_is_asked_for_and_not_before():
    program = (
        "import sys, wfmodel, wfmodel.cli.app, wfmodel.experiments, wfmodel.reports\n"
        "wfmodel.to_networkx\n"
        "before = 'networkx' in sys.modules\n"
        f"wfmodel.to_networkx(wfmodel.load({str(FILES[0])!r}).workflow)\n"
        "print(before, 'networkx' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]

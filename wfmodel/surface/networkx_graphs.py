"""Graphs for networkx, which is imported only here and only when it is asked for.

Names and attributes are text, numbers and truth values, with escapes for what cannot be seen (which
XML cannot hold), so that every writer of networkx takes them:

>>> from wfmodel.importers import load_any
>>> graph = to_networkx(load_any("models/order-fulfilment/workflow.yaml").workflow)
>>> graph.number_of_nodes(), [kind for _, _, kind in graph.edges(data="kind")].count("handler")
(10, 2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wfmodel.designs.system import System
from wfmodel.designs.table import SEND, Operation, Table
from wfmodel.designs.trace_script import message_words
from wfmodel.escaping import printable
from wfmodel.extras import need
from wfmodel.model.flow import Flow, Node, build_flow
from wfmodel.model.workflow import Workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import networkx as nx

    from wfmodel.exploration.state_space import StateSpace

MOST_STATES: Final = 1_000_000
"""Looked into to see who sends what to whom."""


def to_networkx(subject: Workflow | System | StateSpace) -> nx.MultiDiGraph[Any]:
    """A directed graph with parallel edges.

    - Of a workflow its control flow: nodes by name; edges follow an ``event``, start a ``region``,
      or lead to the ``handler`` that undoes a step.
    - Of a system, who sends what to whom while no fault happens: an edge for each ``message``.
    - Of a state space (``search`` of ``wfmodel.exploration.packed``, or of ``explorer``) its
      states, by number, and its steps in words.

    ``graph["complete"]`` says whether all was looked into, ``graph["stopped"]`` why not.
    """
    match subject:
        case Workflow():
            return _of_flow(build_flow(subject))
        case System():
            return _of_system(subject)
        case _ if hasattr(subject, "successors") and hasattr(subject, "configuration"):
            return _of_space(subject)
    kinds = "a Workflow, a System or a state space"
    raise TypeError(f"to_networkx takes {kinds}; got {type(subject).__name__}")


def _empty(name: str, stopped: str = "") -> nx.MultiDiGraph[Any]:
    need("networkx")
    import networkx as nx

    return nx.MultiDiGraph(name=printable(name), complete=not stopped, stopped=stopped)


def _shown(names: Iterable[str]) -> tuple[str, ...]:
    """Each name as it can be seen, still different from all others."""
    shown: dict[str, None] = {}
    for name in names:
        label = printable(name)
        while label in shown:
            label += "'"
        shown[label] = None
    return tuple(shown)


# -------------------------------------------------------------------------------- workflows


def _of_flow(flow: Flow) -> nx.MultiDiGraph[Any]:
    graph, names = _empty(flow.workflow.name), _shown(node.name for node in flow.nodes)
    for name, node in zip(names, flow.nodes, strict=True):
        graph.add_node(
            name,
            kind=str(node.kind),
            scope=printable(flow.scopes[node.scope].name),
            service=printable(node.service or ""),
            outcome=str(node.outcome or ""),
            initial=node.index == flow.scopes[node.scope].initial,
            implicit=node.implicit,
        )
    for name, node in zip(names, flow.nodes, strict=True):
        for target, words in _ways(flow, node):
            graph.add_edge(name, names[target], **words)
    return graph


def _ways(flow: Flow, node: Node) -> Iterator[tuple[int, dict[str, str | bool]]]:
    for edge in node.edges:
        yield edge.target, {"kind": "event", "event": printable(edge.event), "back": edge.back}
    for region in node.regions:
        first = flow.scopes[region].initial
        if first is not None:
            yield first, {"kind": "region", "event": "", "back": False}
    if node.handler is not None:
        yield node.handler, {"kind": "handler", "event": "", "back": False}


# ---------------------------------------------------------------------------------- systems


def _of_system(system: System) -> nx.MultiDiGraph[Any]:
    from wfmodel.exploration.packed import search

    table = Table(system)
    space = search(table, limit=MOST_STATES, symmetry=False)
    graph, names = _empty(system.design, space.stopped), _shown(system.participants)
    for label, name in zip(names, system.participants, strict=True):
        graph.add_node(label, works=name in system.services, starts=name in system.start)
    for sender, recipient, words in sorted(_sent(table)):
        graph.add_edge(names[sender], names[recipient], message=words)
    return graph


def _sent(table: Table) -> set[tuple[int, int, str]]:
    """(Sender, recipient, message in words): of all reactions that the search has met."""
    flow = table.system.flow
    return {
        (sender, recipient, printable(message_words(flow, table.messages.values[message])))
        for sender, operation in _operations(table)
        if operation[0] == SEND
        for _, message, _, recipients in [operation]
        for recipient in recipients
    }


def _operations(table: Table) -> Iterator[tuple[int, Operation]]:
    for name in table.system.opening:
        yield from ((table.index[name], each) for each in table.opening(name))
    for participant, entries in enumerate(table.entries):
        for _, operations, _ in entries.values():
            yield from ((participant, each) for each in operations)


# ----------------------------------------------------------------------------- state spaces


def _of_space(space: StateSpace) -> nx.MultiDiGraph[Any]:
    from wfmodel.exploration.scheduling import act_between
    from wfmodel.exploration.state_space import is_fault

    table = space.table
    graph = _empty(table.system.design, space.stopped)
    for number in range(len(space)):
        graph.add_node(number, initial=number == 0, open=space.is_open(number))
    for source in range(len(space)):
        for step, target in space.successors(source):
            act = act_between(table, space.configuration(source), step, space.configuration(target))
            graph.add_edge(
                source, target, step=printable(str(act)), fault=is_fault(space, source, target)
            )
    return graph

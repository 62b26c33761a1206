"""A workflow as a graph to look at: boxes and arrows, before any layout or drawing.

``mermaid_text`` and ``picture`` render the same diagram, so text and picture cannot tell different
stories. The flow graph is its source; what only a driver needs (handlers as nodes, ends that nobody
declared) is left out or folded into the boxes.

>>> from wfmodel.model import load_workflow
>>> diagram = whole_diagram(load_workflow("models/order-fulfilment/workflow.yaml").workflow)
>>> [box.title for box in diagram.boxes][1:4]
['reserve-stock', 'quote-delivery', 'charge-card']
>>> diagram.arrows[2].label
'failure, out-of-stock, unavailable, timeout'
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from wfmodel.diagrams.choices import Direction
from wfmodel.escaping import plot_text
from wfmodel.model.distributions import Constant
from wfmodel.model.findings import Severity
from wfmodel.model.flow import Edge, Flow, Node, NodeKind, build_flow
from wfmodel.model.rows import RowUse
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import (
    CANCEL,
    DONE,
    TIMEOUT,
    Choice,
    Effect,
    Outcome,
    Parallel,
    Receive,
    SubWorkflow,
    Task,
    Wait,
    Workflow,
)


class Shape(StrEnum):
    """How a box looks."""

    START = "start"
    TASK = "task"
    UNDO = "undo"
    """A task or rollback that takes effects back."""
    CHOICE = "choice"
    FORK = "fork"
    JOIN = "join"
    WAIT = "wait"
    END = "end"
    LINK = "link"
    """Where an arrow goes on elsewhere in the picture."""


BARS = frozenset({Shape.FORK, Shape.JOIN})
"""Dark, with light words."""


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to draw. ``name`` is the flow node's; ``notes`` stand below the title; ``scope``:
    the number of the ground on which it stands."""

    name: str
    shape: Shape
    title: str
    notes: tuple[str, ...] = ()
    scope: int = 0
    outcome: Outcome | None = None
    failures: tuple[str, ...] = ()
    """Where it goes upon failures, where no arrow shows it."""
    severity: Severity | None = None
    codes: tuple[str, ...] = ()
    """Of what was found there."""

    @property
    def words(self) -> tuple[str, ...]:
        """All that stands in it, line by line."""
        found = (", ".join(self.codes),) if self.codes else ()
        return (*((self.title,) if self.title else ()), *self.notes, *self.failures, *found)


@dataclass(frozen=True, slots=True)
class Arrow:
    """From box to box. ``fails``: taken upon a failure or time-out; ``back``: closes a loop."""

    source: str
    target: str
    label: str = ""
    fails: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class RegionGround:
    """The boxes of one region, or of one call of a sub-workflow. ``fork``: the box that starts
    it; ``parent``: the number of the ground around it."""

    scope: int
    title: str
    fork: str
    parent: int


@dataclass(frozen=True, slots=True)
class Diagram:
    """All there is to draw."""

    name: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    groups: tuple[RegionGround, ...]
    direction: Direction = Direction.DOWN
    below: tuple[tuple[str, str], ...] = ()
    """Boxes to place one below the other although no arrow is drawn between them."""

    def legible(self) -> Diagram:
        """The same for a picture: all words to be seen, each in one line."""
        return replace(
            self,
            boxes=tuple(
                replace(
                    box,
                    title=plot_text(box.title),
                    notes=tuple(map(plot_text, box.notes)),
                    failures=tuple(map(plot_text, box.failures)),
                )
                for box in self.boxes
            ),
            arrows=tuple(replace(arrow, label=plot_text(arrow.label)) for arrow in self.arrows),
            groups=tuple(replace(each, title=plot_text(each.title)) for each in self.groups),
        )


START = "(start)"


def whole_diagram(workflow: Workflow) -> Diagram:
    """All of a workflow; names that lead nowhere are simply not drawn."""
    flow = build_flow(workflow, expand_copies=False)
    grounds = _Grounds(flow)
    shown = [node for node in flow.nodes if _is_shown(node, flow)]
    boxes = [Box(START, Shape.START, "")]
    arrows: list[Arrow] = []
    if flow.scopes[0].initial is not None:
        first = flow.nodes[flow.scopes[0].initial].name
        arrows.append(Arrow(START, first, _ended_from_outside(workflow)))
    for node in shown:
        ground = grounds.of(node)
        boxes.append(replace(_box(node), scope=ground))
        if node.kind is NodeKind.FORK:
            boxes.append(Box(join_of(node.name), Shape.JOIN, _join_title(node), scope=ground))
        arrows += _arrows(node, flow)
    return Diagram(workflow.name, tuple(boxes), _merged(arrows), grounds.all())


def _ended_from_outside(workflow: Workflow) -> str:
    """What may end the whole at any moment, and is no box: "limit 30s; cancel: rollback"."""
    limit = "" if workflow.timeout is None else f"limit {format_duration(workflow.timeout)}"
    said = {TIMEOUT: limit, CANCEL: "" if workflow.cancel is None else "cancel"}
    then: dict[str, str] = {event: f": {handler}" for event, handler in workflow.on.items()}
    return "; ".join(words + then.get(event, "") for event, words in said.items() if words)


class _Grounds:
    """Regions and calls of sub-workflows, which the flow has inlined: who stands on which ground.

    A region's number is its scope's; those of calls follow. Of the two that hold a node the inner
    one has the longer name, for each is a beginning of the node's.
    """

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        calls = [node for node in flow.nodes if isinstance(node.state, SubWorkflow)]
        self._calls = {node.name: len(flow.scopes) + n for n, node in enumerate(calls)}

    def of(self, node: Node) -> int:
        """The number of a node's ground; 0: it stands on none."""
        name, scope = node.name, self._flow.scopes[node.scope]
        ends = (end for end in range(len(name) - 1, len(scope.name), -1) if name[end] == "/")
        found = (self._calls[name[:end]] for end in ends if name[:end] in self._calls)
        return next(found, scope.index)

    def all(self) -> tuple[RegionGround, ...]:
        """Every ground that holds something."""
        nodes, named = self._flow.nodes, self._flow.by_name
        regions = [
            RegionGround(each.index, _last_part(each.name), nodes[each.fork].name, 0)
            for each in self._flow.scopes
            if each.fork is not None
        ]
        used = {self.of(node) for node in nodes}
        calls = [
            RegionGround(number, _called(nodes[named[name]]), name, 0)
            for name, number in self._calls.items()
            if number in used
        ]
        return tuple(
            replace(each, parent=self.of(nodes[named[each.fork]])) for each in (*regions, *calls)
        )


def _last_part(region: str) -> str:
    return region.rstrip("/").rsplit("/", 1)[-1]


def _called(node: Node) -> str:
    assert isinstance(node.state, SubWorkflow)
    return node.state.workflow


def _is_shown(node: Node, flow: Flow) -> bool:
    if node.kind is NodeKind.COMPENSATION:
        return False
    if not node.implicit or node.kind is not NodeKind.FINAL:
        return True
    # Ends that nobody declared: only where a rollback or a sub-workflow leads there on purpose.
    return node.outcome is Outcome.ABORTED and any(
        edge.target == node.index for other in flow.nodes for edge in other.edges
    )


def join_of(fork: str) -> str:
    """The name of the box at which the regions of a fork end."""
    return f"{fork} (join)"


def _join_title(node: Node) -> str:
    assert isinstance(node.state, Parallel)
    join = node.state.join
    return f"{join} of {node.state.width}" if isinstance(join, int) else join


def _box(node: Node) -> Box:
    title = node.name.rsplit("/", 1)[-1]
    shape, notes = Shape.TASK, list[str]()
    match node.kind, node.state:
        case NodeKind.TASK, Task() as task:
            notes = _task_notes(task)
            shape = Shape.TASK if task.compensates is None else Shape.UNDO
        case NodeKind.CHOICE, _:
            shape = Shape.CHOICE
        case NodeKind.FORK, Parallel() as parallel:
            shape = Shape.FORK
            notes = [f"each of {parallel.for_each}"] if parallel.for_each else []
        case ((NodeKind.WAIT | NodeKind.PASS), Wait() as wait):
            shape = Shape.WAIT
            pause = wait.duration
            notes = [f"wait {format_duration(pause.value)}"] if isinstance(pause, Constant) else []
        case NodeKind.RECEIVE, Receive() as receive:
            shape = Shape.WAIT
            limit = receive.timeout
            notes = ["receive" if limit is None else f"receive, at most {format_duration(limit)}"]
        case NodeKind.PASS, SubWorkflow() as sub:
            shape, notes = Shape.WAIT, [f"runs {sub.workflow}"]
        case NodeKind.ROLLBACK, _:
            shape, notes = Shape.UNDO, ["handlers, latest first"]
        case NodeKind.FINAL, _:
            shape = Shape.END
            title = title.strip("()") or "end"
    return Box(node.name, shape, title, tuple(notes), outcome=node.outcome)


def _task_notes(task: Task) -> list[str]:
    notes = [task.service]
    if task.effect is not Effect.NONE:
        notes[0] += f" · {task.effect}"
    if task.compensation is not None:
        notes.append(f"undo: {task.compensation.action}")
    if task.compensates is not None:
        notes.append(f"undoes {task.compensates}")
    if task.row is not None:
        notes.append(_use_of_row(task.row))
    return notes


def _use_of_row(use: RowUse) -> str:
    """As a line of a box: "row flag: free → taken, if unchanged"."""
    written = "" if use.becomes is None else f" → {use.becomes}"
    read = use.expects or ("read" if not written else "any")
    about = ["from a copy"] * (use.read == "stale")
    about += ["if unchanged"] * (use.guard == "unchanged")
    return ", ".join([f"row {use.of}: {read}{written}", *about])


def _arrows(node: Node, flow: Flow) -> list[Arrow]:
    source = node.name
    arrows: list[Arrow] = []
    if node.kind is NodeKind.FORK:
        source = join_of(node.name)
        arrows += (Arrow(node.name, flow.nodes[each].name) for each in flow.starts_of(node))
    if node.kind is NodeKind.FINAL and node.scope:
        fork = flow.scopes[node.scope].fork
        assert fork is not None
        return [Arrow(node.name, join_of(flow.nodes[fork].name), fails=_is_bad(node))]
    for edge in node.edges:
        target = flow.nodes[edge.target]
        if _is_shown(target, flow):
            arrows.append(
                Arrow(source, target.name, _label(node, edge), _fails(node, edge), edge.back)
            )
    return arrows


def _is_bad(node: Node) -> bool:
    return node.outcome is not Outcome.SUCCEEDED


def _fails(node: Node, edge: Edge) -> bool:
    return edge.event != DONE and node.kind in (NodeKind.TASK, NodeKind.FORK, NodeKind.PASS)


def _label(node: Node, edge: Edge) -> str:
    if edge.event == DONE:
        return ""
    if isinstance(node.state, Choice) and edge.event.isdigit():
        branch = node.state.branches[int(edge.event)]
        return branch.label or f"branch {int(edge.event) + 1}"
    return edge.event


def _merged(arrows: list[Arrow]) -> tuple[Arrow, ...]:
    """One arrow for each pair of boxes and manner, with all its labels."""
    labels: dict[tuple[str, str, bool, bool], list[str]] = {}
    for arrow in arrows:
        key = (arrow.source, arrow.target, arrow.fails, arrow.back)
        words = labels.setdefault(key, [])
        if arrow.label and arrow.label not in words:
            words.append(arrow.label)
    return tuple(
        Arrow(source, target, ", ".join(words), fails, back)
        for (source, target, fails, back), words in labels.items()
    )

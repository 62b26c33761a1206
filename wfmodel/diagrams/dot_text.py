"""DOT text of a workflow, for Graphviz and for whatever else reads its language."""

from __future__ import annotations

from wfmodel.diagrams.colours import BAD_END, FAILURE, FILL, FORWARD
from wfmodel.diagrams.diagram import LONG, Arrow, Box, Diagram, Shape, diagram_of
from wfmodel.escaping.languages import dot_text as quoted
from wfmodel.model.workflow import Outcome, Workflow

_SHAPES = {
    Shape.START: "shape=circle width=0.16",
    Shape.CHOICE: "shape=hexagon",
    Shape.FORK: "shape=box height=0.09 width=0.75",
    Shape.JOIN: "shape=box height=0.09 width=0.75",
}


def dot(workflow: Workflow) -> str:
    """The state diagram as text; regions of a parallel state are clusters."""
    diagram = diagram_of(workflow)
    ids = {box.name: f"s{number}" for number, box in enumerate(diagram.boxes)}
    lines = [
        f"digraph {quoted(diagram.name)} {{",
        f"    rankdir={'TB' if len(diagram.boxes) > LONG else 'LR'}",
        '    node [fontname="Helvetica" fontsize=10 style="rounded,filled" shape=box]',
        f'    edge [fontname="Helvetica" fontsize=9 color="{FORWARD}"]',
        *_scope(diagram, 0, ids, "    "),
        *(f"    {_arrow(arrow, ids)}" for arrow in diagram.arrows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _scope(diagram: Diagram, scope: int, ids: dict[str, str], indent: str) -> list[str]:
    lines = [f"{indent}{_box(box, ids[box.name])}" for box in diagram.boxes if box.scope == scope]
    for group in diagram.groups:
        if group.parent == scope:
            lines += [
                f"{indent}subgraph cluster_r{group.scope} {{",
                f'{indent}    label={quoted(group.title)} fontname="Helvetica" fontsize=9',
                f'{indent}    style=filled color="#d6dae0" fillcolor="#f4f6f9"',
                *_scope(diagram, group.scope, ids, f"{indent}    "),
                f"{indent}}}",
            ]
    return lines


def _box(box: Box, name: str) -> str:
    fill, line = FILL[box.shape]
    if box.outcome not in (None, Outcome.SUCCEEDED):
        fill, line = BAD_END
    bar = box.shape in (Shape.START, Shape.FORK, Shape.JOIN)
    label = '""' if bar else quoted(box.title, *box.notes)
    beside = f" xlabel={quoted(box.title)}" if box.shape is Shape.JOIN else ""
    shape = f" {_SHAPES[box.shape]}" if box.shape in _SHAPES else ""
    return f'{name} [label={label}{beside}{shape} fillcolor="{fill}" color="{line}"]'


def _arrow(arrow: Arrow, ids: dict[str, str]) -> str:
    said = [f"label={quoted(arrow.label)}"] if arrow.label else []
    if arrow.fails:
        said += ["style=dashed", f'color="{FAILURE}"', f'fontcolor="{FAILURE}"']
    about = f" [{' '.join(said)}]" if said else ""
    return f"{ids[arrow.source]} -> {ids[arrow.target]}{about}"

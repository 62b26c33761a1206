"""DOT text of a workflow, for Graphviz and for whatever else reads its language."""

from __future__ import annotations

from wfmodel.diagrams.choices import DEFAULT, Direction, DrawingChoices
from wfmodel.diagrams.colours import FAILURE, FORWARD, HIGHLIGHT, fill_of
from wfmodel.diagrams.diagram import BARS, Arrow, Box, Diagram, Shape
from wfmodel.diagrams.selection import diagram_of
from wfmodel.escaping.languages import dot_text as quoted
from wfmodel.model.workflow import Workflow

_SHAPES = {
    Shape.START: "shape=circle width=0.16",
    Shape.CHOICE: "shape=hexagon",
    **dict.fromkeys(BARS, "height=0.2 fontcolor=white"),
}


def dot(workflow: Workflow, choices: DrawingChoices = DEFAULT) -> str:
    """The state diagram as text; regions of a parallel state are clusters."""
    diagram = diagram_of(workflow, choices)
    ids = {box.name: f"s{number}" for number, box in enumerate(diagram.boxes)}
    lines = [
        f"digraph {quoted(diagram.name)} {{",
        f"    rankdir={'TB' if diagram.direction is Direction.DOWN else 'LR'}",
        '    node [fontname="Helvetica" fontsize=10 style="rounded,filled" shape=box]',
        f'    edge [fontname="Helvetica" fontsize=9 color="{FORWARD}"]',
        *_scope(diagram, 0, ids, "    "),
        *(f"    {_arrow(arrow, ids)}" for arrow in diagram.arrows),
        *(f"    {ids[above]} -> {ids[below]} [style=invis]" for above, below in diagram.below),
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
    fill, line = fill_of(box)
    shape = f" {_SHAPES[box.shape]}" if box.shape in _SHAPES else ""
    ring = "" if box.severity is None else " penwidth=3"
    line = line if box.severity is None else HIGHLIGHT[box.severity]
    return f'{name} [label={quoted(*box.words)}{shape} fillcolor="{fill}" color="{line}"{ring}]'


def _arrow(arrow: Arrow, ids: dict[str, str]) -> str:
    said = [f"label={quoted(arrow.label)}"] if arrow.label else []
    if arrow.fails:
        said += ["style=dashed", f'color="{FAILURE}"', f'fontcolor="{FAILURE}"']
    about = f" [{' '.join(said)}]" if said else ""
    return f"{ids[arrow.source]} -> {ids[arrow.target]}{about}"

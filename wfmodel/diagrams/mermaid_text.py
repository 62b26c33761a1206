"""Mermaid text of a workflow: ``stateDiagram-v2``, which GitHub and most wikis draw."""

from __future__ import annotations

from wfmodel.diagrams.diagram import START, Arrow, Box, Diagram, Shape, diagram_of
from wfmodel.escaping.languages import mermaid_words
from wfmodel.model.workflow import Workflow

_MARKS = {Shape.CHOICE: "<<choice>>", Shape.FORK: "<<fork>>", Shape.JOIN: "<<join>>"}
_STYLES = (
    "classDef undo fill:#fdecea,stroke:#b3261e,color:#5c1410",
    "classDef wait fill:#fff8e1,stroke:#8d6e00,color:#4e3d00",
)


def mermaid(workflow: Workflow) -> str:
    """The state diagram as text; regions of a parallel state stand in composite states."""
    diagram = diagram_of(workflow)
    ids = {box.name: f"s{number}" for number, box in enumerate(diagram.boxes)}
    lines = ["stateDiagram-v2", "    direction LR", *(f"    {style}" for style in _STYLES)]
    lines += _scope(diagram, 0, ids, "    ")
    lines += [f"    {_arrow(arrow, ids, diagram)}" for arrow in diagram.arrows]
    return "\n".join(lines) + "\n"


def _scope(diagram: Diagram, scope: int, ids: dict[str, str], indent: str) -> list[str]:
    lines = []
    for box in diagram.boxes:
        if box.scope == scope and box.name != START:
            lines += [indent + line for line in _state(box, ids[box.name])]
    for group in diagram.groups:
        if group.parent == scope:
            lines.append(f'{indent}state "{mermaid_words(group.title)}" as r{group.scope} {{')
            lines += _scope(diagram, group.scope, ids, indent + "    ")
            lines.append(f"{indent}}}")
    return lines


def _state(box: Box, name: str) -> list[str]:
    if box.shape in _MARKS:
        lines = [f"state {name} {_MARKS[box.shape]}"]
        if box.shape is Shape.CHOICE:
            lines += [f"note left of {name} : {mermaid_words(box.title)}"]
        return lines
    label = "<br/>".join(mermaid_words(part) for part in (box.title, *box.notes))
    lines = [f'state "{label}" as {name}']
    if box.shape in (Shape.UNDO, Shape.WAIT):
        lines.append(f"class {name} {box.shape}")
    return lines


def _arrow(arrow: Arrow, ids: dict[str, str], diagram: Diagram) -> str:
    source = "[*]" if arrow.source == START else ids[arrow.source]
    label = f" : {mermaid_words(arrow.label)}" if arrow.label else ""
    return f"{source} --> {ids[arrow.target]}{label}"

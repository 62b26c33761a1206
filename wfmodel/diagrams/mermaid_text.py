"""Mermaid text of a workflow: ``stateDiagram-v2``, which GitHub and most wikis draw."""

from __future__ import annotations

from wfmodel.diagrams.choices import DEFAULT, Direction, DrawingChoices
from wfmodel.diagrams.colours import HIGHLIGHT
from wfmodel.diagrams.diagram import START, Arrow, Box, Diagram, Shape
from wfmodel.diagrams.selection import diagram_of
from wfmodel.escaping.languages import mermaid_words
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow

_MARKS = {Shape.CHOICE: "<<choice>>", Shape.FORK: "<<fork>>", Shape.JOIN: "<<join>>"}
_STYLES = (
    "classDef undo fill:#fdecea,stroke:#b3261e,color:#5c1410",
    "classDef wait fill:#fff8e1,stroke:#8d6e00,color:#4e3d00",
)


def mermaid(workflow: Workflow | LoadResult, choices: DrawingChoices = DEFAULT) -> str:
    """The state diagram as text; regions of a parallel state stand in composite states."""
    diagram = diagram_of(workflow, choices)
    ids = {box.name: f"s{number}" for number, box in enumerate(diagram.boxes)}
    across = "TB" if choices.direction is Direction.DOWN else "LR"
    lines = ["stateDiagram-v2", f"    direction {across}", *(f"    {style}" for style in _STYLES)]
    found = {box.severity for box in diagram.boxes if box.severity is not None}
    lines += [
        f"    classDef {severity} stroke:{colour},stroke-width:4px"
        for severity, colour in HIGHLIGHT.items()
        if severity in found
    ]
    lines += _scope(diagram, 0, ids, "    ")
    lines += [f"    {_arrow(arrow, ids)}" for arrow in diagram.arrows]
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
        words = box.words if box.shape is Shape.CHOICE else (*box.failures, *box.codes)
        note = "<br/>".join(map(mermaid_words, words))
        return [
            f"state {name} {_MARKS[box.shape]}",
            *([f"note left of {name} : {note}"] * bool(note)),
        ]
    label = "<br/>".join(map(mermaid_words, box.words))
    lines = [f'state "{label}" as {name}']
    if box.shape in (Shape.UNDO, Shape.WAIT):
        lines.append(f"class {name} {box.shape}")
    if box.severity is not None:
        lines.append(f"class {name} {box.severity}")
    return lines


def _arrow(arrow: Arrow, ids: dict[str, str]) -> str:
    source = "[*]" if arrow.source == START else ids[arrow.source]
    label = f" : {mermaid_words(arrow.label)}" if arrow.label else ""
    return f"{source} --> {ids[arrow.target]}{label}"

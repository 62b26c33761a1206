"""The diagram that is drawn of a workflow: by its size, and by what whoever looks at it chooses."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from wfmodel.diagrams.choices import DEFAULT, Detail, Direction, DrawingChoices
from wfmodel.diagrams.diagram import Diagram, whole_diagram
from wfmodel.diagrams.excerpts import focused, without_failures, without_regions
from wfmodel.diagrams.marked_boxes import marked, marks_of
from wfmodel.model.at_hand import the_workflow
from wfmodel.model.loading import LoadResult
from wfmodel.model.workflow import Workflow

LONG: Final = 7
"""Boxes beyond which a diagram runs downwards, so that it fits a page."""
LARGE: Final = 24
"""Boxes beyond which failures are words in boxes: that many arrows to one end hide all others."""


def diagram_of(workflow: Workflow | LoadResult, choices: DrawingChoices = DEFAULT) -> Diagram:
    """The diagram to draw.

    Raises:
        TypeError: it is no workflow.
        UnknownStateError: ``focus`` names no state.
    """
    workflow = the_workflow(workflow, asks="draw")
    diagram = marked(whole_diagram(workflow), marks_of(workflow, choices.findings))
    if choices.regions is Detail.FOLDED:
        diagram = without_regions(diagram)
    if choices.focus is not None:
        diagram = focused(diagram, choices.focus, choices.around)
    size = len(diagram.boxes)
    if (choices.failures or (Detail.FOLDED if size > LARGE else None)) is Detail.FOLDED:
        diagram = without_failures(diagram)
    direction = choices.direction or (Direction.DOWN if size > LONG else Direction.RIGHT)
    return replace(diagram, direction=direction)

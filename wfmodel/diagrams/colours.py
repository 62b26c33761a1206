"""What each kind of box and arrow looks like, in pictures and in DOT."""

from typing import Final

from wfmodel.diagrams.diagram import Box, Shape
from wfmodel.model.findings import Severity
from wfmodel.model.workflow import Outcome

FILL: Final = {
    Shape.TASK: ("#e8f0fb", "#2f5d9b"),
    Shape.UNDO: ("#fdecea", "#b3261e"),
    Shape.CHOICE: ("#f1ecf9", "#6a4bb0"),
    Shape.WAIT: ("#fff6dc", "#8d6e00"),
    Shape.FORK: ("#30343b", "#30343b"),
    Shape.JOIN: ("#30343b", "#30343b"),
    Shape.START: ("#30343b", "#30343b"),
    Shape.END: ("#e9f5ec", "#2c7a43"),
    Shape.LINK: ("#ffffff", "#aab2bd"),
}
"""Ground and line."""
BAD_END: Final = ("#fdecea", "#b3261e")
FAILURE: Final = "#b3261e"
FORWARD: Final = "#3b4252"
HIGHLIGHT: Final = {
    Severity.ERROR: "#d50000",
    Severity.WARNING: "#b26a00",
    Severity.INFO: "#0277bd",
}
"""Of boxes where something was found."""


def fill_of(box: Box) -> tuple[str, str]:
    """Ground and line of a box."""
    bad = box.shape is Shape.END and box.outcome in (Outcome.ABORTED, Outcome.FAILED)
    return BAD_END if bad else FILL[box.shape]

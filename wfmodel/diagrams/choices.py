"""How a workflow is drawn: what whoever looks at it may choose.

>>> DrawingChoices(focus="pay").around
1
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wfmodel.model.findings import Finding


class Direction(StrEnum):
    """Which way a workflow runs over the page."""

    DOWN = "down"
    RIGHT = "right"


class Detail(StrEnum):
    """Whether something is drawn, or folded into words of a box."""

    DRAWN = "drawn"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class DrawingChoices:
    """What is to be seen of a workflow. None: by its size.

    ``failures``: arrows upon failures and time-outs; ``regions``: what a parallel state
    or a sub-workflow holds. ``focus``: a state, drawn with what is at most ``around`` steps away.
    ``findings`` are marked where they are.
    """

    failures: Detail | None = None
    regions: Detail = Detail.DRAWN
    direction: Direction | None = None
    focus: str | None = None
    around: int = 1
    findings: tuple[Finding, ...] = ()


DEFAULT = DrawingChoices()

"""What a notebook shows of a workflow, asked for below and drawn above.

A workflow knows no drawing, and still its picture is what a notebook should show of it. So whoever
draws is named here (``wfmodel/__init__`` does that before anything else is imported), and a
workflow asks here. Nobody is imported before there is a picture to see.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

Drawer: TypeAlias = Callable[[object], str | None]
"""From a workflow to one SVG element; None where no picture can be made."""

_DRAWERS: Final[list[Drawer]] = []


def drawn_by(drawer: Drawer) -> None:
    """Name who draws workflows from now on."""
    _DRAWERS[:] = [drawer]


def svg_of(workflow: object) -> str | None:
    """The picture of a workflow; None, which a notebook shows as text, where nobody draws."""
    return _DRAWERS[0](workflow) if _DRAWERS else None

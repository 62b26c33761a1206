"""Where boxes and arrows of a picture stand: Graphviz decides, in a process of its own.

Graphviz (``dot``, layered after Gansner et al. 1993) is C, and gives up on some graphs by ending
the process; so it runs in another, is told numbers and sizes and no word of a definition, and has a
minute. All lengths are inches; y grows upwards.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from wfmodel.diagrams.diagram import LONG, Box, Diagram, Shape
from wfmodel.extras import missing
from wfmodel.native.lost import WorkersLostError
from wfmodel.native.safety import leaving_out_the_working_directory

Point = tuple[float, float]

CHARACTER: Final = 0.079
"""Width of a character of a box's title."""
LINE: Final = 0.17
"""Height of a line in a box."""

_SECONDS: Final = 60
_MANY: Final = 100
"""Arrows beyond which the engine's iterations are bounded: failures that all lead to one end make
many long arrows, and its time grows with the square of their lengths."""
_BOUNDED: Final = "nslimit=1 nslimit1=1 mclimit=0.1"
_SHAPES: Final = {Shape.START: "circle", Shape.CHOICE: "diamond"}
_POINTS: Final = 72.0
_ENGINE: Final = (
    "import sys; from pygraphviz import AGraph;"
    " graph = AGraph(string=sys.stdin.read());"
    " sys.stdout.buffer.write(graph.draw(format='json0', prog='dot'))"
)


class LayoutError(WorkersLostError):
    """The engine's process ended without a layout; the text of the diagram needs none."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Places. ``routes`` are cubic splines, one for each arrow of the diagram, in its order."""

    size: dict[str, Point]
    centre: dict[str, Point]
    routes: tuple[tuple[Point, ...], ...]
    grounds: dict[int, tuple[Point, Point]]
    """Scope of a region to its lower left and upper right corner."""
    extent: Point
    downwards: bool


def laid_out(diagram: Diagram) -> Layout:
    """The places of a diagram's boxes, arrows and regions.

    Raises:
        MissingExtraError: pygraphviz is not installed.
        LayoutError: the engine ended without a layout, or needed more than a minute.
    """
    downwards = len(diagram.boxes) > LONG
    size = {box.name: _size(box, downwards) for box in diagram.boxes}
    found = json.loads(_engine("\n".join(_question(diagram, size, downwards))))
    names = list(size)
    centre, grounds = dict[str, Point](), dict[int, tuple[Point, Point]]()
    for each in found.get("objects", ()):
        kind, number = each["name"][0], int(each["name"].removeprefix("cluster_")[1:])
        if kind == "b":
            centre[names[number]] = _point(each["pos"])
        elif "bb" in each:
            left, low, right, high = (float(part) / _POINTS for part in each["bb"].split(","))
            grounds[number] = ((left, low), (right, high))
    routes = {int(each["id"]): _route(each["pos"]) for each in found.get("edges", ())}
    *_, width, height = (float(part) / _POINTS for part in found["bb"].split(","))
    ordered = tuple(routes[number] for number in range(len(diagram.arrows)))
    return Layout(size, centre, ordered, grounds, (width, height), downwards)


def _size(box: Box, downwards: bool) -> Point:
    if box.shape is Shape.START:
        return (0.16, 0.16)
    if box.shape in (Shape.FORK, Shape.JOIN):
        return (0.75, 0.09) if downwards else (0.09, 0.75)
    lines = (box.title, *box.notes)
    width = max(len(line) for line in lines) * CHARACTER + 0.25
    height = len(lines) * LINE + 0.2
    return (width + 0.35, height + 0.22) if box.shape is Shape.CHOICE else (width, height)


def _question(diagram: Diagram, size: dict[str, Point], downwards: bool) -> Iterator[str]:
    """The diagram in DOT, without a word of it: numbers, sizes, shapes."""
    numbers = {name: number for number, name in enumerate(size)}
    labelled = any(arrow.label for arrow in diagram.arrows)
    apart = (0.75 if labelled else 0.45) if downwards else (1.3 if labelled else 0.6)
    bounded = _BOUNDED if len(diagram.arrows) > _MANY else ""
    yield f"digraph {{ rankdir={'TB' if downwards else 'LR'} ranksep={apart} nodesep=0.4 {bounded}"
    yield 'node [fixedsize=true label=""] edge [arrowhead=none]'
    yield from _scope(diagram, 0, size, numbers)
    for number, arrow in enumerate(diagram.arrows):
        ends = f"b{numbers[arrow.source]} -> b{numbers[arrow.target]}"
        yield f"{ends} [id={number} weight={1 if arrow.fails else 3}]"
    yield "}"


def _scope(
    diagram: Diagram, scope: int, size: dict[str, Point], numbers: dict[str, int]
) -> Iterator[str]:
    for box in diagram.boxes:
        if box.scope == scope:
            width, height = size[box.name]
            shape = _SHAPES.get(box.shape, "box")
            yield f"b{numbers[box.name]} [width={width:.3f} height={height:.3f} shape={shape}]"
    for group in diagram.groups:
        if group.parent == scope:
            yield f"subgraph cluster_r{group.scope} {{ margin=14"
            yield from _scope(diagram, group.scope, size, numbers)
            yield "}"


@lru_cache(maxsize=16)
def _engine(question: str) -> bytes:
    """What Graphviz answers, as JSON; a notebook shows the same picture often."""
    if find_spec("pygraphviz") is None:
        raise missing("pygraphviz")
    with leaving_out_the_working_directory():
        try:
            done = subprocess.run(
                [sys.executable, "-c", _ENGINE],
                input=question.encode(),
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise LayoutError(f"{_GIVEN_UP} within {_SECONDS} s; {_RATHER}") from None
    if done.returncode != 0 or not done.stdout:
        raise LayoutError(f"{_GIVEN_UP} (exit code {done.returncode}); {_RATHER}")
    return done.stdout


_GIVEN_UP: Final = "the picture cannot be drawn: Graphviz did not lay it out"
_RATHER: Final = "as text (mermaid, dot) it can be written"


def _point(text: str) -> Point:
    x, y = text.split(",")
    return float(x) / _POINTS, float(y) / _POINTS


def _route(text: Any) -> tuple[Point, ...]:  # noqa: ANN401 - a value of JSON
    return tuple(_point(part) for part in str(text).split(";")[0].split())

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
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

from wfmodel.diagrams.choices import Direction
from wfmodel.diagrams.diagram import BARS, Arrow, Box, Diagram, Shape
from wfmodel.extras import missing
from wfmodel.native.lost import WorkersLostError
from wfmodel.native.safety import END_WITH_PARENT, leaving_out_the_working_directory

Point = tuple[float, float]

LINE: Final = 0.17
"""Height of a line in a box."""
LABEL_LINE: Final = 0.14
"""Height of a line beside an arrow."""
TITLE_SIZE: Final = 9.0
NOTE_SIZE: Final = 7.2
"""Points: of a box's title, and of all other words."""

_SECONDS: Final = 60
_LONGEST: Final = 40
"""Characters of a word beside an arrow."""
_MANY: Final = 100
"""Arrows beyond which the engine's iterations are bounded: failures that all lead to one end make
many long arrows, and its time grows with the square of their lengths."""
_BOUNDED: Final = "nslimit=1 nslimit1=1 mclimit=0.1"
_SHAPES: Final = {Shape.START: "circle", Shape.CHOICE: "diamond"}
_POINTS: Final = 72.0
_ENGINE: Final = (
    f"import sys; {END_WITH_PARENT}; from pygraphviz import AGraph;"
    " graph = AGraph(string=sys.stdin.read());"
    " sys.stdout.buffer.write(graph.draw(format='json0', prog='dot'))"
)


class LayoutError(WorkersLostError):
    """The engine's process ended without a layout; the text of the diagram needs none."""


@dataclass(frozen=True, slots=True)
class DiagramLayout:
    """Places. ``routes`` are cubic splines, one for each arrow of the diagram, in its order."""

    size: dict[str, Point]
    centre: dict[str, Point]
    routes: tuple[tuple[Point, ...], ...]
    labels: dict[int, Point]
    """Number of an arrow to the centre of its label."""
    grounds: dict[int, tuple[Point, Point]]
    """Scope of a region to its lower left and upper right corner."""
    extent: Point

    def moved(self, x: float, y: float) -> DiagramLayout:
        """All of it elsewhere; ``extent`` is as it was."""

        def there(point: Point) -> Point:
            return point[0] + x, point[1] + y

        return replace(
            self,
            centre={name: there(point) for name, point in self.centre.items()},
            routes=tuple(tuple(map(there, route)) for route in self.routes),
            labels={number: there(point) for number, point in self.labels.items()},
            grounds={
                scope: (there(low), there(high)) for scope, (low, high) in self.grounds.items()
            },
        )


@lru_cache(maxsize=4096)
def text_width(words: str, points: float, *, bold: bool = False) -> float:
    """Inches that words take in a picture."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family="DejaVu Sans", size=points, weight="bold" if bold else "normal")
    width, _, _ = text_to_path.get_text_width_height_descent(words, font, ismath=False)
    return float(width) / _POINTS


def label_size(arrow: Arrow) -> Point:
    """Width and height of what stands beside an arrow."""
    lines = wrapped(arrow.label)
    width = max(text_width(line, NOTE_SIZE) for line in lines)
    return width + 0.1, len(lines) * LABEL_LINE + 0.06


def wrapped(label: str) -> tuple[str, ...]:
    """At most three lines of some twenty characters, broken between words."""
    lines = [""]
    for word in label.split():
        if lines[-1] and len(lines[-1]) + len(word) > 20:
            lines.append("")
        lines[-1] = f"{lines[-1]} {_short(word)}".strip()
    return (*lines[:2], f"{lines[2]} …") if len(lines) > 3 else tuple(lines)


def _short(word: str) -> str:
    return word if len(word) <= _LONGEST else f"{word[: _LONGEST - 1]}…"


def laid_out(diagram: Diagram) -> DiagramLayout:
    """The places of a diagram's boxes, arrows and regions.

    Raises:
        MissingExtraError: pygraphviz is not installed.
        LayoutError: the engine ended without a layout, or needed more than a minute.
    """
    size = {box.name: _size(box) for box in diagram.boxes}
    found = json.loads(_engine("\n".join(_question(diagram, size))))
    names = list(size)
    centre, grounds = dict[str, Point](), dict[int, tuple[Point, Point]]()
    for each in found.get("objects", ()):
        kind, number = each["name"][0], int(each["name"].removeprefix("cluster_")[1:])
        if kind == "b":
            centre[names[number]] = _point(each["pos"])
        elif "bb" in each:
            left, low, right, high = (float(part) / _POINTS for part in each["bb"].split(","))
            grounds[number] = ((left, low), (right, high))
    edges = {int(each["id"]): each for each in found.get("edges", ()) if "id" in each}
    routes = {number: _route(each["pos"]) for number, each in edges.items()}
    labels = {number: _point(each["lp"]) for number, each in edges.items() if "lp" in each}
    *_, width, height = (float(part) / _POINTS for part in found["bb"].split(","))
    ordered = tuple(routes[number] for number in range(len(diagram.arrows)))
    return DiagramLayout(size, centre, ordered, labels, grounds, (width, height))


def _size(box: Box) -> Point:
    if box.shape is Shape.START:
        return (0.16, 0.16)
    lines = box.words or ("",)
    widths = [text_width(line, NOTE_SIZE) for line in lines[1:]]
    width = max(text_width(lines[0], TITLE_SIZE, bold=True), *widths, 0.3) + 0.25
    height = len(lines) * LINE + (0.06 if box.shape in BARS else 0.2)
    return (width + 0.35, height + 0.22) if box.shape is Shape.CHOICE else (width, height)


def _question(diagram: Diagram, size: dict[str, Point]) -> Iterator[str]:
    """The diagram in DOT, without a word of it: numbers, sizes, shapes."""
    numbers = {name: number for number, name in enumerate(size)}
    down = diagram.direction is Direction.DOWN
    bounded = _BOUNDED if len(diagram.arrows) > _MANY else ""
    yield f"digraph {{ rankdir={'TB' if down else 'LR'} ranksep=0.35 nodesep=0.3 {bounded}"
    yield 'node [fixedsize=true label=""] edge [arrowhead=none]'
    yield from _scope(diagram, 0, size, numbers)
    for number, arrow in enumerate(diagram.arrows):
        ends = f"b{numbers[arrow.source]} -> b{numbers[arrow.target]}"
        label = f" label={_space(*label_size(arrow))}" if arrow.label else ""
        yield f"{ends} [id={number} weight={1 if arrow.fails else 3}{label}]"
    for above, below in diagram.below:
        yield f"b{numbers[above]} -> b{numbers[below]} [style=invis weight=0]"
    yield "}"


def _space(width: float, height: float) -> str:
    """A label of this size without a word."""
    size = f'WIDTH="{round(width * _POINTS)}" HEIGHT="{round(height * _POINTS)}"'
    return f'<<TABLE BORDER="0" FIXEDSIZE="TRUE" {size}><TR><TD></TD></TR></TABLE>>'


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
            title = _space(text_width(group.title, NOTE_SIZE), LABEL_LINE)
            yield f"subgraph cluster_r{group.scope} {{ margin=12 labeljust=l label={title}"
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

"""One look for every plot, and SVG text that is the same bytes whenever the data are the same.

Colours are Okabe and Ito's (Color Universal Design, 2008): told apart with any colour vision, and
in every plot one variant keeps one colour, marker and dash.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any, Final, cast

import matplotlib as mpl
from matplotlib.figure import Figure

from wfmodel.escaping import visible

INK: Final = "#1b1f24"
MUTED: Final = "#57606a"
GRID: Final = "#e3e6ea"
FAULT: Final = "#b3261e"
FAULT_FILL: Final = "#f9dedc"
WORK: Final = "#9ecae1"

FONTS: Final = "'DejaVu Sans', Verdana, sans-serif"
"""Text stays text. Verdana has DejaVu's widths, so what fits here fits there."""

_OF_AN_ID: Final = re.compile(r"[^A-Za-z0-9_-]")
"""What no id may hold, though a name may; written as a number, so that ids differ still."""

_TAG: Final = re.compile(r"<[^>]*>")
_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")

WIDTH: Final = 7.4
"""Inches: the width of the report's text."""
HALF: Final = 5.2
"""Inches: a plot of which two stand beside each other, or one on a phone, and whose words can still
be read there."""


@dataclass(frozen=True, slots=True)
class Look:
    """How one variant is drawn."""

    colour: str
    marker: str
    dash: str


LOOKS: Final = (
    Look("#0072b2", "o", "-"),
    Look("#d55e00", "s", "--"),
    Look("#009e73", "^", "-."),
    Look("#cc79a7", "D", ":"),
    Look("#8a6d00", "v", "-"),
    Look("#000000", "P", "--"),
)


def look(number: int) -> Look:
    """The look of the variant with this number."""
    return LOOKS[number % len(LOOKS)]


_SETTINGS: Final[dict[str, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "wfmodel",
    "text.parse_math": False,  # a dollar in a name is a dollar
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "hatch.linewidth": 0.6,
    "lines.linewidth": 1.8,
}


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the report's style, whatever the reader's own settings are.

    The first figure of a notebook chooses the back-end, which then shows figures by itself
    (``interactive``): that stays when the style is left.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        cast(Any, mpl.rcParams).update(_SETTINGS)  # its type depends on matplotlib's version
        yield
        shows_itself = mpl.is_interactive()
    mpl.interactive(shows_itself)


def new_figure(height: float, width: float = WIDTH) -> Figure:
    """An empty figure of the report's width; in inches."""
    return Figure(figsize=(width, height), layout="constrained")


def _rounded(number: re.Match[str]) -> str:
    """A hundredth of a point is seen by nobody, and half of a file."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn plot: ``name`` is a file name's stem, ``svg`` one element that stands by itself."""

    name: str
    title: str
    description: str
    svg: str

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, as it was drawn; a page shows it larger or smaller."""
        width, height = self.svg.partition('viewBox="')[2].partition('"')[0].split()[2:]
        return float(width), float(height)

    def _repr_svg_(self) -> str:
        """What a notebook shows of it."""
        return self.svg


def picture(figure: Figure, name: str, title: str, description: str) -> Picture:
    """The figure as SVG that can be put into a page: unique ids, no prologue, no date."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = _TAG.sub(lambda tag: _NUMBER.sub(_rounded, tag[0]), text)
    text = text.replace("'DejaVu Sans'", FONTS)
    word = _OF_AN_ID.sub(lambda sign: f".{ord(sign[0]):x}.", name)
    text = re.sub(r'id="([^"]+)"', rf'id="{word}-\1"', text)
    text = re.sub(r"url\(#([^)]+)\)", rf"url(#{word}-\1)", text)
    text = re.sub(r'href="#([^"]+)"', rf'href="#{word}-\1"', text)
    text = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", text, count=1)
    label = escape(f"{title}. {description}", quote=True)
    text = text.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
    return Picture(name, title, description, visible(text).strip() + "\n")

r"""A card is what there is to see of an object: a title, lines, a table, pictures; short.

>>> found = Card(title="2 parcels", head=("parcel", "weight"), rows=[("a\x1b", "1 kg")], total=2)
>>> print(found.text())
2 parcels
parcel  weight
a\x1b   1 kg
… and 1 more

The same card is text and HTML. Names are strangers' words: everything is escaped here, and nowhere
before; pictures alone are SVG that wfmodel drew, and stand as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import singledispatch
from html import escape
from textwrap import wrap
from typing import Final, TypeAlias

from wfmodel.escaping import printable

MOST_CHARACTERS: Final = 2_000
"""Of the text."""
TEXT_ROWS: Final = 6
HTML_ROWS: Final = 12
LINE: Final = 110
"""A title or a line is broken here; rows of a table are as long as they are, up to LONGEST_ROW."""
LONGEST_ROW: Final = 160
LONGEST_CELL: Final = 80
"""Of text, but for a row's last; HTML breaks lines by itself, and cuts at ``LONGEST_TOLD``."""
LONGEST_TOLD: Final = 600

_LEFT: Final = ' style="text-align: left"'
"""Words, where notebooks align numbers."""

Cell: TypeAlias = str | tuple[str, str]
"""What stands in a table; of two texts the second qualifies, and is left out at the prompt."""

Pictures: TypeAlias = tuple[tuple[str, str], ...]
"""Each with what it is called (nothing, where there is one only)."""


def no_pictures() -> Pictures:
    """What there is to see of most objects."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """``rows`` need not be more than ``HTML_ROWS``: ``total`` says how many there are in all (None:
    these; 0: nobody counted). ``pictures`` draws: it is called where somebody sees pictures.
    ``alone``: the first of them says it all; ``instead``: they say what the table says, which is
    for those who see no pictures.
    """

    title: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    total: int | None = None
    text_rows: int = TEXT_ROWS
    pictures: Callable[[], Pictures] = field(default=no_pictures)
    alone: bool = False
    instead: bool = False

    def text(self) -> str:
        """Lines for a terminal."""
        lines = [
            part
            for line in (self.title, *self.lines)
            for part in wrap(printable(line), LINE, break_on_hyphens=False)
        ]
        shown = [self.head, *self.rows[: self.text_rows]] if self.head else []
        if len(shown) > 1:
            lines += _aligned(shown)
        lines += self._more(len(shown) - 1)
        return _clipped("\n".join(lines), MOST_CHARACTERS)

    def html(self) -> str:
        """One element for a page."""
        parts = [f"<p><b>{_safe(self.title)}</b></p>"]
        if self.lines:
            parts.append(f"<p>{'<br>'.join(map(_safe, self.lines))}</p>")
        pictures = self.pictures()
        for name, svg in pictures:
            parts += [f"<p>{_safe(name)}</p>"] * bool(name) + [svg]
        if pictures and self.instead:
            return f"<div>{''.join(parts)}</div>"
        shown = self.rows[:HTML_ROWS] if self.head else []
        if shown:
            body = "".join(_row("td", row) for row in shown)
            parts.append(f"<table>{_row('th', self.head)}{body}</table>")
        parts += [f"<p>{line}</p>" for line in self._more(len(shown))]
        return f"<div>{''.join(parts)}</div>"

    def bundle(self) -> dict[str, str]:
        """What a notebook chooses from."""
        plain = {"text/plain": self.text()}
        if self.alone:
            pictures = self.pictures()
            return plain | {"image/svg+xml": pictures[0][1]} if pictures else plain
        return plain | {"text/html": self.html()}

    def _more(self, shown: int) -> list[str]:
        total = len(self.rows) if self.total is None else self.total
        return [f"… and {total - shown:,} more"] if total > shown >= 0 else []


@singledispatch
def card_of(subject: object) -> Card:
    """What there is to see of an object; the modules of this package say it class by class."""
    raise TypeError(f"no card for a {type(subject).__name__}")


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _safe(text: str) -> str:
    return escape(_clipped(printable(text), LONGEST_TOLD))


def _row(tag: str, cells: Iterable[Cell]) -> str:
    return f"<tr>{''.join(f'<{tag}{_LEFT}>{_both(cell)}</{tag}>' for cell in cells)}</tr>"


def _both(cell: Cell) -> str:
    text, detail = (cell, "") if isinstance(cell, str) else cell
    return f"{_safe(text)}<br><small>{_safe(detail)}</small>" if detail else _safe(text)


def _aligned(rows: Sequence[Sequence[Cell]]) -> list[str]:
    shown = [[printable(_first(cell)) for cell in row] for row in rows]
    cells = [[*(_clipped(cell, LONGEST_CELL) for cell in row), last] for *row, last in shown]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
    return [_clipped(line, LONGEST_ROW) for line in lines]


def _first(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell[0]

"""The picture of the machine at the cursor: Mermaid, and SVG where somebody draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from wfmodel.diagrams.mermaid_text import mermaid
from wfmodel.display import svg_of
from wfmodel.escaping import printable
from wfmodel.lsp.open_document import OpenDocument, ReadText
from wfmodel.lsp.outline import Outline

MOST_DRAWN: Final = 400
"""States of a machine of which a picture is laid out; of more there is Mermaid text."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A machine's picture. ``why`` says what is missing of it, ``old`` that the text went on."""

    names: tuple[str, ...] = ()
    """All machines of the text that can be drawn."""
    name: str = ""
    mermaid: str = ""
    svg: str = ""
    why: str = ""
    old: bool = False


def preview(
    document: OpenDocument, *, name: str = "", offset: int | None = None, svg: bool = False
) -> Preview:
    """The machine of this name, else the one around an offset, else the first."""
    read = document.drawn
    every = [each for each in read.outlines if each.workflow is not None] if read else []
    if read is None or not every:
        return Preview(why="no workflow could be read here yet: mend its errors first")
    chosen = _chosen(read, every, name, offset)
    assert chosen.workflow is not None
    picture, why = "", ""
    if svg and len(chosen.states) > MOST_DRAWN:
        why = f"more than {MOST_DRAWN} states are not laid out: there is Mermaid text"
    elif svg:
        picture, why = _picture(chosen)
    return Preview(
        tuple(printable(each.name) for each in every),
        printable(chosen.name),
        mermaid(chosen.workflow),
        picture,
        why,
        read.places.text != document.text,
    )


def _picture(outline: Outline) -> tuple[str, str]:
    """SVG; without the libraries that draw, why there is none."""
    try:
        return svg_of(outline.workflow) or "", ""
    except ImportError as error:
        return "", f"no picture, only Mermaid text: {error}"


def _chosen(read: ReadText, every: list[Outline], name: str, offset: int | None) -> Outline:
    for each in every:
        if name and printable(each.name) == name:
            return each
    if offset is not None and not name:
        for each in every:
            begin, end = read.places.extent(*each.document.locate(()).extent)
            if begin <= offset <= end:
                return each
    return every[0]

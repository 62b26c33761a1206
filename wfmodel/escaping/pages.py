"""Texts in pages and pictures. HTML has its own escapes (Jinja's); they are not repeated here."""

from __future__ import annotations

import json
import re
from itertools import groupby
from typing import Any, Final

from wfmodel.escaping.characters import printable, visible

_SIGNS: Final = re.compile(r"[\\`*_\[\]<>|&~$]|(?<=[a-z]):(?=//)|(?<=www)\.", re.IGNORECASE)
"""What Markdown gives a meaning within a line, tables and GitHub's own extensions included."""

_BEGINNING: Final = re.compile(r"(\s*)([#+=-]+(?=\s|$)|\d+(?=[.)](?:\s|$)))")
"""How a line begins that is a heading, an item, a rule."""


def markdown(text: str) -> str:
    """Words in a paragraph, an item or a table's cell of Markdown; always one line.

    Source: GitHub Flavored Markdown, 6.1 Backslash escapes, 6.9 Autolinks.
    """
    line = _SIGNS.sub(r"\\\g<0>", printable(text))
    begun = _BEGINNING.match(line)
    if begun is None:
        return line
    end = begun.end(2) if begun[2].isdigit() else begun.start(2)
    return f"{line[:end]}\\{line[end:]}"


def code_span(text: str) -> str:
    """Code in a line of Markdown, tables included: a fence longer than any within.

    A bar within a fence would end a table's cell, and readers differ about backslashes there.
    """
    line = printable(text)
    if "|" in line or "\\" in line:
        return f"<code>{markdown(line)}</code>"
    fence = "`" * (_longest_run(line) + 1)
    blank = " " if line.startswith("`") or line.endswith("`") or not line.strip() else ""
    return f"{fence}{blank}{line}{blank}{fence}"


def fenced(text: str, language: str = "") -> str:
    """A block of code in Markdown: a fence longer than any within."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{visible(text.strip())}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(list(run)) for sign, run in groupby(text) if sign == "`"), default=0)


def plot_text(text: str) -> str:
    """Words in a plot. A legend leaves out what begins with an underscore, so a space comes first.

    Dollars are plain because plots are drawn with ``text.parse_math`` off.
    """
    line = printable(text)
    return f" {line}" if line.startswith("_") else line


def script_data(data: Any) -> str:  # noqa: ANN401 - what JSON can say
    """Data for a page's ``<script type="application/json">``: the same when read, on one line.

    No sign that HTML could read is left, so that no word ends the element or opens a comment.
    Source: HTML Living Standard, 4.12.1.3 Restrictions for contents of script elements.
    """
    text = json.dumps(data, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")

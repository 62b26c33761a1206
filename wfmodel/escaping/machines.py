"""Texts that programs read: JSON, XML, CSV, SARIF. Nothing is lost, and a log that shows one obeys
nothing in it: what a runner would take for a command is written as an escape of the format.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from wfmodel.escaping.characters import is_plain, printable
from wfmodel.escaping.commands import ANYWHERE, AT_START

_FORMULA: Final = re.compile(r"[\s'\"]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""How a cell begins that a spreadsheet computes. Source: OWASP, *CSV Injection*."""

_LINK: Final = re.compile(r"\]\s*[(\[]")


def json_text(data: Any, *, ascii_only: bool = False) -> str:  # noqa: ANN401 - what JSON can say
    """Data as JSON: the same data when read, and every character of it to be seen."""
    text = json.dumps(data, indent=2, ensure_ascii=ascii_only)
    if not ascii_only:
        text = "\n".join(map(_seen, text.split("\n")))
    # A number sign stands in strings only.
    return ANYWHERE.sub(r"\\u0023#", text)


def json_line(data: Any) -> str:  # noqa: ANN401 - what JSON can say
    """Data as JSON in one line of ASCII, for files that only programs read."""
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return ANYWHERE.sub(r"\\u0023#", text)


def _seen(line: str) -> str:
    if is_plain(line):
        return line
    return "".join(c if is_plain(c) else json.dumps(c)[1:-1] for c in line)


def xml_text(text: str) -> str:
    """An XML document in which no line is a command: its signs as references."""
    return AT_START.sub(r"\1&#58;", ANYWHERE.sub("&#35;#", text))


def csv_cell(text: str) -> str:
    """A cell that a spreadsheet shows and does not compute; the ``csv`` module quotes it."""
    shown = printable(text)
    return f"'{shown}" if _FORMULA.match(text) else shown


def sarif_text(text: str) -> str:
    """A message of SARIF: readers make links of ``[words](target)``, but not of escaped brackets.

    Source: OASIS, *SARIF Version 2.1.0*, 3.11.6 Messages with embedded links.
    """
    if not _LINK.search(text):
        return text
    return re.sub(r"([\\\[\]])", r"\\\1", text)

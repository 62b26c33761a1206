"""Examples of what is found on reading a file: a bad one and a good one for each code.

They stand in ``examples.md``, are shown by ``wfmodel check --explain A103``, and make the pages
under ``docs/rules/asl`` and ``docs/rules/airflow``; a test runs each. A bad example marks the line
of its finding with ``# here``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("examples.md")
_BLOCK: Final = re.compile(r"^```(\w+) ([a-z ]+)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sample:
    """A file, and the annotations beside it where the example needs some."""

    text: str
    notation: str
    annotations: str = ""

    @property
    def markdown(self) -> str:
        """As blocks of a page."""
        shown = f"```{self.notation}\n{self.text}```\n"
        if self.annotations:
            shown += f"with the annotations\n```yaml\n{self.annotations}```\n"
        return shown


@dataclass(frozen=True, slots=True)
class Example:
    """What a code's page shows; without samples the words say what no short file can."""

    words: str = ""
    bad: Sample | None = None
    good: Sample | None = None

    @property
    def markdown(self) -> str:
        """Sections of a page, after its first words."""
        parts = [self.words] if self.words else []
        if self.bad is not None:
            parts.append(f"## Example\n{self.bad.markdown}")
        if self.good is not None:
            parts.append(f"## Use instead\n{self.good.markdown}")
        return "\n\n".join(part.strip() for part in parts)


@cache
def examples() -> Mapping[str, Example]:
    """Code to example."""
    parts = re.split(r"^# ([A-Z]\d+)\n", _FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {code: _read(text) for code, text in zip(parts[1::2], parts[2::2], strict=True)}


def _read(text: str) -> Example:
    blocks = {kind: (notation, inner) for notation, kind, inner in _BLOCK.findall(text)}
    words = _BLOCK.sub("", text).strip()
    return Example(words, _sample(blocks, "bad"), _sample(blocks, "good"))


def _sample(blocks: Mapping[str, tuple[str, str]], kind: str) -> Sample | None:
    if kind not in blocks:
        return None
    notation, text = blocks[kind]
    return Sample(text, notation, blocks.get(f"{kind} annotations", ("", ""))[1])

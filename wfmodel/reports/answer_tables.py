"""What is possible as a table that a notebook shows: a row per property, a column per variant.

>>> answer_table(orchestrated, choreographed)  # doctest: +SKIP

An answer never stands without its bounds: they are under the table, for each variant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from wfmodel.experiments.explored_variant import Asked, VariantAnswers
from wfmodel.reports.style import FAULT

_COLOURS: Final = {"holds": "#1a7f37", "violated": FAULT, "undecided": "#8a6d00"}
"""The word says it, the colour helps to find it."""

_HEAD: Final = '<th style="text-align: left">'
_CELL: Final = '<td style="text-align: left">'
"""Words, where notebooks align numbers."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """Answers under the names of their variants; ``rows`` has None where one was not asked."""

    variants: tuple[VariantAnswers, ...]
    rows: tuple[tuple[str, tuple[Asked | None, ...]], ...]

    def _repr_html_(self) -> str:
        """What a notebook shows of it."""
        names = "".join(f"{_HEAD}{escape(each.name)}</th>" for each in self.variants)
        rows = "".join(
            f"<tr>{_CELL}{escape(title)}</td>{''.join(map(_cell, answers))}</tr>"
            for title, answers in self.rows
        )
        bounds = "<br>".join(map(escape, self._bounds()))
        return f"<table><tr>{_HEAD}property</th>{names}</tr>{rows}</table><p>{bounds}</p>"

    def __str__(self) -> str:
        head = " | ".join(("property", *(each.name for each in self.variants)))
        rows = (" | ".join((title, *map(_text, answers))) for title, answers in self.rows)
        return "\n".join((head, *rows, *self._bounds()))

    def __repr__(self) -> str:
        return str(self)

    def _bounds(self) -> Iterator[str]:
        for each in self.variants:
            yield f"{each.name}: {each.bounds.words()}"


def answer_table(*variants: VariantAnswers) -> AnswerTable:
    """Every property that was asked of some variant, in the order of asking.

    Raises:
        ValueError: two variants have the same name, so that nobody could tell them apart.
    """
    names = [each.name for each in variants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two variants are called {twice[0]!r}; name each apart")
    answers = [{asked.title: asked for asked in each.asked} for each in variants]
    titles = dict.fromkeys(title for each in answers for title in each)
    rows = tuple((title, tuple(each.get(title) for each in answers)) for title in titles)
    return AnswerTable(variants, rows)


def _cell(asked: Asked | None) -> str:
    if asked is None:
        return "<td></td>"
    word = f'<b style="color: {_COLOURS[asked.word]}">{asked.word}</b>'
    return f"{_CELL}{word} {escape(asked.detail)}</td>"


def _text(asked: Asked | None) -> str:
    return "" if asked is None else f"{asked.word}: {asked.detail}"

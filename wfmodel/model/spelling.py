"""Which name a misspelt one most likely meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from wfmodel.model.findings import Edit, Fix
from wfmodel.model.source import Path

LONGEST: Final = 200
"""Names are compared up to here: likeness costs the product of two lengths."""

SHORTEST: Final = 4
"""Shorter names are like too many others to be sure."""


MOST_BITS: Final = 10_000
"""Of a whole number that is written out: Python refuses to write much longer ones."""

MOST_COMPARED: Final = 60
"""Of more names, those are compared that begin and end most like the given one."""


def nearest(given: object, known: Iterable[str]) -> str | None:
    """The known name that ``given`` most likely meant; None where none is near."""
    options, name = list(dict.fromkeys(known)), str(given)[:LONGEST]
    folded = {option.casefold(): option for option in reversed(options)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    close = get_close_matches(name, _likely(name, options), n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(given: object, known: Iterable[str], otherwise: str = "") -> str:
    """``did you mean 'lost'?`` as a finding's help; ``otherwise`` where no name is near."""
    likely = nearest(given, known)
    return f"did you mean {likely!r}?" if likely else otherwise


def hint(given: object, known: Iterable[str]) -> str:
    """``; did you mean 'lost'?`` for an error's end; nothing where no name is near.

    >>> hint("losst", ["lost", "delayed"])
    "; did you mean 'lost'?"
    """
    asked = did_you_mean(given, known)
    return f"; {asked}" if asked else ""


def certain(given: str, known: Iterable[str]) -> str | None:
    """The known name that ``given`` can only have meant: very near, and no other is near."""
    options, name = list(dict.fromkeys(known)), given[:LONGEST]
    if len(name) < SHORTEST:
        return None
    folded = [option for option in options if option.casefold() == name.casefold()]
    close = folded or get_close_matches(name, _likely(name, options), n=2, cutoff=0.75)
    return close[0] if len(close) == 1 else None


def respelt(name: object, known: Iterable[str], path: Path, *, key: bool = False) -> Fix | None:
    """The fix of a name (or key) at a path, where only one known name can have been meant."""
    if not isinstance(name, str):
        return None
    meant = certain(name, known)
    return None if meant is None else Fix(f"write {meant!r}", (Edit(path, meant, key, name),))


def _likely(name: str, options: list[str]) -> list[str]:
    """The options worth comparing letter by letter, which costs the product of two lengths."""
    if len(options) <= MOST_COMPARED:
        return options
    return sorted(options, key=lambda option: -_shared(name, option))[:MOST_COMPARED]


def _shared(one: str, other: str) -> int:
    """How many letters two names begin and end with alike."""
    before = _in_common(one, other)
    return before + _in_common(one[before:][::-1], other[before:][::-1])


def _in_common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def describe(value: object) -> str:
    """A value in an error message: short, and by its kind where it is a collection."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return "a number of thousands of digits"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

"""Which name a misspelt one most likely meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

LONGEST: Final = 200
"""Names are compared up to here: likeness costs the product of two lengths."""


def nearest(given: object, known: Iterable[str]) -> str | None:
    """The known name that ``given`` most likely meant; None where none is near."""
    options, name = list(dict.fromkeys(known)), str(given)[:LONGEST]
    folded = {option.casefold(): option for option in reversed(options)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    close = get_close_matches(name, options, n=1, cutoff=0.6)
    return close[0] if close else None

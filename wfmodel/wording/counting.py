"""How many of what, and which: counted nouns and lists of names.

>>> counted(1, "crash"), counted(1200, "crash")
('1 crash', '1,200 crashes')
>>> listed(["pay", "ship", "bill"], most=2)
"'pay', 'ship' and 1 more"
"""

from __future__ import annotations

from collections.abc import Sequence


def counted(count: int, noun: str) -> str:
    """A number with its noun, in the plural where it is not one."""
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def plural(noun: str) -> str:
    """A regular noun's plural."""
    return f"{noun}es" if noun.endswith("sh") else f"{noun}s"


def capital(text: str) -> str:
    """A sentence's beginning."""
    return text[:1].upper() + text[1:]


def together(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Quoted names, the first few of many."""
    shown = ", ".join(repr(name) for name in names[:most])
    more = len(names) - most
    return f"{shown} and {more} more" if more > 0 else shown

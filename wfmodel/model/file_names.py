"""File names made of a user's own words: variants, workflows, claims.

Only ``a-z``, ``0-9`` and dashes are left, so a name is one on any file system, never leads to
another folder and is never hidden. What would come out alike is told apart by a digest of the
words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final, TypeAlias

LONGEST: Final = 80
RESERVED: Final = frozenset(
    {
        "",
        "con",
        "prn",
        "aux",
        "nul",
        *(f"{device}{n}" for device in ("com", "lpt") for n in range(10)),
    }
)
"""Names that are no file's, somewhere."""

Words: TypeAlias = tuple[str, ...]
"""What a file is about: a variant and a claim, say."""


def file_stems(about: Iterable[Words]) -> dict[Words, str]:
    """A stem for each, all of them different; the same whatever order they are given in."""
    every = list(dict.fromkeys(about))
    stems = plain = {words: _cleaned("-".join(words)) for words in every}
    for size in range(4, 33):  # words can be chosen so that they sound like others' digests
        alike = Counter(stems.values())
        if max(alike.values(), default=1) == 1 and not RESERVED & alike.keys():
            break
        stems = {
            w: s if alike[s] == 1 and s not in RESERVED else _marked(plain[w], w, size)
            for w, s in stems.items()
        }
    return stems


def _cleaned(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST].strip("-")


def _marked(stem: str, words: Words, size: int) -> str:
    text = "\0".join(words).encode("utf-8", "surrogatepass")
    digest = blake2b(text, digest_size=size).hexdigest()
    kept = stem[: LONGEST - len(digest) - 1].strip("-")
    return f"{kept}-{digest}" if kept else digest

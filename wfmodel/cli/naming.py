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

Words: TypeAlias = tuple[str, ...]
"""What a file is about: a variant and a claim, say."""


def file_stems(about: Iterable[Words]) -> dict[Words, str]:
    """A stem for each, all of them different; the same whatever order they are given in."""
    every = list(dict.fromkeys(about))
    plain = {words: _cleaned("-".join(words)) for words in every}
    alike = Counter(plain.values())
    stems = {w: s if s and alike[s] == 1 else _marked(s, w) for w, s in plain.items()}
    assert len(set(stems.values())) == len(stems)
    return stems


def _cleaned(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST].strip("-")


def _marked(stem: str, words: Words) -> str:
    digest = blake2b("\0".join(words).encode(), digest_size=4).hexdigest()
    kept = stem[: LONGEST - len(digest) - 1].strip("-")
    return f"{kept}-{digest}" if kept else digest

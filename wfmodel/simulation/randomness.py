"""Every random number is a pure function of (seed, replication, stream, entity, index).

Nothing is ever "the next number": the order in which things happen cannot change what they draw,
so two designs meet the same faults and the same service times. The mixing function is SplitMix64's
(Steele, Lea & Flood, OOPSLA 2014); a stream's 64-bit base comes from BLAKE2b over its names.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

_MASK: Final = 0xFFFF_FFFF_FFFF_FFFF
_ENTITY: Final = 0x9E37_79B9_7F4A_7C15
_INDEX: Final = 0xD1B5_4A32_D192_ED03
_SCALE: Final = 2.0**-53


def stream(seed: int, replication: int, *names: str | int) -> int:
    """The 64-bit base of a named stream."""
    text = "\x1f".join(str(part) for part in (seed, replication, *names))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def uniform(base: int, entity: int, index: int = 0) -> float:
    """The uniform number in (0, 1) that belongs to (stream, entity, index)."""
    z = (base + entity * _ENTITY + index * _INDEX) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK
    return ((z ^ (z >> 31)) >> 11) * _SCALE + _SCALE / 2


class Streams:
    """Bases of one run's streams, made once per name."""

    def __init__(self, seed: int, replication: int) -> None:
        self._seed = seed
        self._replication = replication
        self._bases: dict[tuple[str | int, ...], int] = {}

    def base(self, *names: str | int) -> int:
        """The base of the stream with these names."""
        found = self._bases.get(names)
        if found is None:
            found = self._bases[names] = stream(self._seed, self._replication, *names)
        return found

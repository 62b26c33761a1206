"""How many bits each place of a vector takes, and in which 64-bit word it stands.

A place is as wide as the largest number that it has had; no place straddles two words. When a
number outgrows its place all states are packed anew, with a bit to spare where the words have one:
this happens seldom.
"""

from __future__ import annotations

from dataclasses import dataclass

WORD = 64


@dataclass(frozen=True, slots=True)
class BitLayout:
    """Widths of all places, and where each stands."""

    widths: tuple[int, ...]
    words: tuple[int, ...]
    shifts: tuple[int, ...]
    size: int
    """Words a state."""

    def fits(self, sizes: list[int]) -> bool:
        """Whether places with so many values each still have room."""
        return all(
            (size - 1).bit_length() <= width for size, width in zip(sizes, self.widths, strict=True)
        )

    def wider(self, sizes: list[int]) -> BitLayout:
        """The layout in which they have, and a bit to spare where that costs no word.

        The fullest places come first: participants that are alike outgrow theirs one after the
        other, and each time all states would be packed anew.
        """
        widths = [(size - 1).bit_length() for size in sizes]
        found = layout_of(tuple(widths))
        for place in sorted(range(len(sizes)), key=lambda p: -sizes[p] / (1 << widths[p])):
            if sizes[place] == 1:
                continue
            widths[place] += 1
            ample = layout_of(tuple(widths))
            if ample.size == found.size:
                found = ample
            else:
                widths[place] -= 1
        return found


def layout_of(widths: tuple[int, ...]) -> BitLayout:
    """Places one after the other, each in the first word that has room for it."""
    free: list[int] = []
    words, shifts = [], []
    for width in widths:
        place = next((w for w, left in enumerate(free) if left >= width), len(free))
        if place == len(free):
            free.append(WORD)
        words.append(place)
        shifts.append((WORD - free[place]) % WORD)
        free[place] -= width
    return BitLayout(widths, tuple(words), tuple(shifts), max(1, len(free)))

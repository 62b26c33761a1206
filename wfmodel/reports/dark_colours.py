"""A drawn picture inside a page that follows the reader's choice of light or dark.

Pictures are drawn once, in light colours. In a page each colour becomes a variable whose value in
the dark has the same hue and the opposite lightness, so that whatever stands out still does:

>>> dark("#ffffff"), dark("#1b1f24")
('#12161c', '#ccd0d4')
>>> follow('<path style="fill: #ffffff"/>')
'<path style="fill: var(--c-ffffff, #ffffff)"/>'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from colorsys import hls_to_rgb, rgb_to_hls
from typing import Final

from wfmodel.reports.style import LOOKS

PAPER: Final = {"#ffffff": "#12161c"}
"""The page's own ground, in the light and in the dark."""
DARKEST: Final = 0.09
LIGHTEST: Final = 0.92
CALM: Final = 0.6
"""A light colour on a dark ground is as strong as a dark one on a light ground with less of it."""

_TAG: Final = re.compile(r"<[^>]*>")
_COLOUR: Final = re.compile(r"(?<=: )#([0-9a-f]{6})\b")


def follow(svg: str) -> str:
    """The picture with a variable for each colour of a tag; text that looks like one stays."""
    return _TAG.sub(lambda tag: _COLOUR.sub(r"var(--c-\1, #\1)", tag[0]), svg)


def dark(colour: str) -> str:
    """The colour that stands for a light page's in the dark."""
    if colour in PAPER:
        return PAPER[colour]
    hue, light, full = rgb_to_hls(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    turned = LIGHTEST - (LIGHTEST - DARKEST) * light
    return "#" + "".join(
        f"{round(255 * part):02x}" for part in hls_to_rgb(hue, turned, CALM * full)
    )


def dark_style(pictures: Iterable[str]) -> str:
    """Rules that give these pictures, and the marks of variants, their colours in the dark."""
    tags = (tag for svg in pictures for tag in _TAG.findall(svg))
    used = {colour for tag in tags for colour in _COLOUR.findall(tag)}
    rules = [f"--c-{colour}: {dark(f'#{colour}')};" for colour in sorted(used)]
    rules += [f"--v{place}: {dark(look.colour)};" for place, look in enumerate(LOOKS)]
    return f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {' '.join(rules)} }} }}\n"

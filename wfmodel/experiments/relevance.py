"""Enough to matter: the smallest difference that a metric's reader would act upon.

A scenario may declare it (``relevant``). Otherwise: of times 10 ms, of anything that is not a share
a twentieth of the larger, whichever is more; of shares half in a thousand, or a twentieth of how
far they are from 0 or 1, whichever is more.

>>> smallest_relevant("s", 2.0, 1.0)
0.1
"""

from __future__ import annotations

import math
from typing import Final

TWENTIETH: Final = 0.05
TIME_S: Final = 0.010
SHARE: Final = 0.0005


def smallest_relevant(unit: str, first: float, second: float) -> float:
    """The default for two values of this unit; 0 where one is not known."""
    larger = max(abs(first), abs(second))
    if not math.isfinite(larger):
        return 0.0
    if unit == "fraction":
        away = max(min(each, 1 - each) for each in (first, second))
        return max(SHARE, TWENTIETH * away)
    return max(TIME_S if unit == "s" else 0.0, TWENTIETH * larger)


def default_words(unit: str) -> str:
    """The default for values of this unit."""
    least = {"s": "10 ms, or ", "fraction": "0.05 pp, or "}.get(unit, "")
    return f"{least}a twentieth{' if that is more' if least else ''}"

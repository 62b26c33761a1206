r"""Numbers as a reader wants them: three significant figures, and the unit that fits.

>>> number(0.0321, "fraction")
'3.21\xa0%'
>>> number(0.0042, "s")
'4.2\xa0ms'
"""

from __future__ import annotations

import math
from typing import Final

SCALED: Final = frozenset({"s", "fraction"})
"""Units that a number is shown in as fits; others stand beside the metric's name."""
UNDEFINED: Final = "–"
DUST: Final = 1e-9
"""A bound that is so much smaller than the other one is shown as none at all."""
SPACE: Final = "\u00a0"
"""Between a number and its unit: a line never breaks there."""
_TIMES: Final = ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (120.0, 1.0, "s"), (7200.0, 1 / 60, "min"))


def number(value: float, unit: str = "", *, signed: bool = False) -> str:
    """A value with its unit: ``fraction`` becomes per cent, ``s`` the time unit that fits."""
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "never" if value > 0 else "−∞"
    scale, shown = unit_for(value, unit)
    text = significant(value * scale, signed=signed)
    return f"{text}{SPACE}{shown}" if shown else text


def unit_for(value: float, unit: str) -> tuple[float, str]:
    """Factor and name of the unit in which a value is best shown."""
    if unit == "fraction":
        return 100.0, "%"
    if unit != "s" or value == 0:
        return 1.0, "" if unit == "1" else unit
    for below, scale, name in _TIMES:
        if abs(value) < below:
            return scale, name
    return 1 / 3600, "h"


def gap(value: float, unit: str = "") -> str:
    """A signed difference; of two fractions, in percentage points."""
    return _points(number(value, unit, signed=True), unit)


def gap_between(low: float, high: float, unit: str = "") -> str:
    """An interval of differences in one unit."""
    return _points(between(low, high, unit, signed=True), unit)


def _points(text: str, unit: str) -> str:
    return text.replace("%", "pp") if unit == "fraction" else text


def significant(value: float, *, figures: int = 3, signed: bool = False) -> str:
    """A number with so many significant figures, without exponents where it can be read without."""
    if value == 0:
        return "0"
    sign = "−" if value < 0 else "+" if signed else ""
    size = abs(value)
    if size >= 1e7 or size < 1e-5:
        return f"{sign}{size:.{figures - 1}e}"
    places = max(0, figures - 1 - math.floor(math.log10(size)))
    text = f"{size:,.{places}f}"
    return sign + (text.rstrip("0").rstrip(".") if "." in text else text)


def between(low: float, high: float, unit: str = "", *, signed: bool = False) -> str:
    """An interval in one unit: ``1.2 to 3.4 s``."""
    if math.isnan(low) or math.isnan(high):
        return UNDEFINED
    if math.isinf(low) or math.isinf(high):
        first, second = (number(each, unit, signed=signed) for each in (low, high))
        return f"{first} to {second}"
    most = max(abs(low), abs(high))
    scale, shown = unit_for(most, unit)
    first, second = (
        significant(each * scale if abs(each) > DUST * most else 0.0, signed=signed)
        for each in (low, high)
    )
    return f"{first} to {second}{SPACE}{shown}" if shown else f"{first} to {second}"

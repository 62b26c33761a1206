r"""Numbers as a reader wants them: three significant figures, and the unit that fits.

>>> number(0.0321, "fraction")
'3.21\xa0%'
>>> number(0.0042, "s")
'4.2\xa0ms'
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, Context, Decimal
from typing import Final

SCALED: Final = frozenset({"s", "fraction"})
"""Units that a number is shown in as fits; others stand beside the metric's name."""
UNDEFINED: Final = "–"
DUST: Final = 1e-9
"""A bound that is so much smaller than the other one is shown as none at all."""
SPACE: Final = "\u00a0"
"""Between a number and its unit: a line never breaks there."""
_TIMES: Final = (
    (1e-6, 1e9, "ns"),
    (1e-3, 1e6, "µs"),
    (1.0, 1e3, "ms"),
    (120.0, 1.0, "s"),
    (7200.0, 1 / 60, "min"),
)
LEAST: Final = 1e-5
"""What is smaller is written with a power of ten."""
MOST_FIGURES: Final = 6
"""Of the ends of a narrow interval, so that they differ."""
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, unit: str = "", *, signed: bool = False) -> str:
    """A value with its unit: ``fraction`` becomes per cent, ``s`` the time unit that fits."""
    if math.isnan(value):
        return UNDEFINED
    if math.isinf(value):
        return "never" if value > 0 else "−∞"
    scale, shown = unit_for(value, unit)
    text = significant(value * scale, signed=signed)
    return f"{text}{SPACE}{shown}" if shown else text


def bare(unit: str) -> str:
    """The unit that stands beside each number; none where it stands beside the metric's name."""
    return unit if unit in SCALED else ""


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


def bracketed(text: str, interval: str) -> str:
    """An estimate and its interval, if it has one: ``2 s [1.2 to 3.4 s]``."""
    return text if interval == UNDEFINED else f"{text} [{interval}]"


def gap(value: float, unit: str = "") -> str:
    """A signed difference; of two fractions, in percentage points; of what never ends and what
    does, no number.
    """
    if math.isinf(value):
        return "one never ends"
    return _points(number(value, unit, signed=True), unit)


def gap_between(low: float, high: float, unit: str = "") -> str:
    """An interval of differences in one unit; open where an end is out of reach."""
    return _points(between(low, high, unit, signed=True), unit)


def _points(text: str, unit: str) -> str:
    return text.replace("%", "pp") if unit == "fraction" else text


def rounded_up(value: float, figures: int = 2) -> float:
    """A bound with so many significant figures, never below what it was.

    >>> rounded_up(0.0625), rounded_up(0.0001), rounded_up(0.0)
    (0.063, 0.0001, 0.0)
    """
    nearest = float(f"{value:.{figures}g}")  # keeps 0.0001, which as a float is a little more
    context = Context(prec=figures, rounding=ROUND_CEILING)
    return nearest if nearest >= value else float(context.plus(Decimal(value)))


def significant(
    value: float, *, figures: int = 3, signed: bool = False, least: float = LEAST
) -> str:
    """A number with so many significant figures, without a power of ten where it can be read so.

    >>> significant(0.0000042), significant(0.0000042, least=0), significant(1234.5)
    ('4.2\xa0×\xa010⁻⁶', '0.0000042', '1,234')
    """
    if value == 0:
        return "0"
    sign = "−" if value < 0 else "+" if signed else ""
    size = abs(value)
    if size >= 1e7 or size < least:
        digits, _, power = f"{size:.{figures - 1}e}".partition("e")
        raised = str(int(power)).translate(_RAISED)
        return f"{sign}{_short(digits)}{SPACE}×{SPACE}10{raised}"
    places = max(0, figures - 1 - math.floor(math.log10(size)))
    return sign + _short(f"{size:,.{places}f}")


def _short(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def between(low: float, high: float, unit: str = "", *, signed: bool = False) -> str:
    """An interval in one unit: ``1.2 to 3.4 s``, with more figures where it is narrow; a dash where
    there is none, or where both ends are the same.

    >>> between(1.0, math.inf, "s"), between(math.inf, math.inf, "s")
    ('at least 1\xa0s', '–')
    >>> between(71.9996, 72.0004, "s")
    '71.9996 to 72.0004\xa0s'
    """
    if math.isnan(low) or math.isnan(high) or low == high:
        return UNDEFINED
    if math.isinf(low) and math.isinf(high):
        return UNDEFINED
    if math.isinf(high):
        return f"at least {number(low, unit, signed=signed)}"
    if math.isinf(low):
        return f"at most {number(high, unit, signed=signed)}"
    most = max(abs(low), abs(high))
    scale, shown = unit_for(most, unit)
    ends = [each * scale if abs(each) > DUST * most else 0.0 for each in (low, high)]
    for figures in range(3, MOST_FIGURES + 1):
        first, second = (significant(each, figures=figures, signed=signed) for each in ends)
        if first != second:
            return f"{first} to {second}{SPACE}{shown}" if shown else f"{first} to {second}"
    return UNDEFINED

"""Quantile functions as plain arithmetic: one text for Python and for compiled code.

Scalars in, nanoseconds out, nothing but IEEE operations and the C library's ``exp``, ``log``,
``log1p`` and ``pow``, in a stated order: so every engine draws the same bits.
"""

from __future__ import annotations

import math
from typing import Final

from wfmodel.model.units import LONGEST_NS

BEYOND: Final = 700.0
"""Logarithm beyond which a factor of nanoseconds is longer than anything (and nearly overflows)."""


def rounded(nanoseconds: float) -> int:
    """The nearest whole number of nanoseconds, at most the longest duration."""
    half_up = nanoseconds + 0.5
    return LONGEST_NS if half_up >= LONGEST_NS else int(half_up)


def uniform(u: float, low: int, high: int) -> int:
    """Nanoseconds at probability ``u`` between two bounds."""
    return rounded(low + u * (high - low))


def exponential(u: float, mean: int) -> int:
    """Nanoseconds at probability ``u``, by the mean."""
    return rounded(-math.log1p(-u) * mean)


def lognormal(u: float, median: int, sigma: float) -> int:
    """Nanoseconds at probability ``u``, by the median and the logarithm's standard deviation."""
    return rounded(median * math.exp(sigma * normal(u)))


def weibull(u: float, scale: int, shape: float) -> int:
    """Nanoseconds at probability ``u``, by scale and shape."""
    e = -math.log1p(-u)
    if math.log(e) / shape > BEYOND:
        return LONGEST_NS
    return rounded(scale * e ** (1 / shape))


def normal(p: float) -> float:
    """The standard normal quantile at ``p`` in (0, 1), to 16 digits.

    Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988), p. 477. CPython's
    ``NormalDist.inv_cdf`` is the same algorithm; how its C is compiled may cost the last bit.
    """
    q = p - 0.5
    if abs(q) <= 0.425:
        return _central(q)
    r = math.sqrt(-math.log(p if q <= 0.0 else 1.0 - p))
    x = _shoulder(r - 1.6) if r <= 5.0 else _tail(r - 5.0)
    return -x if q < 0.0 else x


def _central(q: float) -> float:
    r = 0.180625 - q * q
    num = 2.50908_09287_30122_6727e3 * r + 3.34305_75583_58812_8105e4
    num = (num * r + 6.72657_70927_00870_0853e4) * r + 4.59219_53931_54987_1457e4
    num = (num * r + 1.37316_93765_50946_1125e4) * r + 1.97159_09503_06551_4427e3
    num = (num * r + 1.33141_66789_17843_7745e2) * r + 3.38713_28727_96366_6080e0
    den = 5.22649_52788_52854_5610e3 * r + 2.87290_85735_72194_2674e4
    den = (den * r + 3.93078_95800_09271_0610e4) * r + 2.12137_94301_58659_5867e4
    den = (den * r + 5.39419_60214_24751_1077e3) * r + 6.87187_00749_20579_0830e2
    den = (den * r + 4.23133_30701_60091_1252e1) * r + 1.0
    return num * q / den


def _shoulder(r: float) -> float:
    num = 7.74545_01427_83414_07640e-4 * r + 2.27238_44989_26918_45833e-2
    num = (num * r + 2.41780_72517_74506_11770e-1) * r + 1.27045_82524_52368_38258e0
    num = (num * r + 3.64784_83247_63204_60504e0) * r + 5.76949_72214_60691_40550e0
    num = (num * r + 4.63033_78461_56545_29590e0) * r + 1.42343_71107_49683_57734e0
    den = 1.05075_00716_44416_84324e-9 * r + 5.47593_80849_95344_94600e-4
    den = (den * r + 1.51986_66563_61645_71966e-2) * r + 1.48103_97642_74800_74590e-1
    den = (den * r + 6.89767_33498_51000_04550e-1) * r + 1.67638_48301_83803_84940e0
    den = (den * r + 2.05319_16266_37758_82187e0) * r + 1.0
    return num / den


def _tail(r: float) -> float:
    num = 2.01033_43992_92288_13265e-7 * r + 2.71155_55687_43487_57815e-5
    num = (num * r + 1.24266_09473_88078_43860e-3) * r + 2.65321_89526_57612_30930e-2
    num = (num * r + 2.96560_57182_85048_91230e-1) * r + 1.78482_65399_17291_33580e0
    num = (num * r + 5.46378_49111_64114_36990e0) * r + 6.65790_46435_01103_77720e0
    den = 2.04426_31033_89939_78564e-15 * r + 1.42151_17583_16445_88870e-7
    den = (den * r + 1.84631_83175_10054_68180e-5) * r + 7.86869_13114_56132_59100e-4
    den = (den * r + 1.48753_61290_85061_48525e-2) * r + 1.36929_88092_27358_05310e-1
    den = (den * r + 5.99832_20655_58879_37690e-1) * r + 1.0
    return num / den

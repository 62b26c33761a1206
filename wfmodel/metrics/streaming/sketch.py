"""Quantiles without the values: durations counted in buckets whose width grows with them.

A duration of at most eleven bits has a bucket of its own; a longer one shares it with those whose
first eleven bits are the same, so what is read off is wrong by less than one part in two thousand
(``ERROR``). This is the layout of HdrHistogram (Tene, 2012). Means do not come from here: they are
exact.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from wfmodel.metrics.codes import Floats, Ints
from wfmodel.metrics.streaming.meter_layout import BUCKET_BITS, BUCKETS

ERROR: Final = 2.0**-BUCKET_BITS
"""Largest relative error of a value: half a bucket's width over its beginning."""


def values_of(buckets: Ints) -> Floats:
    """The middle of each of these buckets, in nanoseconds."""
    exponent = np.maximum((buckets >> (BUCKET_BITS - 1)) - 1, 0)
    first = buckets - (exponent << (BUCKET_BITS - 1))
    middle: Floats = (
        np.ldexp(first.astype(np.float64), exponent) + (np.ldexp(1.0, exponent) - 1) / 2
    )
    return middle


class Sketch:
    """Durations, counted."""

    def __init__(self, counts: Ints) -> None:
        if counts.shape != (BUCKETS,):
            raise ValueError(f"a sketch has {BUCKETS} buckets, not {counts.shape}")
        self._buckets = np.flatnonzero(counts)
        self.counts: Ints = counts[self._buckets]
        """Of the buckets that are not empty, ascending."""
        self.values_ns: Floats = values_of(self._buckets)

    def __len__(self) -> int:
        """How many durations."""
        return int(self.counts.sum())

    def quantile_ns(self, share: float) -> float:
        """The value below which this share of them lies, interpolated as numpy does.

        Raises:
            ValueError: there are none, or the share is not from 0 to 1.
        """
        if not 0 <= share <= 1:
            raise ValueError(f"a share is from 0 to 1; got {share:g}")
        if not len(self.counts):
            raise ValueError("no durations to take a quantile of")
        place = share * (len(self) - 1)
        ends = np.cumsum(self.counts)
        low, high = np.searchsorted(ends, [np.floor(place), np.ceil(place)], side="right")
        below, above = self.values_ns[low], self.values_ns[high]
        return float(below + (above - below) * (place - np.floor(place)))

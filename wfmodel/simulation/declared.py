"""Records of what is declared and never changes: draws, odds, what each node of the flow is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wfmodel.native.record_layout import NULL, PYTHON

CONSTANT, UNIFORM, EXPONENTIAL, LOGNORMAL, WEIBULL, EMPIRICAL, ANY_OTHER = range(7)
"""Families of distributions; Python computes the quantiles of any other."""


@dataclass(slots=True, eq=False)
class Sampler:
    """Draws of one stream from one distribution. ``base`` is the stream's."""

    family: int = CONSTANT
    base: int = 0
    a: int = 0
    """Constant: the value; uniform: low; exponential: mean; else median, scale."""
    b: int = 0
    real: float = 0.0
    values: list[int] = NULL
    weights: list[float] = NULL
    count: int = 0
    distribution: Any = field(default=None, metadata=PYTHON)


@dataclass(slots=True, eq=False)
class Odds:
    """Outcomes, each with the sum of the probabilities up to it."""

    count: int = 0
    outcomes: list[int] = NULL
    thresholds: list[float] = NULL


@dataclass(slots=True, eq=False)
class Block:
    """A node of the flow: how long an attempt takes, how it ends, what its effect is."""

    duration: Sampler = NULL
    business: Odds = NULL
    business_base: int = 0
    business_outcome: int = 0
    """What an injected failure of this kind is called there."""
    transient: Odds = NULL
    transient_base: int = 0
    transient_outcome: int = 0
    odds: Odds = NULL
    """Branches of a choice, or events of a receive; 0 for none."""
    odds_base: int = 0
    delay: Sampler = NULL
    delay_base: int = 0
    once: bool = False
    undoes: int = -1
    is_compensation: bool = False

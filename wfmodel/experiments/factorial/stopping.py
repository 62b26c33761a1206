"""When a cell has been replicated enough: looks at fixed numbers, the error shared among them.

A rule that stops as soon as an interval looks narrow stops too early too often, and the intervals
that it leaves hold the truth less often than they say (Law & Kelton, Simulation Modeling and
Analysis, 9.4.1; Chow & Robbins, Ann. Math. Stat. 36, 1965, promise coverage only in the limit).
Here looks are taken after ``first`` replications and at each doubling, up to ``most``; each of the
K looks spends 1/K of the error (Bonferroni; Pocock, Biometrika 64, 1977, shares it equally too).
All K intervals hold together with the stated confidence, so the one that is kept does.

The price: with five looks an interval is a quarter wider than one look's. What it cannot see: an
event that has not happened yet. A sample whose values are all equal therefore goes on to ``most``,
except where a metric is the same in every run by its definition.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from wfmodel.experiments.experiment import Experiment, Precision
from wfmodel.experiments.statistics import CONFIDENCE, FEWEST_DIFFERING_PAIRS, Estimate, Method
from wfmodel.metrics import METRICS
from wfmodel.metrics.metric import MetricGroup


class Reached(StrEnum):
    """Whether an interval is as narrow as was asked."""

    YES = "yes"
    NO = "no"
    """The budget ended first."""
    CONSTANT = "constant"
    """Every replication gave the same value: the spread says nothing."""
    UNDEFINED = "undefined"
    """No replication, or only one, has a value."""
    NOT_ASKED = "not asked"


def looks(first: int, most: int) -> tuple[int, ...]:
    """Numbers of replications at which a cell is judged: ``first``, doubled, up to ``most``."""
    numbers = [first]
    while numbers[-1] < most:
        numbers.append(min(most, 2 * numbers[-1]))
    return tuple(numbers)


def looks_of(experiment: Experiment) -> tuple[int, ...]:
    """The looks at each cell; one if a fixed number of replications is asked for."""
    precision = experiment.precision
    if precision is None:
        return (experiment.replications,)
    return looks(precision.first, precision.most)


def share_of_confidence(number_of_looks: int, *, confidence: float = CONFIDENCE) -> float:
    """The confidence of each of several looks, so that all hold together with ``confidence``."""
    return 1 - (1 - confidence) / number_of_looks


def reached(
    precision: Precision | None, response: str, found: Estimate, *, difference: bool = False
) -> Reached:
    """Whether a response's interval is narrow enough; a ``difference`` has a bound of its own."""
    asked = None if precision is None else _asked(precision, response, found, difference)
    if asked is None:
        return Reached.NOT_ASKED
    if found.method is Method.NONE:
        return Reached.NO if found.needed else Reached.UNDEFINED
    if found.method is Method.CONSTANT:
        known = METRICS.get(response)
        same_by_definition = known is not None and known.group is MetricGroup.COUPLING
        return Reached.YES if same_by_definition else Reached.CONSTANT
    narrow = math.isfinite(found.half_width) and found.half_width <= asked
    return Reached.YES if narrow else Reached.NO


def decided_sign(found: Estimate, differing: int, *, confidence: float) -> int:
    """-1, 0 or 1: the sign of a paired difference, 0 while it is not decided.

    Besides the interval, as many pairs must differ as a sign test needs to reject at this level.
    """
    fewest = max(FEWEST_DIFFERING_PAIRS, math.ceil(math.log2(2 / (1 - confidence))))
    if differing < fewest or math.isnan(found.low) or found.low <= 0 <= found.high:
        return 0
    return 1 if found.mean > 0 else -1


def _asked(precision: Precision, response: str, found: Estimate, difference: bool) -> float | None:
    """The widest half-width that will do."""
    if difference:
        return precision.difference.get(response)
    if response in precision.absolute:
        return precision.absolute[response]
    if precision.relative is None:
        return None
    return 0.0 if math.isnan(found.mean) else precision.relative * abs(found.mean)


def is_enough(states: Sequence[Reached]) -> bool:
    """Whether all intervals are as narrow as was asked, so that a cell may stop."""
    return all(state in (Reached.YES, Reached.NOT_ASKED) for state in states)

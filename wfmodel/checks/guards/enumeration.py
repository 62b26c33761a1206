"""Questions answered by trying values: complete, because a guard cannot tell more values apart.

A path that is only compared with constants has finitely many values that differ: each constant, one
between every two, one below and one above (an integer has none between 3 and 4). Where paths are
compared with each other, or with patterns, or the values are too many together, this is not the
way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import ceil, floor, inf, nextafter, prod
from typing import Final

from wfmodel.checks.effort import Effort
from wfmodel.checks.guards.domain import Domain, consistent, nested
from wfmodel.model.guards import (
    ABSENT,
    OBJECT,
    Condition,
    Scalar,
    Valuation,
    holds,
    parts_of,
)

MOST_VALUATIONS: Final = 4096
"""More are left to the solver."""


def representatives(domain: Domain) -> tuple[Scalar, ...] | None:
    """One value of each kind that constants tell apart; None where that is not all."""
    if domain.compared or (domain.patterns and not domain.values):
        return None
    found: list[Scalar] = list(domain.values)
    if not domain.values:
        if "number" in domain.kinds:
            found += _numbers(domain)
        if "string" in domain.kinds:
            found += _strings(domain)
        if "boolean" in domain.kinds:
            found += [True, False]
    if "null" in domain.kinds:
        found.append(None)
    if "absent" in domain.kinds:
        found.append(ABSENT)
    if "object" in domain.kinds:
        found.append(OBJECT)
    return tuple(found)


def _numbers(domain: Domain) -> list[Scalar]:
    given = sorted(
        value
        for kind, value in domain.constants
        if kind == "number" and isinstance(value, int | float)
    )
    if not given:
        return [0]
    if not domain.integer:
        between = (_between(a, b) for a, b in pairwise(given))
        return [*given, *between, *_beyond(given[0], -1), *_beyond(given[-1], 1)]
    whole = {number for c in given for number in (floor(c) - 1, floor(c), ceil(c), ceil(c) + 1)}
    return [*sorted(whole)]


def _between(low: float, high: float) -> float:
    """Their middle; where no float is near enough, a whole number, if there is one."""
    middle = (Fraction(low) + Fraction(high)) / 2  # the sum of two floats may be none
    near = float(middle)
    return near if low < near < high or middle.denominator > 1 else int(middle)


def _beyond(last: float, step: int) -> Iterator[float]:
    """The next value that way: of a large float, one more is the same."""
    found = last + step
    found = nextafter(last, step * inf) if found == last else found
    if abs(found) != inf:
        yield found


def _strings(domain: Domain) -> list[Scalar]:
    """Each constant, the text right after it (before any later one), and the empty text."""
    given = sorted(value for _, value in domain.constants if isinstance(value, str))
    after = [f"{text}\x00" for text in given]
    plain = next(w for w in _words() if w not in given)
    return list(dict.fromkeys([*given, plain, "", *after]))


def _words() -> Iterator[str]:
    """Something readable first: a witness is for people."""
    yield "other"
    number = 0
    while True:
        yield f"other{number}"
        number += 1


def valuations(domains: Mapping[str, Domain]) -> Iterator[Valuation] | None:
    """All valuations that guards can tell apart; None where they are too many or not all."""
    values: list[tuple[Scalar, ...]] = []
    for domain in domains.values():
        found = representatives(domain)
        if found is None:
            return None
        values.append(found)
    if prod(len(each) for each in values) > MOST_VALUATIONS:
        return None
    pairs = tuple(nested(domains))
    every = (dict(zip(domains, each, strict=True)) for each in product(*values))
    return (each for each in every if consistent(each, pairs))


class TruthTable:
    """Every guard's truth at every valuation; questions are looked up, a row in one comparison."""

    def __init__(
        self,
        guards: Sequence[Condition],
        values: Iterable[Valuation],
        effort: Effort | None = None,
    ) -> None:
        self.effort = effort or Effort()
        size = sum(1 for guard in guards for _ in parts_of(guard))
        self.rows: list[tuple[Valuation, int, int]] = []
        """Values, the guards that hold there, and those that do not, as bits."""
        for each in values:
            self.effort.spend(2 * size)
            truth = [holds(guard, each) for guard in guards]
            yes = sum(1 << i for i, holding in enumerate(truth) if holding)
            no = sum(1 << i for i, holding in enumerate(truth) if holding is False)
            self.rows.append((each, yes, no))

    def find(self, yes: Iterable[int], no: Iterable[int]) -> Valuation | bool:
        """Values at which all of ``yes`` hold and none of ``no``; False: there are none.

        True means: whether there are any hangs on an opaque part.
        """
        wanted, unwanted = sum(1 << i for i in yes), sum(1 << i for i in no)
        self.effort.spend(len(self.rows) // 4 + unwanted.bit_length())
        open_question = False
        for values, holding, failing in self.rows:
            if failing & wanted or holding & unwanted:
                continue
            if holding & wanted == wanted and failing & unwanted == unwanted:
                return values
            open_question = True
        return open_question

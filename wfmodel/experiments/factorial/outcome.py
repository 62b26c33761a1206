"""What is kept of a cell: one row for each variant and response, every replication's value in it.

The reference pair's difference is a row like the others, under ``second - first``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wfmodel.experiments.factorial.plans import Point
from wfmodel.experiments.factorial.stopping import Reached
from wfmodel.experiments.statistics import Estimate


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """One response of one variant. ``values[r]`` is replication r's, ``nan`` where undefined;
    ``differing``: of a difference, pairs that are not equal (0 otherwise).
    """

    variant: str
    response: str
    estimate: Estimate
    reached: Reached
    differing: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """A finished cell: its key and its rows, variants in order, the difference last."""

    key: str
    rows: tuple[ResponseRow, ...]

    def row(self, response: str, variant: str) -> ResponseRow:
        """The row of a response and a variant.

        Raises:
            KeyError: there is none.
        """
        for each in self.rows:
            if (each.response, each.variant) == (response, variant):
                return each
        raise KeyError(f"no row of {response!r} and {variant!r}")

    @property
    def replications(self) -> int:
        """How often it ran."""
        return len(self.rows[0].values)


@dataclass(frozen=True, slots=True)
class Finished:
    """A point of the plan with its cell's outcome."""

    point: Point
    outcome: CellOutcome


def difference_name(pair: tuple[str, str]) -> str:
    """The variant name of a difference's rows."""
    return f"{pair[1]} - {pair[0]}"


def reached_by(rows: Sequence[ResponseRow]) -> tuple[Reached, ...]:
    """What became of each row's precision."""
    return tuple(each.reached for each in rows)

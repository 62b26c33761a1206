"""Runs that go on without end: which variant's, in which replication, and what went on.

A storm ends the run, not what surrounds it: the other what-ifs, values and points are said, and
the storm is named beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wfmodel.experiments.run_observation import RunObservation
from wfmodel.simulation import StormError


@dataclass(frozen=True, slots=True)
class Storm:
    """The first replication of a variant that goes on without end."""

    variant: str
    replication: int
    error: StormError

    def __str__(self) -> str:
        return f"{self.variant}, replication {self.replication}: {self.error}"


class StormsError(ValueError):
    """Runs without which nothing can be said go on without end; the message names one a variant."""

    def __init__(self, storms: Iterable[Storm]) -> None:
        super().__init__("; ".join(map(str, storms)))


def storms_in(runs: Mapping[str, Sequence[RunObservation | StormError]]) -> tuple[Storm, ...]:
    """The first storm of each variant that has one; ``runs``: by variant, then by replication."""
    found = []
    for variant, each in runs.items():
        stormy = ((r, run) for r, run in enumerate(each) if isinstance(run, StormError))
        first = next(stormy, None)
        if first is not None:
            found.append(Storm(variant, *first))
    return tuple(found)


def calm(runs: Iterable[RunObservation | StormError]) -> list[RunObservation]:
    """The runs that came to their end."""
    return [run for run in runs if not isinstance(run, StormError)]

"""What happened to each instance, as shapes: work, messages that were taken up, points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from wfmodel.designs.history import History, Kind, Row
from wfmodel.experiments.timeline import (
    VERDICTS,
    Bar,
    Mark,
    MessageArrow,
    arrows_of,
    bars_of,
    marks_of_rows,
)

EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When simulated time begins: formats of traces want a date, and a run has none."""
EPOCH_NS: Final = int(EPOCH.timestamp()) * 10**9


@dataclass(frozen=True, slots=True)
class RecordedInstance:
    """One instance, in nanoseconds of simulated time."""

    number: int
    start_ns: int
    end_ns: int
    bars: tuple[Bar, ...]
    arrows: tuple[MessageArrow, ...]
    marks: tuple[Mark, ...]

    @property
    def verdict(self) -> str:
        """How the first participant that held a verdict says it ended; empty: none did."""
        said = [mark for mark in self.marks if mark.kind in VERDICTS]
        return min(said, key=lambda mark: mark.at_ns).kind.value if said else ""


def recorded(history: History) -> Iterator[RecordedInstance]:
    """Every instance that arrived, by number; rows are read once."""
    places: dict[int, list[int]] = defaultdict(list)
    faults: list[int] = []
    rows = [Row(*each) for each in history.rows.tolist()]
    for place, row in enumerate(rows):
        if row.instance >= 0:
            places[row.instance].append(place)
        if row.kind in (Kind.FAULT_ON, Kind.FAULT_OFF):
            faults.append(place)
    for number in sorted(places):
        own = places[number]
        mine = [rows[place] for place in own]
        struck = [place for place in faults if own[0] < place < own[-1]]
        both = [rows[place] for place in sorted({*own, *struck})]
        start, end = mine[0].time_ns, mine[-1].time_ns
        yield RecordedInstance(
            number,
            start,
            end,
            bars_of(history, both, end),
            arrows_of(history, mine),
            marks_of_rows(history, mine),
        )

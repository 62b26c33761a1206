"""One instance's story as shapes on lanes: what a swim-lane picture draws, and a table prints.

Everything comes from the History's rows; nothing is invented. An arrow ends where its recipient
took the message up, so waiting at a door (a redelivery, a busy cell) shows as a long arrow.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from wfmodel.designs.fault_facts import PER_ATTEMPT, PER_MESSAGE
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import CRASHES, FAULT_KINDS, Drop, History, Kind, Row
from wfmodel.designs.messages import Event, External, Received, TimerFired, WorkDone
from wfmodel.display import Plotted, Tabular
from wfmodel.wording.histories import DROPS, event_words, message_words, row_words, who_words

OUTSIDE = -1
SINGLE: Final = PER_MESSAGE | PER_ATTEMPT
"""Faults that strike single messages or attempts."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Work on a step, in nanoseconds of simulated time. ``lost``: a crash ended it. ``waiting``: a
    timer or an event from outside (an approval) is waited for, and nobody works.
    """

    lane: int
    start_ns: int
    end_ns: int
    label: str
    lost: bool = False
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class MessageArrow:
    """A message that was taken up; ``sender`` -1 is the outside."""

    sender: int
    recipient: int
    sent_ns: int
    taken_ns: int
    label: str


class MarkKind(StrEnum):
    """What happened at a point."""

    COMMIT = "commit"
    EFFECT = "effect"
    UNDO = "undo"
    DROP = "drop"
    DUPLICATE = "duplicate"
    PHANTOM = "phantom"
    TIMER = "timer"
    SUCCEEDED = "succeeded"
    ABORTED = "aborted"
    FAILED = "failed"


VERDICTS: Final = (MarkKind.SUCCEEDED, MarkKind.ABORTED, MarkKind.FAILED)


@dataclass(frozen=True, slots=True)
class Mark:
    """A point on a lane."""

    lane: int
    at_ns: int
    kind: MarkKind
    label: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A fault at a lane (-1: the broker, so every lane), clipped to the timeline."""

    lane: int
    start_ns: int
    end_ns: int
    fault: FaultKind


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One row in words. ``at_ns`` counts from the instance's arrival."""

    at_ns: int
    who: str
    what: str


@dataclass(frozen=True, slots=True, repr=False)
class Timeline(Tabular, Plotted):
    """An instance from its arrival to the last thing that happened to it."""

    design: str
    instance: int
    lanes: tuple[str, ...]
    start_ns: int
    end_ns: int
    bars: tuple[Bar, ...]
    arrows: tuple[MessageArrow, ...]
    marks: tuple[Mark, ...]
    bands: tuple[Band, ...]
    lines: tuple[TimelineLine, ...]


def timeline(history: History, instance: int, waiting: Collection[int] = ()) -> Timeline:
    """The timeline of one instance; ``waiting``: nodes that wait for a timer or an event.

    Raises:
        KeyError: no such instance arrived.
    """
    rows = history.of_instance(instance)
    mine = [row for row in rows if row.instance == instance]
    start, end = mine[0].time_ns, mine[-1].time_ns
    return Timeline(
        history.design,
        instance,
        history.participants,
        start,
        end,
        (*bars_of(history, rows, end), *_waits(history, rows, end, waiting)),
        arrows_of(history, mine),
        marks_of_rows(history, mine),
        bands(history, start, end),
        _lines(history, rows, start),
    )


def bands(history: History, start_ns: int, end_ns: int) -> tuple[Band, ...]:
    """Every fault of a process, a store or the broker that was on between two instants, clipped.

    Faults that strike single messages or attempts show where they strike, not as bands.
    """
    open_since: dict[tuple[int, int], list[int]] = defaultdict(list)
    found: list[Band] = []
    kinds = (Kind.FAULT_ON, Kind.FAULT_OFF)
    switches = history.rows[(history.rows[:, 1] == kinds[0]) | (history.rows[:, 1] == kinds[1])]

    def close(key: tuple[int, int], since: int, until: int) -> None:
        if since <= end_ns and until >= start_ns:
            clipped = (max(since, start_ns), min(until, end_ns))
            found.append(Band(key[0], *clipped, FAULT_KINDS[key[1]]))

    for row in (Row(*each) for each in switches.tolist()):
        if FAULT_KINDS[row.a] in SINGLE:
            continue
        key = (row.participant, row.a)
        if row.kind == Kind.FAULT_ON:
            open_since[key].append(row.time_ns)
        elif open_since[key]:
            close(key, open_since[key].pop(), row.time_ns)
    for key, starts in open_since.items():
        for since in starts:
            close(key, since, end_ns)
    return tuple(sorted(found, key=lambda band: (band.start_ns, band.lane, band.fault)))


def all_bands(history: History) -> tuple[Band, ...]:
    """The same from the beginning of a run to its end."""
    return bands(history, 0, int(history.rows[-1, 0])) if len(history.rows) else ()


def bars_of(history: History, rows: Iterable[Row], end_ns: int) -> tuple[Bar, ...]:
    """Work on steps, from rows of one instance and the faults meanwhile."""
    open_at: dict[tuple[int, int, int], int] = {}
    bars: list[Bar] = []

    def close(key: tuple[int, int, int], at_ns: int, *, lost: bool) -> None:
        begun = open_at.pop(key, None)
        if begun is not None:
            bars.append(Bar(key[0], begun, at_ns, history.nodes[key[1]], lost))

    for row in rows:
        if row.kind == Kind.BEGIN:
            close((row.participant, row.a, row.b), row.time_ns, lost=True)
            open_at[row.participant, row.a, row.b] = row.time_ns
        elif row.kind == Kind.REACT:
            event = history.events[row.a]
            if isinstance(event, WorkDone):
                close((row.participant, event.node, event.epoch), row.time_ns, lost=False)
        elif row.kind == Kind.FAULT_ON and row.a in CRASHES:
            for key in [key for key in open_at if key[0] == row.participant]:
                close(key, row.time_ns, lost=True)
    for key in list(open_at):
        close(key, end_ns, lost=True)
    return tuple(sorted(bars, key=lambda bar: (bar.start_ns, bar.lane, bar.label)))


def _waits(
    history: History, rows: tuple[Row, ...], end_ns: int, waiting: Collection[int]
) -> Iterator[Bar]:
    """From when a participant has such a node open, to what ended it or a crash that forgot it."""
    durable: dict[int, int] = defaultdict(int)
    since: dict[tuple[int, int], int] = {}
    for row in rows:
        if row.kind in (Kind.COMMIT, Kind.RESTORE):
            durable[row.participant] = row.a
        restored = row.kind == Kind.RESTORE
        forgotten = restored or (row.kind == Kind.FAULT_ON and row.a in CRASHES)
        if row.kind != Kind.REACT and not forgotten:
            continue
        who = row.participant
        state = durable[who] if forgotten else row.b
        active = set(history.views[who][state].active).intersection(waiting)
        for key in [key for key in since if key[0] == who and key[1] not in active]:
            why = "forgotten" if forgotten else _ended_by(history.events[row.a])
            label = ": ".join(filter(None, (history.nodes[key[1]], why)))
            yield Bar(who, since.pop(key), row.time_ns, label, lost=forgotten, waiting=True)
        for node in active:
            since.setdefault((who, node), row.time_ns)
    for (who, node), begun in sorted(since.items()):
        yield Bar(who, begun, end_ns, f"{history.nodes[node]}: still waits", waiting=True)


def _ended_by(event: Event) -> str:
    match event:
        case Received(message=External(event=name)):
            return name
        case TimerFired(timer=timer):
            return "time-out" if timer.kind == "timeout" else "time is over"
        case _:
            return ""


def deliveries(history: History, rows: Sequence[Row]) -> Iterator[tuple[int, int, int]]:
    """(place of the sending, place where it was taken up, message) among the rows of an instance.

    Each delivery is matched with the first sending that its recipient has not answered yet.
    """
    numbers = {message: number for number, message in enumerate(history.messages)}
    sent: dict[int, list[int]] = defaultdict(list)
    taken: dict[tuple[int, int], int] = defaultdict(int)
    for place, row in enumerate(rows):
        if row.kind == Kind.SEND:
            sent[row.a].append(place)
            continue
        event = history.events[row.a] if row.kind == Kind.REACT else None
        if not isinstance(event, Received):
            continue
        number = numbers.get(event.message, -1)
        if not sent[number]:
            continue
        turn = min(taken[row.participant, number], len(sent[number]) - 1)
        taken[row.participant, number] += 1
        yield sent[number][turn], place, number


def arrows_of(history: History, rows: Sequence[Row]) -> tuple[MessageArrow, ...]:
    """Messages from who sent them to who took them up."""
    return tuple(
        MessageArrow(
            rows[sent].participant,
            rows[taken].participant,
            rows[sent].time_ns,
            rows[taken].time_ns,
            message_words(history.messages[number], history.nodes),
        )
        for sent, taken, number in deliveries(history, rows)
    )


def marks_of_rows(history: History, rows: Iterable[Row]) -> tuple[Mark, ...]:
    """What happened at points, from rows of one instance."""
    marks: list[Mark] = []
    decided: set[int] = set()
    plain = {
        Kind.EFFECT: MarkKind.EFFECT,
        Kind.UNDO: MarkKind.UNDO,
        Kind.DUPLICATE: MarkKind.DUPLICATE,
        Kind.PHANTOM: MarkKind.PHANTOM,
    }
    for row in rows:
        kind = plain.get(Kind(row.kind))
        if kind is not None:
            told = row.kind in (Kind.DUPLICATE, Kind.PHANTOM)
            words = message_words(history.messages[row.a], history.nodes) if told else ""
            marks.append(Mark(row.participant, row.time_ns, kind, words or history.nodes[row.a]))
        elif row.kind == Kind.DROP:
            marks.append(Mark(row.participant, row.time_ns, MarkKind.DROP, DROPS[Drop(row.b)]))
        elif row.kind in (Kind.COMMIT, Kind.REACT):
            event = history.events[row.a] if row.kind == Kind.REACT else None
            if isinstance(event, TimerFired):
                words = event_words(event, history.nodes)
                marks.append(Mark(row.participant, row.time_ns, MarkKind.TIMER, words))
            marks += _state_marks(history, row, decided)
    return tuple(marks)


def _state_marks(history: History, row: Row, decided: set[int]) -> list[Mark]:
    """A commit's dot, and the first state in which a participant holds a verdict."""
    state = row.a if row.kind == Kind.COMMIT else row.b
    status = history.views[row.participant][state].status
    marks = []
    if row.kind == Kind.COMMIT:
        marks.append(Mark(row.participant, row.time_ns, MarkKind.COMMIT))
    if status.is_final and row.participant not in decided:
        decided.add(row.participant)
        marks.append(Mark(row.participant, row.time_ns, MarkKind(status.value)))
    return marks


def _lines(history: History, rows: tuple[Row, ...], start_ns: int) -> tuple[TimelineLine, ...]:
    return tuple(
        TimelineLine(row.time_ns - start_ns, who_words(row, history), row_words(row, history))
        for row in rows
    )

"""Rows of a service's store, as its machine keeps them: read when work begins, written at its end.

A reaction is one transaction, so reading and writing are atomic each, and only what lies between
the two of one step can be interleaved: that is where updates are lost. A row is a part of the
state, so what a crash leaves of it follows the persistence of all else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from wfmodel.designs.messages import Action, SetTimer, Timer, Work, WorkDone
from wfmodel.designs.row_state import NOBODY, SUCCESSOR, Reading, RowAccess, RowState
from wfmodel.model.flow import Flow, Node
from wfmodel.model.rows import CONFLICT, NEXT
from wfmodel.model.workflow import DONE, Task

REFRESH: Final = "refresh"
"""The kind of timer that brings a row's copy up to date."""

Rows: TypeAlias = tuple[RowState, ...]
Uses: TypeAlias = Mapping[int, RowAccess]


def uses_of_rows(flow: Flow) -> dict[int, RowAccess]:
    """By node, how it uses a row."""
    numbers = {name: number for number, name in enumerate(flow.workflow.rows)}
    found: dict[int, RowAccess] = {}
    for node in flow.nodes:
        use = node.state.row if isinstance(node.state, Task) else None
        if use is None:
            continue
        row = flow.workflow.rows[use.of]
        at = {value: place for place, value in enumerate(row.values)} | {NEXT: SUCCESSOR}
        found[node.index] = RowAccess(
            numbers[use.of],
            use.of,
            row.values,
            at[use.expects] if use.expects is not None else NOBODY,
            at[use.becomes] if use.becomes is not None else NOBODY,
            use.guard == "unchanged",
            use.read == "stale",
            row.lag is not None,
        )
    return found


def lag_of(flow: Flow, node: Node) -> int:
    """How long it is until what a step writes is in the row's copy."""
    assert isinstance(node.state, Task)
    assert node.state.row is not None
    lag = flow.workflow.rows[node.state.row.of].lag
    assert lag is not None
    return lag


def begun(uses: Uses, rows: Rows, actions: Iterable[Action]) -> Rows:
    """Whoever begins work at a row has read it. A copy that is behind was written since."""
    for action in actions:
        if isinstance(action, Work) and action.node in uses:
            use = uses[action.node]
            now = _row(rows, use.row)
            value = now.copy if use.stale else now.value
            by = now.writer if use.stale and now.behind else NOBODY
            reading = Reading(action.node, action.epoch, action.attempt, value, by)
            readings = tuple(sorted((*now.readings, reading)))
            rows = _filed(rows, replace(now, readings=readings))
    return rows


def ended(uses: Uses, rows: Rows, event: WorkDone) -> tuple[Rows, WorkDone, tuple[Action, ...]]:
    """An attempt at a row is over: it writes, or fails for what it has read.

    Of two attempts of one name that run at once (a message that came twice), the first to read is
    the first to end.
    """
    use = uses[event.node]
    now = _row(rows, use.row)
    name = (event.node, event.epoch, event.attempt)
    mine = next((r for r in now.readings if (r.node, r.epoch, r.attempt) == name), None)
    if mine is None:
        return rows, event, ()
    place = now.readings.index(mine)
    now = replace(now, readings=now.readings[:place] + now.readings[place + 1 :])
    if event.outcome == DONE and is_refused(use, mine):
        event = replace(event, outcome=CONFLICT)
    if event.outcome != DONE or use.becomes == NOBODY:
        return _filed(rows, now), event, ()
    after = _written(use, now, mine)
    lags = after.behind and not now.behind
    timers: tuple[Action, ...] = (SetTimer(Timer(REFRESH, event.node)),) if lags else ()
    return _filed(rows, after), event, timers


def is_refused(use: RowAccess, reading: Reading) -> bool:
    """Whether what was read is not what was expected, or not what is there any more."""
    unexpected = use.expects not in (NOBODY, reading.value)
    return unexpected or (use.guarded and reading.by != NOBODY)


def _written(use: RowAccess, now: RowState, mine: Reading) -> RowState:
    """A write that is relative to what is there loses nothing."""
    lost = now.lost
    if use.becomes == SUCCESSOR:
        value = min(now.value + 1, len(use.values) - 1)
    else:
        value = use.becomes
        if mine.by != NOBODY:
            lost = tuple(sorted({*lost, (mine.node, mine.by)}))
    readings = tuple(sorted(replace(each, by=mine.node) for each in now.readings))
    copy = now.copy if use.lags else value
    return RowState(now.row, value, copy, use.lags, mine.node, readings, lost)


def refreshed(uses: Uses, rows: Rows, timer: Timer) -> Rows:
    """The copy has caught up with its row."""
    now = _row(rows, uses[timer.node].row)
    return _filed(rows, replace(now, copy=now.value, behind=False))


def restarted(rows: Rows) -> tuple[Rows, tuple[Action, ...]]:
    """No work is under way any more, and copies have still to catch up."""
    behind = [now.writer for now in rows if now.behind]
    again = tuple(SetTimer(Timer(REFRESH, node)) for node in behind)
    return tuple(replace(now, readings=()) for now in rows), again


def _row(rows: Rows, number: int) -> RowState:
    return next((row for row in rows if row.row == number), RowState(number))


def _filed(rows: Rows, row: RowState) -> Rows:
    others = (each for each in rows if each.row != row.row)
    return tuple(sorted((*others, row), key=lambda each: each.row))

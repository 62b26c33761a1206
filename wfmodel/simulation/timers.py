"""Timers of all cells. Timers of one constant length run out in the order in which they were set.

So they wait in a lane, one queue with one scheduled event for its head: most time-outs are cleared
long before they would fire, and then never enter the heap at all. The few that are due earlier than
those before them do not.
"""

from __future__ import annotations

from wfmodel.native.record_layout import NULL
from wfmodel.simulation.basis import (
    duration,
    event_of,
    refer,
    schedule,
    setting_of,
    uniform,
    unrefer,
)
from wfmodel.simulation.event_codes import LANE_HEAD, NO_LIFE, TIMER
from wfmodel.simulation.records import Lane, Length, ProcessCell, TimerSetting
from wfmodel.simulation.run_record import Run


def set_timer(
    run: Run, cell: ProcessCell, timer: int, fired: int, length: Length, since: int, lasting: bool
) -> None:
    """Start a timer, which counts from ``since``; a running one of that name starts anew.

    One that was set durably before a crash keeps the time when it is due.
    """
    due = _kept_due(cell, timer)
    clear_timer(cell, timer)
    setting = cell.timers = setting_of(run, cell, timer, fired)
    setting.lasting = lasting
    fresh = due < 0
    if fresh:
        due = since + (length.lane.length if length.lane else _drawn(run, cell, length))
    setting.due = due
    if fresh and length.lane and not (length.lane.first and length.lane.last.due > due):
        _enter_lane(run, length.lane, setting)
        return
    event = event_of(run, TIMER, cell.instance)
    event.setting = setting
    schedule(run, max(0, due - run.now), event)


def _kept_due(cell: ProcessCell, timer: int) -> int:
    """When a timer of this name, set durably in an earlier life, is due; -1: there is none."""
    setting = cell.timers
    while setting:
        if setting.timer == timer and setting.lasting and setting.life != cell.process.life:
            return setting.due
        setting = setting.next
    return -1


def _drawn(run: Run, cell: ProcessCell, length: Length) -> int:
    if length.sampler:
        return duration(run, length.sampler, cell.instance.index, length.index)
    return int(length.most * uniform(length.base, cell.instance.index, length.index))


def clear_timer(cell: ProcessCell, timer: int) -> None:
    """Stop a timer, if it runs."""
    setting = cell.timers
    while setting:
        if setting.timer == timer:
            unset(cell, setting)
            return
        setting = setting.next


def unset(cell: ProcessCell, setting: TimerSetting) -> None:
    """A setting counts no longer."""
    other = cell.timers
    if other == setting:
        cell.timers = setting.next
    else:
        while other.next != setting:
            other = other.next
        other.next = setting.next
    setting.life = NO_LIFE


def is_set(setting: TimerSetting) -> bool:
    """Whether a setting still counts: not cleared since, nor lost in a crash."""
    return setting.life == setting.cell.process.life


def _enter_lane(run: Run, lane: Lane, setting: TimerSetting) -> None:
    setting.lane_next = NULL
    if lane.first:
        lane.last.lane_next = setting
    else:
        _await_head(run, lane, max(0, setting.due - run.now))
        lane.first = setting
    lane.last = setting
    refer(setting.cell.instance)


def _await_head(run: Run, lane: Lane, delay: int) -> None:
    event = event_of(run, LANE_HEAD, NULL)
    event.lane = lane
    schedule(run, delay, event)


def leave_lane(run: Run, lane: Lane) -> None:
    """The head has had its time; whoever is set next gets it."""
    _drop_first(run, lane)
    while lane.first and not is_set(lane.first):
        _drop_first(run, lane)
    if lane.first:
        _await_head(run, lane, lane.first.due - run.now)


def _drop_first(run: Run, lane: Lane) -> None:
    setting = lane.first
    lane.first = setting.lane_next
    unrefer(run, setting.cell.instance)

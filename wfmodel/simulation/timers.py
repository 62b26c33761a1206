"""Timers of all cells. Timers of one constant length run out in the order in which they were set.

So they wait in a lane, one queue with one scheduled event for its head: most time-outs are cleared
long before they would fire, and then never enter the heap at all.
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
from wfmodel.simulation.records import Cell, Lane, Length, Run, Setting


def set_timer(run: Run, cell: Cell, timer: int, fired: int, length: Length) -> None:
    """Start a timer; a running one of that name starts anew."""
    clear_timer(cell, timer)
    setting = setting_of(run, cell, cell.process.life, timer, fired)
    setting.next = cell.timers
    cell.timers = setting
    if length.lane:
        _enter_lane(run, length.lane, setting)
        return
    event = event_of(run, TIMER, cell.instance)
    event.setting = setting
    schedule(run, _drawn(run, cell, length), event)


def _drawn(run: Run, cell: Cell, length: Length) -> int:
    if length.sampler:
        return duration(run, length.sampler, cell.instance.index, length.index)
    return int(length.most * uniform(length.base, cell.instance.index, length.index))


def clear_timer(cell: Cell, timer: int) -> None:
    """Stop a timer, if it runs."""
    setting = cell.timers
    while setting:
        if setting.timer == timer:
            unset(cell, setting)
            return
        setting = setting.next


def unset(cell: Cell, setting: Setting) -> None:
    """A setting counts no longer."""
    other = cell.timers
    if other == setting:
        cell.timers = setting.next
    else:
        while other.next != setting:
            other = other.next
        other.next = setting.next
    setting.life = NO_LIFE


def is_set(setting: Setting) -> bool:
    """Whether a setting still counts: not cleared since, nor lost in a crash."""
    return setting.life == setting.cell.process.life


def _enter_lane(run: Run, lane: Lane, setting: Setting) -> None:
    setting.due = run.now + lane.length
    setting.lane_next = NULL
    if lane.first:
        lane.last.lane_next = setting
    else:
        _await_head(run, lane, lane.length)
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

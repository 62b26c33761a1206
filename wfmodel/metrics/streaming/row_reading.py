"""Row by row: whose row it is, and what it says. And the compiled entries.

Rows of one instant have an order in a history and none in the world. So a fault does not meet an
instance that has its verdict in the same instant, nor one that arrives in the instant in which the
fault ends: what arrived in an instant (``M_NEW``) is looked at when the instant is over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wfmodel.designs.history import GONE, Drop, Kind
from wfmodel.metrics.codes import Does
from wfmodel.metrics.streaming import meter_layout as at
from wfmodel.metrics.streaming.folding import fold, is_whole
from wfmodel.metrics.streaming.record_memory import (
    also_revisited,
    give_link,
    give_list,
    instance_of,
    new_instance,
    push,
    unlist,
)
from wfmodel.metrics.streaming.state_changes import (
    add,
    bend,
    catch_strikes,
    catch_up,
    change,
    forget,
    meet,
    strike,
)
from wfmodel.native.arena import build_number
from wfmodel.native.words import ask, compiled, entry, get, put

_VIEW, _LAND, _UNDO = int(Does.VIEW), int(Does.LAND), int(Does.UNDO)
_ARRIVE, _REACT, _COMMIT, _SEND = (
    int(Kind.ARRIVE),
    int(Kind.REACT),
    int(Kind.COMMIT),
    int(Kind.SEND),
)
_DROP, _PHANTOM, _BEGIN = int(Kind.DROP), int(Kind.PHANTOM), int(Kind.BEGIN)
_EFFECT, _UNDONE = int(Kind.EFFECT), int(Kind.UNDO)
_RESTORE = int(Kind.RESTORE)
_FAULT_ON, _FAULT_OFF = int(Kind.FAULT_ON), int(Kind.FAULT_OFF)
_ARRIVALS_END = int(Kind.ARRIVALS_END)
_LOST = int(Drop.LOST)


@compiled
def _take(m: int, row: int) -> None:
    time, kind = get(row, at.R_TIME), get(row, at.R_KIND)
    if time != get(m, at.M_CLOCK):
        _end_instant(m)
        put(m, at.M_CLOCK, time)
    if kind == _ARRIVE:
        if time >= get(m, at.M_WARM_UP):
            _arrive(m, get(row, at.R_INSTANCE), time)
        return
    if get(row, at.R_INSTANCE) < 0:
        _whole(m, row, time, kind)
        return
    instance = instance_of(m, get(row, at.R_INSTANCE))
    if instance == 0:
        return
    catch_strikes(m, instance)
    if kind == GONE:
        _gone(m, instance)
        return
    put(instance, at.I_LAST, time)
    if get(instance, at.I_FORGETS):
        catch_up(m, instance)
    if kind == get(m, at.M_STORE_KIND):
        change(m, instance, time, _VIEW, get(row, at.R_WHO), get(row, get(m, at.M_STORE_COLUMN)))
    elif kind == _RESTORE:
        change(m, instance, time, _VIEW, get(row, at.R_WHO), get(row, at.R_A))
    elif kind == _EFFECT:
        change(m, instance, time, _LAND, get(row, at.R_A), get(row, at.R_B))
    elif kind == _UNDONE:
        change(m, instance, time, _UNDO, get(row, at.R_A), get(row, at.R_B))
    _count(m, instance, row, time, kind)


@compiled
def _count(m: int, instance: int, row: int, time: int, kind: int) -> None:
    """What a row says beside what it does to the global state."""
    if kind == _REACT:
        _count_one(m, at.M_REACTS, get(row, at.R_WHO), get(row, at.R_A))
    elif kind == _SEND:
        _count_one(m, at.M_SENDS, get(row, at.R_WHO) + 1, get(row, at.R_A))
    elif kind == _COMMIT:
        add(m, at.M_COMMITS, 1)
    elif kind == _BEGIN:
        _begin(m, instance, get(row, at.R_A), get(row, at.R_B))
    elif kind == _PHANTOM:
        add(m, at.M_PHANTOMS, 1)
    elif kind == _DROP:
        add(m, at.M_DROPS + get(row, at.R_B), 1)
        if get(row, at.R_B) == _LOST and get(instance, at.I_VERDICT) == at.NEVER:
            meet(instance, time)


@compiled
def _count_one(m: int, field: int, who: int, number: int) -> None:
    """A row of a table: as many columns as there are numbers; the width stands behind it."""
    if number >= get(m, field + 1):
        ask(get(m, at.M_ASK), at.ASK_COUNTS, field, number, 0, 0)
    if not get(m, at.M_ABORT):
        add(get(m, field), who * get(m, field + 1) + number, 1)


@compiled
def _begin(m: int, instance: int, node: int, epoch: int) -> None:
    """An attempt at one visit of a step."""
    link, elsewhere = get(instance, at.I_BEGUN), False
    while link:
        if get(link, at.L_A) == node:
            if get(link, at.L_B) == epoch:
                add(m, at.M_ATTEMPTS, 1)
                return
            elsewhere = True
        link = get(link, at.L_NEXT)
    push(m, instance, at.I_BEGUN, node, epoch, 0)
    if elsewhere:
        put(instance, at.I_REVISITED, also_revisited(m, get(instance, at.I_REVISITED), node))


# ---------------------------------------------------------------------------- come and go


@compiled
def _arrive(m: int, number: int, time: int) -> None:
    instance = new_instance(m, number)
    put(instance, at.I_STATE, get(m, at.M_START))
    for field in (at.I_ARRIVAL, at.I_LAST, at.I_SINCE, at.I_HELD_FROM):
        put(instance, field, time)
    for field in (at.I_VERDICT, at.I_FIRST, at.I_STANDS, at.I_LATEST, at.I_PREVIOUS, at.I_BLAMED):
        put(instance, field, at.NEVER)
    put(instance, at.I_STALLED, at.NEVER)
    put(instance, at.I_DETECTED, at.NEVER)
    put(instance, at.I_STRIKES, get(m, at.M_STRIKES_COUNT))
    first = get(m, at.M_LIVE)
    put(instance, at.I_NEXT, first)
    if first:
        put(first, at.I_BEFORE, instance)
    put(m, at.M_LIVE, instance)
    push(m, m, at.M_NEW, instance, 0, 0)
    add(m, at.M_MEASURED, 1)
    bend(m, 1, time, 1)


@compiled
def _gone(m: int, instance: int) -> None:
    """Nothing can happen to an instance any more but that a crash makes a store forget it."""
    unlist(m, instance)
    before, following = get(instance, at.I_BEFORE), get(instance, at.I_NEXT)
    if before:
        put(before, at.I_NEXT, following)
    else:
        put(m, at.M_LIVE, following)
    if following:
        put(following, at.I_BEFORE, before)
    if is_whole(m, instance):
        fold(m, instance, get(instance, at.I_LAST))
        return
    put(instance, at.I_NEXT, get(m, at.M_KEPT))
    put(m, at.M_KEPT, instance)
    give_list(m, instance, at.I_FORGETS)
    if get(instance, at.I_VERDICT) != at.NEVER:
        return
    if get(instance, at.I_FIRST) == at.NEVER:
        push(m, m, at.M_UNMET, instance, 0, 0)
    if get(m, at.M_MEMORY):
        for participant in range(get(m, at.M_PARTICIPANTS)):
            push(m, get(m, at.M_FORGETFUL), participant, instance, 0, 0)


@compiled
def _end_instant(m: int) -> None:
    """Who arrived in the instant that is over, while something stood still, has met it."""
    link, clock = get(m, at.M_NEW), get(m, at.M_CLOCK)
    while link:
        instance, following = get(link, at.L_A), get(link, at.L_NEXT)
        # The record may stand for nobody by now, or for another one that arrived meanwhile.
        here = get(instance, at.I_ARRIVAL) == clock and get(instance, at.I_VERDICT) == at.NEVER
        if here and get(m, at.M_STOPPING) > 0:
            meet(instance, clock)
        give_link(m, link)
        link = following
    put(m, at.M_NEW, 0)


# -------------------------------------------------------------------------------------- faults


@compiled
def _whole(m: int, row: int, time: int, kind: int) -> None:
    """A row of the whole system."""
    if kind == _ARRIVALS_END:
        if get(m, at.M_ARRIVALS_END) == at.NEVER:
            put(m, at.M_ARRIVALS_END, time)
        return
    if kind != _FAULT_ON and kind != _FAULT_OFF:
        return
    who, fault = get(row, at.R_WHO), get(row, at.R_A)
    active = get(m, at.M_ACTIVE) + 8 * ((who + 1) * get(m, at.M_FAULT_KINDS) + fault)
    stops = get(get(m, at.M_STOPS), fault)
    if kind == _FAULT_ON:
        if get(get(m, at.M_CRASHES), fault) and get(m, at.M_MEMORY):
            _crash(m, who, time)
        put(active, 0, get(active, 0) + 1)
        add(m, at.M_BEGUN, 1)
        if stops:
            add(m, at.M_STOPPING, 1)
            strike(m, time)
            _strike_unmet(m, time)
    elif get(active, 0):
        put(active, 0, get(active, 0) - 1)
        add(m, at.M_BEGUN, -1)
        add(m, at.M_STOPPING, -stops)
        put(m, at.M_HEALED, time)
        put(m, at.M_SPELLS_COUNT, 0)


@compiled
def _strike_unmet(m: int, time: int) -> None:
    """A fault meets those who are gone, have no verdict and have not met any."""
    link = get(m, at.M_UNMET)
    put(m, at.M_UNMET, 0)
    while link:
        instance, following = get(link, at.L_A), get(link, at.L_NEXT)
        if get(instance, at.I_ARRIVAL) == time:
            push(m, m, at.M_UNMET, instance, 0, 0)
        elif get(instance, at.I_FIRST) == at.NEVER:
            put(instance, at.I_FIRST, time)
        give_link(m, link)
        link = following


@compiled
def _crash(m: int, participant: int, time: int) -> None:
    """A process has lost what it held in memory; of whom there is a verdict already, that counts
    only if anything more happens to them.
    """
    instance = get(m, at.M_LIVE)
    while instance:
        if get(instance, at.I_VERDICT) == at.NEVER:
            forget(m, instance, time, participant)
        else:
            push(m, instance, at.I_FORGETS, participant, time, 0)
        instance = get(instance, at.I_NEXT)
    forgetful = get(m, at.M_FORGETFUL)
    link = get(forgetful, participant)
    while link:
        forget(m, get(link, at.L_A), time, participant)
        link = get(link, at.L_NEXT)
    give_list(m, forgetful, participant)


# ------------------------------------------------------------------------------------- entries


def entries() -> tuple[Callable[[int, int, int], Any], Callable[[int, int], Any]]:
    """``read(meter, rows, count)`` takes rows up; ``finish(meter, end)`` folds who is left."""
    build = build_number()

    @entry
    def read(m: int, rows: int, count: int) -> None:
        put(m, at.M_BUILD, build)
        row = rows
        for _ in range(count):
            if get(m, at.M_ABORT):
                return
            _take(m, row)
            row += 8 * at.R_WORDS

    @entry
    def finish(m: int, end: int) -> None:
        put(m, at.M_BUILD, build)
        # Who arrived in the last instant has met nothing that lasted longer.
        for field in (at.M_LIVE, at.M_KEPT):
            instance = get(m, field)
            while instance and not get(m, at.M_ABORT):
                following = get(instance, at.I_NEXT)
                give_list(m, instance, at.I_FORGETS)
                if field == at.M_LIVE:
                    catch_strikes(m, instance)
                fold(m, instance, end)
                instance = following
            put(m, field, 0)

    return read, finish

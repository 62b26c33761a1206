"""The loop: the next event, whatever it is, until a time. And its two compiled entries.

An entry is cached on disk together with all that it calls. numba renews a cached function when its
own file changes, and knows nothing of the files of those that it calls; so the number of the build,
made from all sources, is a constant of each entry: another build, another entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from wfmodel.native.chunks import build_number
from wfmodel.native.words import compiled, entry, get, put
from wfmodel.simulation.kernel.arrivals import arrivals
from wfmodel.simulation.kernel.broker import check_acknowledged, publish, transmit
from wfmodel.simulation.kernel.driver import fire
from wfmodel.simulation.kernel.events import pop
from wfmodel.simulation.kernel.injection import inject, next_occurrence
from wfmodel.simulation.kernel.layout import (
    ARRIVAL,
    CHECK,
    EXTERNAL,
    FAULT,
    H_ABORT,
    H_BUILD,
    H_HEAP,
    H_HEAP_SIZE,
    L_FIRST,
    LANE_HEAD,
    N_A,
    N_B,
    N_INSTANCE,
    N_KIND,
    RELAYED,
    RESTART_LATE,
    RETRANSMIT,
)
from wfmodel.simulation.kernel.memory import done_with, node_of
from wfmodel.simulation.kernel.outside import answer_from_outside
from wfmodel.simulation.kernel.recovery import happen
from wfmodel.simulation.kernel.timers import leave_lane

BATCH: Final = 1 << 18
"""Events between two returns to Python, where a signal is heard."""
BLOCK: Final = 1 << 13
"""Likewise where rows are taken and not kept: few enough for the rows to stay in the cache."""


@compiled
def _lane_head(h: int, lane: int) -> None:
    fire(h, get(lane, L_FIRST))
    leave_lane(h, lane)


@compiled
def _dispatch(h: int, node: int) -> None:
    kind = get(node, N_KIND)
    if kind <= RESTART_LATE:  # all that a pause may defer comes first in the numbering
        happen(h, node)
        return
    if kind == FAULT:
        inject(h, node)
        return
    if kind == ARRIVAL:
        arrivals(h, node)
        return
    if kind == LANE_HEAD:
        _lane_head(h, get(node, N_A))
    elif kind == RELAYED:
        publish(h, get(node, N_A), get(node, N_INSTANCE), get(node, N_B))
    elif kind == RETRANSMIT:
        transmit(h, get(node, N_A))
    elif kind == CHECK:
        check_acknowledged(h, get(node, N_A))
    elif kind == EXTERNAL:
        answer_from_outside(h, node)
    done_with(h, node)


def entries() -> tuple[Callable[[int, int], Any], Callable[[int, int, int, int], Any]]:
    """``begin(header, fault)`` and ``advance(header, until, number, most)``.

    ``begin`` starts the process of an injected fault, or (0) that of arrivals. ``advance`` takes
    events before (``until``, ``number``) in the order of the heap, at most so many; it returns 1
    when there are none left before it, else 0.
    """
    build = build_number()

    @entry
    def begin(h: int, fault: int) -> None:
        put(h, H_BUILD, build)
        if fault:
            next_occurrence(h, node_of(h, FAULT, 0, fault, 0, 0))
        else:
            arrivals(h, node_of(h, ARRIVAL, 0, 0, 0, 0))

    @entry
    def advance(h: int, until: int, number: int, most: int) -> int:
        put(h, H_BUILD, build)
        for _ in range(most):
            heap = get(h, H_HEAP)
            if get(h, H_HEAP_SIZE) == 0 or get(heap, 0) > until:
                return 1
            if get(heap, 0) == until and get(heap, 1) >= number:
                return 1
            _dispatch(h, pop(h))
            if get(h, H_ABORT):
                return 1
        return 0

    return begin, advance

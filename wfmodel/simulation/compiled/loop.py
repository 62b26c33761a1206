"""The text of a run, compiled, and the loop that runs it: the next event, whatever it is.

The text is that of ``simulation/``, loaded once more on the compiled basis: nothing of what happens
is written here. An entry is cached on disk together with all that it calls. numba renews a cached
function when its own file changes, and knows nothing of the files of those that it calls; so the
number of the build, made from all sources, is a constant of each entry: another build, another
entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from wfmodel.native.arena import build_number
from wfmodel.native.words import entry, get, put, reference, twins
from wfmodel.simulation.compiled import compiled_basis
from wfmodel.simulation.compiled.heap import first_number, first_time, pop
from wfmodel.simulation.compiled.run_header import ABORT, BUILD, HEAP_SIZE
from wfmodel.simulation.records import Event, Injected
from wfmodel.simulation.run_record import Run

BATCH: Final = 1 << 18
"""Events between two returns to Python, where a signal is heard."""
BLOCK: Final = 1 << 13
"""Likewise where rows are taken and not kept: few enough for the rows to stay in the cache."""

HOME: Final = "wfmodel.simulation"
TEXT: Final = tuple(
    f"{HOME}.{name}"
    for name in (
        "queues",
        "turns",
        "landings",
        "effects",
        "network",
        "partial_partitions",
        "guarded_receives",
        "crash_notices",
        "timers",
        "worker_deaths",
        "work",
        "outside",
        "custody",
        "backups",
        "reaction_count",
        "reactions",
        "handover",
        "happenings",
        "recovery",
        "fault_injection",
        "arrivals",
        "dispatch",
    )
)
"""Each may import those before it."""

text: Final = twins(TEXT, {f"{HOME}.basis": compiled_basis})
"""The text's modules, compiled, by name."""
_entry = text[f"{HOME}.dispatch"]
dispatch, begin_fault, begin_arrivals = _entry.dispatch, _entry.begin_fault, _entry.begin_arrivals
# Names of the module, and not of the function around the entries: numba's key of what it keeps on
# disk has the values of the latter in it, and these would be new ones in every process.
as_run, as_event, as_fault = reference(Run), reference(Event), reference(Injected)


def entries() -> tuple[Callable[[int, int], Any], Callable[[int, int, int, int], Any]]:
    """``begin(run, fault)`` and ``advance(run, until, number, most)``, of addresses.

    ``begin`` lets an injected fault await its strike, or (0) instances arrive. ``advance`` takes
    events before (``until``, ``number``) in the order of the heap, at most so many; it returns 1
    when there are none left before it, else 0.
    """
    build = build_number()

    @entry
    def begin(h: int, fault: int) -> None:
        put(h, BUILD, build)
        if fault:
            begin_fault(as_run(h), as_fault(fault))
        else:
            begin_arrivals(as_run(h))

    @entry
    def advance(h: int, until: int, number: int, most: int) -> int:
        put(h, BUILD, build)
        run = as_run(h)
        for _ in range(most):
            if get(h, HEAP_SIZE) == 0 or first_time(h) > until:
                return 1
            if first_time(h) == until and first_number(h) >= number:
                return 1
            run.now = first_time(h)
            dispatch(run, as_event(pop(h)))
            if get(h, ABORT):
                return 1
        return 0

    return begin, advance

"""Records are taken from chunks that never move, and given back to free lists.

An instance owns its messages, timers and landed effects. It counts what still refers to it (events
that are scheduled or kept anywhere, lists that one of its cells is in): when nothing does, nothing
can ever happen to it again, and all that it owns is given back. So memory follows the number of
instances under way, not the number that have been.
"""

from __future__ import annotations

from wfmodel.designs.history import GONE
from wfmodel.native.callbacks import fresh
from wfmodel.native.record_layout import NULL, layout_of
from wfmodel.native.words import address_of, ask, compiled, get, put, reference
from wfmodel.simulation.compiled.run_header import (
    ASK,
    ASK_ROWS,
    FREE_CELLS,
    FREE_INSTANCES,
    FREE_SMALL,
    ROW,
    ROW_END,
    SMALL_WORDS,
    TELLS_GONE,
)
from wfmodel.simulation.event_codes import OUTSIDE
from wfmodel.simulation.records import Instance, Process, ProcessCell, Stimulus
from wfmodel.simulation.run_record import Run

_CELL_WORDS = layout_of(ProcessCell).words
_INSTANCE_WORDS = layout_of(Instance).words
_CELLS = layout_of(Instance).places["cells"].offset

as_cell = reference(ProcessCell)
as_instance = reference(Instance)


@compiled
def row(run: Run, kind: int, instance: int, participant: int, a: int, b: int) -> None:
    """Something happened now."""
    h = address_of(run)
    place = get(h, ROW)
    if place == get(h, ROW_END):
        ask(get(h, ASK), ASK_ROWS, 0, 0, 0, 0)
        place = get(h, ROW)
    put(place, 0, run.now)
    put(place, 1, kind)
    put(place, 2, instance)
    put(place, 3, participant)
    put(place, 4, a)
    put(place, 5, b)
    put(h, ROW, place + 48)


@compiled
def take_small(h: int) -> int:
    """A small record; its fields hold anything."""
    found = get(h, FREE_SMALL)
    if found == 0:
        return fresh(h, SMALL_WORDS)
    put(h, FREE_SMALL, get(found, 0))
    return found


@compiled
def give_small(h: int, record: int) -> None:
    """A small record is no longer needed."""
    put(record, 0, get(h, FREE_SMALL))
    put(h, FREE_SMALL, record)


@compiled
def owned(run: Run, instance: Instance) -> int:
    """A small record that lives as long as its instance; its first field is taken."""
    record = take_small(address_of(run))
    put(record, 0, instance.owned)
    instance.owned = record
    return record


@compiled
def refer(instance: Instance) -> None:
    """One more thing refers to an instance."""
    instance.refs += 1


@compiled
def unrefer(run: Run, instance: Instance) -> None:
    """One thing less refers to an instance."""
    instance.refs -= 1
    if instance.refs == 0:
        _retire(run, instance)


@compiled
def _retire(run: Run, instance: Instance) -> None:
    h = address_of(run)
    record = instance.owned
    while record:
        following = get(record, 0)
        give_small(h, record)
        record = following
    for participant in range(run.participants):
        cell = instance.cells[participant]
        if cell:
            drop_stimuli(run, cell)
            put(address_of(cell), 0, get(h, FREE_CELLS))
            put(h, FREE_CELLS, address_of(cell))
    put(address_of(instance), 0, get(h, FREE_INSTANCES))
    put(h, FREE_INSTANCES, address_of(instance))
    if get(h, TELLS_GONE):
        row(run, GONE, instance.index, OUTSIDE, 0, 0)


@compiled
def drop_stimuli(run: Run, cell: ProcessCell) -> None:
    """What caused an uncommitted reaction, and what waits for it, is forgotten."""
    if cell.cause:
        give_small(address_of(run), address_of(cell.cause))
        cell.cause = NULL
    _drop_from(run, cell.inbox.first)
    cell.inbox.first = NULL


@compiled
def _drop_from(run: Run, stimulus: Stimulus) -> None:
    while stimulus:
        following = stimulus.next
        give_small(address_of(run), address_of(stimulus))
        stimulus = following


@compiled
def instance_of(run: Run, index: int) -> Instance:
    """An instance of which nobody knows anything, and to which nothing refers yet."""
    h = address_of(run)
    address = get(h, FREE_INSTANCES)
    if address == 0:
        address = fresh(h, _INSTANCE_WORDS + run.participants)
    else:
        put(h, FREE_INSTANCES, get(address, 0))
        for word in range(_INSTANCE_WORDS + run.participants):
            put(address, word, 0)
    put(address, _CELLS, address + 8 * _INSTANCE_WORDS)
    instance = as_instance(address)
    instance.index = index
    return instance


@compiled
def new_cell(run: Run, instance: Instance, process: Process) -> ProcessCell:
    """A cell in the state in which nothing is known."""
    h = address_of(run)
    address = get(h, FREE_CELLS)
    if address == 0:
        address = fresh(h, _CELL_WORDS)
    else:
        put(h, FREE_CELLS, get(address, 0))
        for word in range(_CELL_WORDS):
            put(address, word, 0)
    cell = as_cell(address)
    cell.process = process
    cell.instance = instance
    cell.life = process.life
    return cell

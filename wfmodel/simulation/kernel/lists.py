"""Lists in memory: of nodes, first in, first out; and of cells, in order of entry, left anywhere.

The latter are what the driver keeps as dictionaries of cells: entering twice keeps the first place,
leaving and entering again takes the last.
"""

from __future__ import annotations

from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.layout import C_INSTANCE, N_NEXT
from wfmodel.simulation.kernel.memory import refer, unrefer


@compiled
def append(record: int, field: int, node: int) -> None:
    """A node goes to the end of the list that begins at a field."""
    put(node, N_NEXT, 0)
    if get(record, field):
        put(get(record, field + 1), N_NEXT, node)
    else:
        put(record, field, node)
    put(record, field + 1, node)


@compiled
def first_out(record: int, field: int) -> int:
    """The first node leaves."""
    node = get(record, field)
    put(record, field, get(node, N_NEXT))
    return node


@compiled
def take_all(record: int, field: int) -> int:
    """The whole list, by its first node, leaves."""
    node = get(record, field)
    put(record, field, 0)
    return node


@compiled
def enter(process: int, field: int, cell: int, links: int) -> None:
    """A cell enters the list at a field of its process, if it is not in it."""
    if get(cell, links + 2):
        return
    last = get(process, field + 1)
    if get(process, field):
        put(last, links + 1, cell)
    else:
        put(process, field, cell)
        last = 0
    put(cell, links, last)
    put(cell, links + 1, 0)
    put(cell, links + 2, 1)
    put(process, field + 1, cell)
    refer(get(cell, C_INSTANCE))


@compiled
def leave(h: int, process: int, field: int, cell: int, links: int) -> None:
    """A cell leaves the list, if it is in it."""
    if not get(cell, links + 2):
        return
    before, after = get(cell, links), get(cell, links + 1)
    if before:
        put(before, links + 1, after)
    else:
        put(process, field, after)
    if after:
        put(after, links, before)
    else:
        put(process, field + 1, before)
    put(cell, links + 2, 0)
    unrefer(h, get(cell, C_INSTANCE))

"""What a step of a run does to the rows of a store, in the words of a story."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.designs.row_rules import uses_of_rows
from wfmodel.designs.row_state import NOBODY, Reading, RowState
from wfmodel.designs.table import Table
from wfmodel.semantics.configuration import Configuration

READS = "reads "
"""How a line begins that says what was read."""


def rows_between(
    table: Table, p: int, before: Configuration, after: Configuration
) -> Iterator[str]:
    """What participant p's store reads, writes and refuses in a step that is no crash."""
    flow = table.system.flow
    if table.own or not flow.workflow.rows:
        return
    states = table.states[p].values
    old, new = states[before.cells[p].volatile], states[after.cells[p].volatile]
    known = {row.row: row for row in getattr(old, "rows", ())}
    for row in getattr(new, "rows", ()):
        yield from _changes(table, known.get(row.row, RowState(row.row)), row)


def _changes(table: Table, old: RowState, new: RowState) -> Iterator[str]:
    names = [node.name for node in table.system.flow.nodes]
    uses = uses_of_rows(table.system.flow)
    name = tuple(table.system.flow.workflow.rows)[new.row]
    values = next(use.values for use in uses.values() if use.row == new.row)
    begun, over = _without(new.readings, old.readings), _without(old.readings, new.readings)
    for reading in begun:
        where = " in its copy" if uses[reading.node].stale else ""
        yield f"{READS}{name}{where} for {names[reading.node]}: {values[reading.value]}"
    for by, whose in new.lost:
        if (by, whose) not in old.lost:
            yield f"overwrites {name}: {values[old.value]}, which {names[whose]} has written since"
    if new.value != old.value or (over and new.writer in {r.node for r in over}):
        yield f"{name} is now {values[new.value]}"
    elif new.copy != old.copy:
        yield f"the copy of {name} is now {values[new.copy]}"
    for reading in over:
        if uses[reading.node].expects not in (NOBODY, reading.value):
            yield f"had read {name}: {values[reading.value]}"
        elif uses[reading.node].guarded and reading.by != NOBODY:
            yield f"refused: {names[reading.by]} has written {name} since"


def _without(some: tuple[Reading, ...], others: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Attempts of the first that are not among the second, whoever has written meanwhile."""
    left = [(r.node, r.epoch, r.attempt) for r in others]
    found = []
    for reading in some:
        key = (reading.node, reading.epoch, reading.attempt)
        if key in left:
            left.remove(key)
        else:
            found.append(reading)
    return tuple(found)

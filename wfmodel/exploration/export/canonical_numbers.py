"""The same table with numbers that do not depend on how its entries were found.

Numbers follow discovery, and engines discover in different orders; an export shows numbers, so it
goes over what is known in an order of its own: participants, then states as reactions lead to them,
then events by what they say.
"""

from __future__ import annotations

from wfmodel.designs.messages import Start
from wfmodel.designs.table import Table


def renumbered(table: Table) -> Table:
    """A table with equal entries: equal for equal sets of entries, however they were found."""
    fresh = Table(table.system)
    if table.system.start:
        fresh.message(Start())
    for name in table.system.opening:
        fresh.opening(name)
    for participant in range(len(table.names)):
        _copy(table, fresh, participant)
    return fresh


def _copy(table: Table, fresh: Table, participant: int) -> None:
    entries, values = table.entries[participant], table.states[participant].values
    events: dict[int, list[int]] = {}
    for state, event in entries:
        events.setdefault(state, []).append(event)
    todo, seen = [0], {0}
    for state in todo:  # grows as it is gone through
        for event in sorted(events.get(state, ()), key=lambda e: repr(table.events.values[e])):
            mine = fresh.states[participant].number(values[state])
            fresh.entry(participant, mine, fresh.events.number(table.events.values[event]))
            after = entries[state, event][0]
            if after not in seen:
                seen.add(after)
                todo.append(after)
    assert len(fresh.entries[participant]) == len(entries), "a state that no reaction leads to"

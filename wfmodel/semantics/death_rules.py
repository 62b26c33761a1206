"""A worker that dies with its attempt: what its participant holds then, and what it counts as.

The participant takes the attempt to run until it knows. An effect outside may be there already.
"""

from __future__ import annotations

from wfmodel.designs.fault_facts import UNSEEN_AFTER_WORK
from wfmodel.semantics.after import After, Refused, without
from wfmodel.semantics.configuration import Cell, Work, put


def death(cell: Cell, work: Work, *, landed: bool, known: bool, after_work: bool) -> After:
    """The worker of an attempt dies, after its effect outside or before; who asked for it will
    know, or never.
    """
    if cell.down:
        raise Refused("the participant is down, and its workers with it")
    if not known and after_work:
        raise Refused(UNSEEN_AFTER_WORK)
    left = cell._replace(work=without(cell.work, work, "it is not working on that"))
    if landed:
        left = left._replace(landed=without(cell.landed, work, "its effect is not there yet"))
    elif cell.landed.count(work) > left.work.count(work):
        raise Refused("its effect is there already")
    return After(left._replace(dead=put(cell.dead, work)) if known else left)

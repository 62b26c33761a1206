"""A holder that stood still for too long: others go on with what it held, and it may go on, too.

To whoever goes on that is a crash. But outside nobody knows of a fence; and where its own store
compares no token either (``fenced: false``), all that it was at is accepted when it wakes: the work
that it had begun, and what it had decided. Of its state nothing stays, since whoever holds the
instance now writes last.
"""

from __future__ import annotations

from wfmodel.semantics.after import After, without
from wfmodel.semantics.cell_rules import CellRules, posts_of
from wfmodel.semantics.configuration import Cell, Post, Work, put


def lapse(rules: CellRules, cell: Cell) -> After:
    """Its life is over, but for what no fence stops."""
    gone = [work for work in cell.work if not rules.fenced or rules.lands_outside(work[0])]
    for work in cell.landed:
        gone.remove(work)
    after = rules.crash(cell)
    left = after.cell._replace(late=put(after.cell.late, *gone))
    if rules.policy.outbox and not rules.fenced and cell.pending is not None:
        left = left._replace(decided=put(left.decided, *posts_of(cell.pending.operations)))
    return after._replace(cell=left)


def land_late(cell: Cell, work: Work) -> After:
    """What it had set going has its effect."""
    left = cell._replace(late=without(cell.late, work, "no such attempt is under way"))
    return After(left, landing=work[:2])


def publish_late(cell: Cell, post: Post) -> After:
    """What it had decided reaches the broker."""
    left = without(cell.decided, post, "nobody who was taken for dead has decided that")
    return After(cell._replace(decided=left), sent=(post,))

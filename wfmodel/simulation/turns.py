"""Messages in turn: of one instance, a participant gets the next when the one before it is done.

Done is a message that was acknowledged, and of which no delivery is under way or in hand any more:
whatever was delivered twice comes twice before the next one comes. A crash puts nothing back, since
nothing has left.
"""

from __future__ import annotations

from wfmodel.simulation.basis import line_entry_of
from wfmodel.simulation.records import Instance, LineEntry, Parcel
from wfmodel.simulation.run_record import Run


def join_line(run: Run, parcel: Parcel) -> bool:
    """A message goes to the end of its line. Whether it is its turn at once."""
    instance = parcel.instance
    turn = line_entry_of(run, parcel)
    if not instance.line:
        instance.line = turn
        return True
    first, last = True, instance.line
    while last.next:
        first = first and last.parcel.recipient != parcel.recipient
        last = last.next
    first = first and last.parcel.recipient != parcel.recipient
    last.next = turn
    return first


def one_more(parcel: Parcel, deliveries: int) -> None:
    """So many deliveries more of a message are open."""
    turn = _turn(parcel)
    if turn:
        turn.open += deliveries


def note_acknowledged(parcel: Parcel) -> None:
    """It will not be delivered again."""
    turn = _turn(parcel)
    if turn:
        turn.acknowledged = True


def is_done(parcel: Parcel) -> bool:
    """Whether a message keeps its line waiting, and need not any more."""
    turn = _turn(parcel)
    if not turn:
        return False
    return turn.acknowledged and turn.open == 0


def leave_line(parcel: Parcel) -> LineEntry:
    """A message leaves its line. Whose turn it is now; NULL: nobody else waits."""
    turn = _turn(parcel)
    _leave(parcel.instance, turn)
    following = turn.next
    while following and following.parcel.recipient != parcel.recipient:
        following = following.next
    return following


def _turn(parcel: Parcel) -> LineEntry:
    turn = parcel.instance.line
    while turn and turn.parcel != parcel:
        turn = turn.next
    return turn


def _leave(instance: Instance, turn: LineEntry) -> None:
    if instance.line == turn:
        instance.line = turn.next
        return
    before = instance.line
    while before.next != turn:
        before = before.next
    before.next = turn.next

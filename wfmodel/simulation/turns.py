"""Messages in turn: of one instance, a participant gets the next when the one before it is done.

Done is a message that was acknowledged, and of which no delivery is under way or in hand any more:
whatever was delivered twice comes twice before the next one comes. A crash puts nothing back, since
nothing has left. Where instances share lines (partitions), a message waits for others, too; in a
FIFO channel only for those of its sender.
"""

from __future__ import annotations

from wfmodel.simulation.basis import line_entry_of, refer, uniform, unrefer
from wfmodel.simulation.records import Instance, LineEntry, Parcel
from wfmodel.simulation.run_record import Run, SharedLine


def join_line(run: Run, parcel: Parcel) -> bool:
    """A message goes to the end of its line. Whether it is its turn at once."""
    turn = line_entry_of(run, parcel)
    if run.partitions:
        return _join_shared(_shared_by(run, parcel), turn)
    instance = parcel.instance
    if not instance.line:
        instance.line = turn
        return True
    first, last = True, instance.line
    while last.next:
        first = first and not _is_alike(run, last.parcel, parcel)
        last = last.next
    first = first and not _is_alike(run, last.parcel, parcel)
    last.next = turn
    return first


def one_more(run: Run, parcel: Parcel, deliveries: int) -> None:
    """So many deliveries more of a message are open."""
    turn = _turn(run, parcel)
    if turn:
        turn.open += deliveries


def note_acknowledged(run: Run, parcel: Parcel) -> None:
    """It will not be delivered again."""
    turn = _turn(run, parcel)
    if turn:
        turn.acknowledged = True


def is_done(run: Run, parcel: Parcel) -> bool:
    """Whether a message keeps its line waiting, and need not any more."""
    turn = _turn(run, parcel)
    if not turn:
        return False
    return turn.acknowledged and turn.open == 0


def leave_line(run: Run, parcel: Parcel) -> LineEntry:
    """A message leaves its line. Whose turn it is now; NULL: nobody else waits."""
    turn = _turn(run, parcel)
    following = turn.next
    if run.partitions:
        _shared_by(run, parcel).first = following  # only the first one has ever set out
        unrefer(run, parcel.instance)
        return following
    _leave(parcel.instance, turn)
    while following and not _is_alike(run, following.parcel, parcel):
        following = following.next
    return following


def _is_alike(run: Run, one: Parcel, other: Parcel) -> bool:
    """Whether one of two messages of an instance waits for the other."""
    if one.recipient != other.recipient:
        return False
    return not run.by_sender or one.sender == other.sender


def _shared_by(run: Run, parcel: Parcel) -> SharedLine:
    """The line of a message: that of the partition into which its instance's key falls."""
    u = uniform(run.partition_base, parcel.instance.index, 0)
    return run.lines[int(u * run.partitions) * run.participants + parcel.recipient]


def _join_shared(line: SharedLine, turn: LineEntry) -> bool:
    refer(turn.parcel.instance)  # nothing else may refer to it while it waits for others
    if line.first:
        line.last.next = turn
        line.last = turn
        return False
    line.first = turn
    line.last = turn
    return True


def _turn(run: Run, parcel: Parcel) -> LineEntry:
    turn = parcel.instance.line
    if run.partitions:
        turn = _shared_by(run, parcel).first
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

"""Numbers that stand for kinds, in records and in rows."""

from __future__ import annotations

OUTSIDE = -1
"""Stands where a row or a message has no participant."""

FOR_GOOD = -1
"""The life in which something waits that outlives crashes."""
NO_STEP = -1
"""The step of a message that asked for none."""
NO_LIFE = -2
"""The life of a timer that was cleared, or set anew."""
LIVES = 1 << 32
"""More lives than a process has: the first of a replica is its number times this."""

# ---------------------------------------------------------------------------- kinds of events
(
    COMMIT,
    FLUSH,
    PUBLISHED,
    PUBLISHED_FIRST,
    DELIVER,
    WORK_END,
    TIMER,
    ACKNOWLEDGING,
    LANDS,
    WORK_OVER,
    NOTICED,
    DECIDED_LATE,
    RESTART_LATE,
    TAKE_OVER,
    RELAYED,
    RETRANSMIT,
    LAPSED,
    CHECK,
    LANE_HEAD,
    EXTERNAL,
    FAULT,
    ARRIVAL,
    NOTHING_MORE,
    CHOICE,
    CHANGED,
    PRESENT,
) = range(26)
"""LANDS: an attempt has its effect outside, WORK_OVER: such an attempt ends; NOTICED: it is known
that an attempt's worker has died; DECIDED_LATE: what a holder that no fence stops had decided, and
not committed, leaves. What comes before RESTART_LATE may be deferred by a pause. CHOICE
is a script's only; CHANGED and PRESENT never happen: a change of a store, and an instance that has
arrived, are kept as such."""

NOTHING, PARCEL, LANDING, SETTING = range(4)
"""What an event for a machine came with: nothing, a message, finished work, a timer."""
RUNNING, DONE, LEAVING = range(3)
"""A message in hand: its work runs; is committed but not published; its acknowledgement is out."""
UNWATCHED, OPEN, ACKNOWLEDGED, DEAD = range(4)
"""Whether a redelivery time-out runs for a message, is needed no more, or the message set aside."""
STRIKE, HEAL, REPLAYED = range(3)
"""Stages of an injected fault: what its next event does."""

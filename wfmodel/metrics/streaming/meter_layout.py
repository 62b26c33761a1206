"""Where everything stands in the meter's memory (see ``wfmodel.native``).

One letter names the record: ``M`` the meter, ``I`` an instance, ``L`` a link of a list, ``Q`` a
global state, ``E`` an edge between two, ``R`` one row of a history, ``P`` a pair of a write and a
view that counts.
"""

from __future__ import annotations

from wfmodel.designs.history import Drop
from wfmodel.native.header import ABORT, ASK, BUILD, FIRST_OWN, TABLE, TABLE_MASK

# ---------------------------------------------------------------------------------- the meter
M_BUILD, M_ASK, M_ABORT, M_TABLE, M_TABLE_MASK = BUILD, ASK, ABORT, TABLE, TABLE_MASK
(
    M_FREE_LINKS,
    M_FREE_INSTANCES,
    # the run
    M_PARTICIPANTS,
    M_MEMORY,
    M_STORE_KIND,
    M_STORE_COLUMN,
    M_WARM_UP,
    M_THRESHOLD,
    M_POLL,
    M_CRASHES,
    M_FAULT_KINDS,
    M_STOPS,
    M_START,
    M_REST,
    # where it is
    M_CLOCK,
    M_ARRIVALS_END,
    M_LIVE,
    M_KEPT,
    M_NEW,
    M_UNMET,
    M_FORGETFUL,
    M_RING,
    M_RING_MASK,
    M_OLDEST,
    M_NEWEST,
    M_SENDS,
    M_SENDS_WIDTH,
    M_REACTS,
    M_REACTS_WIDTH,
    M_ACTIVE,
    M_STOPPING,
    M_BEGUN,
    M_HEALED,
    M_SPELLS,
    M_SPELLS_COUNT,
    M_SPELLS_ROOM,
    M_STRIKES,
    M_STRIKES_COUNT,
    M_STRIKES_ROOM,
    M_PAIRS,
    M_PAIRS_ROOM,
    M_CURVE,
    M_CURVE_SHIFT,
    M_SKETCHES,
    M_SAMPLES,
    # counts
    M_SAMPLES_COUNT,
    M_MEASURED,
    M_CLASSES,
) = range(FIRST_OWN, FIRST_OWN + 48)
TERMINALS = 8
M_FLAGS = M_CLASSES + TERMINALS
FLAGS = 6
(
    M_DIVERGENCE_MAX,
    M_PAIRS_MAX,
    M_PERMANENT,
    M_REPEATS,
    M_ATTEMPTS,
    M_COMMITS,
    M_PHANTOMS,
    M_STALE_INSTANCES,
    M_WRITES,
    M_NEVER,
    M_VERSIONS,
    M_VIEWS,
    M_STUCK,
    M_NAMED,
    M_VERDICTS,
    M_IN_TIME,
    M_UNSETTLED,
    M_DROPS,
) = range(M_FLAGS + FLAGS, M_FLAGS + FLAGS + 18)
DROPS = len(Drop)
M_KNOWN = M_DROPS + DROPS
"""Pairs of which it is known whether they were fresh within 10 ms, 100 ms and 1 s."""
M_FRESH = M_KNOWN + 3
# sums, as floating-point numbers; of times in nanoseconds
(
    M_SHARE,
    M_INCONSISTENT,
    M_DIVERGENCE,
    M_DIVERGENT,
    M_AGE,
    M_LIVES,
    M_WORST,
    M_WINDOW,
    M_LATENCY,
    M_DETECTION,
    M_WORDS,
) = range(M_FRESH + 3, M_FRESH + 14)

# ------------------------------------------------------------------------------- an instance
(
    I_NEXT,
    I_BEFORE,
    I_NUMBER,
    I_ARRIVAL,
    I_LAST,
    I_STATE,
    I_SINCE,
    I_VERDICT,
    I_HELD,
    I_HELD_FROM,
    I_WRONG_UNTIL,
    I_DIVERGENCE_MAX,
    I_DIVERGENCE,
    I_DIVERGENT,
    I_PAIRS_MAX,
    I_REVISITED,
    I_BEGUN,
    I_WRITES,
    I_GAINS,
    I_FORGETS,
    I_RECOVERED,
    # faults that it met: the first of all, the first of this standstill, the last two, and the
    # last after which anything moved; and how many strikes have been looked at
    I_FIRST,
    I_STANDS,
    I_LATEST,
    I_PREVIOUS,
    I_BLAMED,
    I_STRIKES,
    # the present spell without progress
    I_STALLED,
    I_POLL,
    I_NAMED,
    I_STUCK,
    I_DETECTED,
    I_WORDS,
) = range(33)

NEVER = -1
"""In place of a time."""

# ------------------------------------------------------------------------------ small records
L_NEXT, L_A, L_B, L_C, L_WORDS = range(5)
"""BEGUN: node, epoch. WRITES: node, time. GAINS: participant, step, time. FORGETS: participant,
time. RECOVERED: duration. NEW, UNMET, forgetful ones: instance."""
Q_DIVERGENCE, Q_PAIRS, Q_SOUND, Q_NAMEABLE, Q_WAITS, Q_WAITING = range(6)
"""Q_WAITS pairs of (participant, step) begin at Q_WAITING."""
E_TARGET, E_PROGRESS, E_CONCLUDES, E_LANDS, E_REPEATS, E_WHO, E_GAINS, E_GAINED = range(8)
"""E_GAINS steps begin at E_GAINED."""
R_TIME, R_KIND, R_INSTANCE, R_WHO, R_A, R_B, R_WORDS = range(7)
P_WRITE, P_VIEW, P_WRITTEN, P_UNTIL, P_SEEN, P_LACKED, P_WORDS = range(7)

# ------------------------------------------------------------------------ questions to Python
(
    ASK_EDGE,
    ASK_CLASS,
    ASK_REVISITED,
    ASK_RING,
    ASK_COUNTS,
    ASK_SPELLS,
    ASK_STRIKES,
    ASK_PAIRS,
) = range(1, 9)  # 0 asks for memory

FLAG_BITS = 8
"""Of the answer to ASK_CLASS: so many for the flags, then the class (its position in Terminal)."""
CURVE = 400
"""Points of the divergence curve, at most: half as many when they were thinned out just now."""
LATENCY, WINDOW, RECOVERED, FOREVER, SKETCHES = range(5)
SAMPLES = 1 << 16
"""Times to recover that are kept one by one, as long as there are no more of them."""
BUCKET_BITS = 11
"""Numbers of so many bits have a bucket of their own; longer ones share it with those that begin
with the same bits."""
BUCKETS = (65 - BUCKET_BITS) << (BUCKET_BITS - 1)

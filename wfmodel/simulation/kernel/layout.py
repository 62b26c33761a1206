"""Where everything stands: the fields of each record of the kernel's memory, in words.

One letter or two name the record: ``H`` header (the run), ``P`` process, ``I`` instance, ``C``
cell, ``N`` node (an event that is scheduled, deferred or queued, or one that waits in an inbox),
``M`` message under way, ``T`` a timer's setting, ``L`` lane, ``W`` how long a timer runs, ``E``
table entry, ``O`` operation, ``S`` sampler, ``B`` flow node, ``K`` landed effect, ``J`` injected
fault at one target. Names after the letter are those of the driver's classes.
"""

from __future__ import annotations

from wfmodel.native.header import ABORT, ASK, BUILD, FIRST_OWN, TABLE, TABLE_MASK

# ------------------------------------------------------------------------------------- header
H_BUILD, H_ASK, H_ABORT, H_MAP, H_MAP_MASK = BUILD, ASK, ABORT, TABLE, TABLE_MASK
(
    H_NOW,
    H_SEQUENCE,
    H_HEAP,
    H_HEAP_SIZE,
    H_HEAP_CAPACITY,
    H_ROW,
    H_ROW_END,
    H_FREE_NODES,
    H_FREE_CELLS,
    H_FREE_INSTANCES,
    H_PROCESSES,
    H_PARTICIPANTS,
    H_BLOCKS,
    H_REAL,
    # knobs and setting
    H_SYNCHRONOUS,
    H_LOG,
    H_ATOMIC,
    H_PUBLISH_FIRST,
    H_GAP,
    H_QUICK_COMMIT,
    H_REDELIVERS,
    H_REDELIVERY,
    H_FLUSH_INTERVAL,
    H_RELAYS_AT_ONCE,
    H_REPLAY,
    H_NETWORK,
    H_HORIZON,
    H_RESTARTED,
    # broker
    H_DOWN,
    H_BLOCKED,
    H_MESSAGE_FAULTS,
    H_WAITING,
    H_WAITING_LAST,
    H_PRODUCERS,
    H_PRODUCERS_LAST,
    H_HELD,
    H_HELD_LAST,
    H_STEP_FAULTS,
    # arrivals
    H_EVERY,
    H_TRACE,
    H_TRACE_LENGTH,
    H_MOST,
    H_ARRIVED,
    H_DRAWN,
    H_ARRIVAL_AT,
    H_START,
    H_OPENING,
    H_TELLS_GONE,
    H_WORDS,
) = range(FIRST_OWN, FIRST_OWN + 49)

# ------------------------------------------------------------------------------------ process
(
    P_INDEX,
    P_INCARNATION,
    P_DOWN,
    P_PAUSED,
    P_CUT,
    P_STORE_DOWN,
    P_REACHABLE,
    P_SLOW_STORE,
    P_STORE_FACTOR,
    P_SLOW_SERVICE,
    P_SERVICE_FACTOR,
    P_CAPACITY,
    P_IN_USE,
    P_FLUSH_DUE,
    P_COMMIT,
    P_PUBLISH,
    P_RELAY,
    P_ACTIVE_COUNT,
    P_QUEUE,
    P_QUEUE_LAST,
    P_DEFERRED,
    P_DEFERRED_LAST,
    P_OUTBOX,
    P_OUTBOX_LAST,
    P_STALLED,
    P_STALLED_LAST,
    P_ACTIVE,
    P_ACTIVE_LAST,
    P_OCCUPIED,
    P_OCCUPIED_LAST,
    P_DIRTY,
    P_DIRTY_LAST,
    P_WORDS,
) = range(33)
# A list of nodes is its first and its last, one field after the other.

# ----------------------------------------------------------------------- instance, and its cell
I_CHAIN, I_INDEX, I_REFS, I_SENT, I_LANDED, I_APPLIED, I_OWNED, I_CELLS = range(8)

(
    C_CHAIN,
    C_PROCESS,
    C_INSTANCE,
    C_VOLATILE,
    C_DURABLE,
    C_INCARNATION,
    C_BUSY,
    C_ITEM,
    C_ITEM_A,
    C_ITEM_B,
    C_ENTRY,
    C_OUT,
    C_INBOX,
    C_INBOX_LAST,
    C_TIMERS,
    C_COMMITS,
    C_PUBLISHED,
    C_IS_ACTIVE,
    # membership of the process's lists, each: previous, next, whether it is in
    C_ACTIVE,
    C_ACTIVE_NEXT,
    C_ACTIVE_IN,
    C_OCCUPIED,
    C_OCCUPIED_NEXT,
    C_OCCUPIED_IN,
    C_DIRTY,
    C_DIRTY_NEXT,
    C_DIRTY_IN,
    C_WORDS,
) = range(28)

# --------------------------------------------------------------------------------- small records
NODE_WORDS = 8
"""Nodes, messages, timers and landed effects are of one size and share a free list."""
N_NEXT, N_KIND, N_INSTANCE, N_A, N_B, N_C, N_D, N_E = range(8)
M_CHAIN, M_INSTANCE, M_SENDER, M_RECIPIENT, M_MESSAGE, M_EVENT, M_WATCHED = range(7)
T_CHAIN, T_LANE_NEXT, T_DUE, T_CELL, T_INCARNATION, T_TIMER, T_FIRED, T_NEXT = range(8)
K_CHAIN, K_NEXT, K_NODE, K_EPOCH, K_NET = range(5)

NOT_SET = -1
"""In T_NEXT: the timer was cleared, or set anew."""
UNWATCHED, OPEN, ACKNOWLEDGED = range(3)
"""In M_WATCHED."""
NOTHING, PARCEL, LANDING, HANDLE = range(4)
"""What an event for a machine came with: nothing, a message, finished work, a timer."""

# -------------------------------------------------------------------------------- kinds of nodes
(
    COMMIT,
    FLUSH,
    PUBLISHED,
    PUBLISHED_FIRST,
    DELIVER,
    WORK_END,
    TIMER,
    RESTART_LATE,
    RELAYED,
    RETRANSMIT,
    CHECK,
    LANE_HEAD,
    EXTERNAL,
    FAULT,
    ARRIVAL,
    NOTHING_MORE,
) = range(16)

# ------------------------------------------------------------------------------------ the tables
L_LENGTH, L_FIRST, L_LAST, L_WORDS = range(4)
W_LANE, W_SAMPLER, W_INDEX, W_PAUSE, W_BASE, W_WORDS = range(6)
E_AFTER, E_ACTIVE, E_PUBLISHES, E_COUNT, E_OPERATIONS = range(5)
O_CODE, O_A, O_B, O_C, O_COUNT, O_RECIPIENTS = range(6)
"""SEND: message, event. WORK: node, epoch, attempt. SET_TIMER: timer, event, W record. CLEAR_TIMER:
timer. CHOOSE, EXPECT: node, epoch."""
S_FAMILY, S_BASE, S_A, S_B, S_COUNT, S_WORDS = range(6)
CONSTANT, UNIFORM, EXPONENTIAL, LOGNORMAL, WEIBULL, EMPIRICAL, PYTHON = range(7)

(
    B_DURATION,
    B_BUSINESS,
    B_BUSINESS_BASE,
    B_TRANSIENT,
    B_TRANSIENT_BASE,
    B_ODDS,
    B_ODDS_BASE,
    B_DELAY,
    B_ONCE,
    B_UNDOES,
    B_IS_COMPENSATION,
    B_BUSINESS_NAME,
    B_TRANSIENT_NAME,
    B_WORDS,
) = range(14)
"""Odds are the address of: how many, then pairs of (outcome, cumulative probability)."""

(
    J_PARTICIPANT,
    J_KIND,
    J_PROCESS,
    J_STAGE,
    J_COUNT,
    J_TIMES,
    J_TIMES_LENGTH,
    J_EVERY,
    J_LASTS,
    J_GAP_BASE,
    J_LENGTH,
    J_PROBABILITY,
    J_FACTOR,
    J_DELAY,
    J_BASE,
    J_PEERS,
    J_STEP,
    J_STEP_BASES,
    J_IS_BUSINESS,
    J_WORDS,
) = range(20)
STRIKE, HEAL, REPLAYED = range(3)
"""Stages of an injected fault: what its next event does."""

# ---------------------------------------------------------------------------- questions to Python
(
    ASK_ROWS,
    ASK_ENTRY,
    ASK_DONE,
    ASK_CHOSEN,
    ASK_EXTERNAL,
    ASK_START,
    ASK_QUANTILE,
    ASK_OPENING,
) = range(1, 9)  # 0 asks for memory

FAR = 4 * 10**18
"""No delay is longer: whatever is later than any run is as good as never."""

"""The first words of a run's record: what compiled code keeps, and the text does not see.

The very first are those of every compiled program (``native/header``).
"""

from __future__ import annotations

from wfmodel.native.header import ABORT, ASK, BUILD, FIRST_OWN, TABLE, TABLE_MASK

__all__ = ["ABORT", "ASK", "BUILD", "TABLE", "TABLE_MASK"]

(
    SEQUENCE,
    HEAP,
    HEAP_SIZE,
    HEAP_CAPACITY,
    ROW,
    ROW_END,
    FREE_SMALL,
    FREE_CELLS,
    FREE_INSTANCES,
    REAL,
    TELLS_GONE,
    END,
) = range(FIRST_OWN, FIRST_OWN + 12)

SMALL_WORDS = 10
"""Events, messages, timers and landed effects are of one size and share a free list."""

# ---------------------------------------------------------------------------- questions to Python
(
    ASK_ROWS,
    ASK_REACTION,
    ASK_DONE,
    ASK_CHOSEN,
    ASK_EXTERNAL,
    ASK_START,
    ASK_QUANTILE,
    ASK_OPENING,
    ASK_STORM,
    ASK_TAKES,
    ASK_NOTICE,
) = range(1, 12)  # 0 asks for memory

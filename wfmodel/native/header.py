"""What the header of every compiled program begins with: memory, questions to Python, answers."""

from __future__ import annotations

(
    BUILD,
    ASK,
    ABORT,
    BUMP,
    BUMP_END,
    TABLE,
    TABLE_MASK,
    TABLE_COUNT,
    FIRST_OWN,
) = range(9)
"""Fields of the header; a program's own begin at ``FIRST_OWN``. ASK is whom to ask, TABLE
the questions with their answers; Python sets them up."""
ASK_MEMORY = 0
"""The one question that everybody has: for so many words."""
KEY_WORDS = 6
"""Question, four words, answer plus one (zero: the slot is free)."""

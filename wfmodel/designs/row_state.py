"""What a participant's store holds of a row, and how its steps use it: in numbers, to be small.

Values are positions in the row's declaration. ``NOBODY`` stands for no value, and for no writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

NOBODY: Final = -1
SUCCESSOR: Final = -2
"""What a row becomes that goes on to its next value."""


@dataclass(frozen=True, slots=True)
class RowAccess:
    """How a step uses a row: its number, and the values that it expects and leaves there."""

    row: int
    name: str
    values: tuple[str, ...]
    expects: int = NOBODY
    becomes: int = NOBODY
    guarded: bool = False
    stale: bool = False
    lags: bool = False
    """The row has a copy that is behind."""


@dataclass(frozen=True, slots=True, order=True)
class Reading:
    """What an attempt in progress has read; ``by``: who has written since."""

    node: int
    epoch: int
    attempt: int
    value: int
    by: int = NOBODY


@dataclass(frozen=True, slots=True)
class RowState:
    """A row, its copy, who wrote it last, and who reads it. ``lost``: (who wrote, over whose)."""

    row: int
    value: int = 0
    copy: int = 0
    behind: bool = False
    """Something was written that the copy does not have yet."""
    writer: int = NOBODY
    readings: tuple[Reading, ...] = ()
    lost: tuple[tuple[int, int], ...] = ()

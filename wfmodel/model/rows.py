"""Rows of a store that several steps share: what a step expects of one, and writes into it.

A row belongs to the service whose steps use it. A step reads it when its attempt begins, and writes
it when that ends well: so what two of them do at once can be lost.

>>> take = RowUse(of="task", expects="scheduled", becomes="queued", guard="unchanged")
>>> take.conflicts, take.may_overwrite
(True, False)
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from wfmodel.model.failures import Name
from wfmodel.model.strict import STRICT
from wfmodel.model.units import Duration

CONFLICT: Final = "conflict"
"""Event of a step that found its row to be something else than it expects, or changed since."""

NEXT: Final = "next"
"""What a row becomes, relative to what is there: the value after that; the last one stays."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class StoreRow:
    """A row of a service's store: the values that it can have, the first at the beginning.

    ``lag``: how far a copy of it (a cache, a read replica) is behind, for steps that read that.
    """

    values: Annotated[tuple[Name, ...], Field(min_length=1)]
    lag: Duration | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class RowUse:
    """What a task does with a row, between its beginning and its end.

    ``guard: unchanged`` writes only where nobody has written since it was read (*compare and set*);
    else, and where the row is not what is expected, the step fails with ``conflict``.
    """

    of: Name
    expects: Name | None = None
    becomes: Name | None = None
    guard: Literal["none", "unchanged"] = "none"
    read: Literal["fresh", "stale"] = "fresh"

    @property
    def conflicts(self) -> bool:
        """Whether the step may fail with ``conflict``."""
        return self.expects is not None or self.guard == "unchanged"

    @property
    def may_overwrite(self) -> bool:
        """Whether it writes whatever was written since it read."""
        return self.becomes not in (None, NEXT) and self.guard == "none"

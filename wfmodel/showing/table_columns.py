"""Tables as columns of plain values, which every library of data frames takes.

>>> columns_of(("name", "share"), [("a", float("nan")), ("b", 0.5)])
{'name': ['a', 'b'], 'share': [None, 0.5]}

What is not known is None, as in the CSV and the JSON of the command line; names are as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import TypeAlias

TableValue: TypeAlias = str | float | bool | None
Columns: TypeAlias = dict[str, list[TableValue]]


def columns_of(names: Sequence[str], rows: Iterable[Sequence[TableValue]]) -> Columns:
    """A column for each name; each row has a value for each."""
    found: Columns = {name: [] for name in names}
    for row in rows:
        for column, value in zip(found.values(), row, strict=True):
            column.append(None if isinstance(value, float) and math.isnan(value) else value)
    return found


@singledispatch
def table_of(subject: object) -> Columns:
    """The table of an object; the modules of this package say it class by class."""
    raise TypeError(f"no table for a {type(subject).__name__}")

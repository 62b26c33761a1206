"""CSV: the whole history, a row for each thing that happened, for pandas or a spreadsheet."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Final

from wfmodel.designs.history import History, Kind
from wfmodel.escaping import csv_cell
from wfmodel.wording.histories import row_words, who_words

COLUMNS: Final = ("time_s", "instance", "participant", "kind", "what")


def csv_text(history: History) -> str:
    """A header, and the rows in order. What belongs to no instance has an empty cell there."""
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in history:
        writer.writerow(
            (
                f"{row.time_ns // 10**9}.{row.time_ns % 10**9:09d}",
                row.instance if row.instance >= 0 else "",
                csv_cell(who_words(row, history)),
                Kind(row.kind).name.lower().replace("_", "-"),
                csv_cell(row_words(row, history)),
            )
        )
    return buffer.getvalue()

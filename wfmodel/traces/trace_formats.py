"""Which formats there are, and the text of a history in each.

>>> [each.value for each in TraceFormat]
['otlp', 'perfetto', 'xes', 'csv']
"""

from __future__ import annotations

from enum import StrEnum

from wfmodel.designs.history import History
from wfmodel.traces.event_log import xes_text
from wfmodel.traces.event_table import csv_text
from wfmodel.traces.otlp_traces import otlp_text
from wfmodel.traces.perfetto_events import perfetto_text


class TraceFormat(StrEnum):
    """What other tools read."""

    OTLP = "otlp"
    PERFETTO = "perfetto"
    XES = "xes"
    CSV = "csv"


_TEXTS = {
    TraceFormat.OTLP: otlp_text,
    TraceFormat.PERFETTO: perfetto_text,
    TraceFormat.XES: xes_text,
    TraceFormat.CSV: csv_text,
}


def trace_text(history: History, form: TraceFormat) -> str:
    """The history in a format; the same history gives the same text."""
    return _TEXTS[form](history)

"""A history as other tools read it: OTLP, Perfetto's trace events, XES and CSV.

``recorded_instances`` reads a history instance by instance, once for all formats; each format is a
file of its own. Simulated time begins at ``EPOCH``, so the same run gives the same bytes.
``airflow_tables`` reads a run of an imported DAG as Airflow's tables have it. Where
records carry no identity (``correlation: false``) no trace joins what several services did.

>>> from wfmodel.traces import TraceFormat
>>> TraceFormat("xes")
<TraceFormat.XES: 'xes'>
"""

from typing import TYPE_CHECKING

from wfmodel.extras import need
from wfmodel.lazy import on_use

need("numpy")  # rows of a history

if TYPE_CHECKING:
    from wfmodel.traces.airflow_tables import TableChange, table_states
    from wfmodel.traces.trace_formats import TraceFormat, trace_text
else:
    __getattr__ = on_use(__name__)

__all__ = ["TableChange", "TraceFormat", "table_states", "trace_text"]

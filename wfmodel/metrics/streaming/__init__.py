"""Metrics on line: a run is measured while it goes on, and its rows are not kept.

``metrics`` defines; here are the same quantities once more, added up row by row in functions that
numba compiles, so that millions of instances take no memory to speak of. Start with ``meter``;
``meter_layout`` says where everything stands, ``row_reading`` takes rows up, ``state_changes``
follows an instance, ``folding`` adds it to the sums, ``totals`` makes values of them.
"""

from wfmodel.metrics.streaming.meter import Meter
from wfmodel.metrics.streaming.row_source import RowSource
from wfmodel.metrics.streaming.sketch import ERROR, Sketch
from wfmodel.metrics.streaming.totals import OnlineMeasurement

__all__ = ["ERROR", "Meter", "OnlineMeasurement", "RowSource", "Sketch"]

"""Metrics on line: a run is measured while it goes on, and its rows are not kept.

``metrics`` defines; here are the same quantities once more, added up row by row in functions that
numba compiles, so that millions of instances take no memory to speak of. Start with ``meter``;
``layout`` says where everything stands, ``reading`` takes rows up, ``walking`` follows an
instance, ``folding`` adds it to the sums, ``totals`` makes values of them.
"""

from wfmodel.metrics.online.meter import Meter
from wfmodel.metrics.online.sketch import ERROR, Sketch
from wfmodel.metrics.online.source import Source
from wfmodel.metrics.online.totals import OnlineMeasurement

__all__ = ["ERROR", "Meter", "OnlineMeasurement", "Sketch", "Source"]

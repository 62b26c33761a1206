"""Pure functions of a History, one cited definition each.

>>> measurement = measure(history)
>>> measurement.values["consistency"], measurement.classes[Terminal.LOST]

``METRICS`` is the table of all of them. Read ``globalstate`` first (what an instance's state is),
then ``tracks`` (how a history is parsed once), then any group: ``consistency``, ``ends``,
``divergence``, ``staleness``, ``recovery``, ``observability``, ``cost``, ``coupling``.
"""

from wfmodel.designs.anomalies import CLEAN, Anomaly, Terminal
from wfmodel.metrics.divergence import Series
from wfmodel.metrics.globalstate import StateGraph
from wfmodel.metrics.measurement import Measurement, measure, measure_tracks
from wfmodel.metrics.metric import Group, Metric, Undefined
from wfmodel.metrics.outages import Censored
from wfmodel.metrics.parsing import tracks_of
from wfmodel.metrics.recovery import Survival, kaplan_meier
from wfmodel.metrics.registry import METRICS
from wfmodel.metrics.tracks import Monitor, Tracks

__all__ = [
    "CLEAN",
    "METRICS",
    "Anomaly",
    "Censored",
    "Group",
    "Measurement",
    "Metric",
    "Monitor",
    "Series",
    "StateGraph",
    "Survival",
    "Terminal",
    "Tracks",
    "Undefined",
    "kaplan_meier",
    "measure",
    "measure_tracks",
    "tracks_of",
]

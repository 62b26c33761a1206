"""Pure functions of a History, one cited definition each.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.importers import load_any
>>> from wfmodel.simulation import Arrivals, Setting, simulate
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> setting = Setting(arrivals=Arrivals(every="1s"), horizon="10s")
>>> measurement = measure(simulate(orchestrate(order), setting, seed=1))
>>> round(measurement.values["global_agreement"], 3), measurement.classes[Terminal.LOST]
(0.985, 0)

``METRICS`` is the table of all of them. Read ``globalstate`` first (what an instance's state is),
then ``instance_paths`` (how a history is parsed once) and ``twin`` (what faults did to it), then
any group: ``asked_place``, ``consistency``, ``end_shares``, ``divergence``, ``staleness``,
``recovery_times``, ``observability``, ``cost`` or ``coupling``.
"""

from wfmodel.extras import need

need("numpy")  # before anything here imports it

from wfmodel.designs.anomalies import CLEAN, Anomaly, Terminal  # noqa: E402
from wfmodel.metrics.divergence import Series  # noqa: E402
from wfmodel.metrics.fault_intervals import Censored  # noqa: E402
from wfmodel.metrics.globalstate import StateGraph  # noqa: E402
from wfmodel.metrics.instance_losses import LOSSES, lost_on_derailed  # noqa: E402
from wfmodel.metrics.instance_paths import Monitor, Tracks, TwinEnds  # noqa: E402
from wfmodel.metrics.measurement import Measurement, measure, measure_tracks  # noqa: E402
from wfmodel.metrics.metric import Metric, MetricGroup, Per, Undefined  # noqa: E402
from wfmodel.metrics.metric_registry import METRICS  # noqa: E402
from wfmodel.metrics.path_parsing import tracks_of  # noqa: E402
from wfmodel.metrics.recovery_times import Survival, kaplan_meier  # noqa: E402
from wfmodel.metrics.terms import NO_TERMS, Prices, Promise, Terms  # noqa: E402
from wfmodel.metrics.twin import ends_of  # noqa: E402

__all__ = [
    "CLEAN",
    "LOSSES",
    "METRICS",
    "NO_TERMS",
    "Anomaly",
    "Censored",
    "Measurement",
    "Metric",
    "MetricGroup",
    "Monitor",
    "Per",
    "Prices",
    "Promise",
    "Series",
    "StateGraph",
    "Survival",
    "Terminal",
    "Terms",
    "Tracks",
    "TwinEnds",
    "Undefined",
    "ends_of",
    "kaplan_meier",
    "lost_on_derailed",
    "measure",
    "measure_tracks",
    "tracks_of",
]

"""Apache Airflow: from a serialised DAG (and annotations) to a Workflow.

``serialised`` reads it, ``trigger_rules`` and ``residual`` say what may follow what, ``forks`` and
``machine`` make states of that; ``catalogue`` lists every finding. Read ``translation`` next.
"""

from wfmodel.importers.airflow.translation import DagTranslation, translate

__all__ = ["DagTranslation", "translate"]

"""Apache Airflow: from a serialised DAG (and annotations) to a Workflow.

``serialised`` reads it, ``trigger_rules`` and ``residual`` say what may follow what, ``forks`` and
``run_states`` make states of that; ``dag_findings`` lists every finding. Read
``dag_translation`` next.
"""

from wfmodel.importers.airflow.dag_translation import DagTranslation, translate

__all__ = ["DagTranslation", "translate"]

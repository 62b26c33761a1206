"""Other people's formats, read to the same result as our own.

>>> from wfmodel.importers import load_any
>>> asl = '{"StartAt": "Pay", "States": {"Pay": {"Type": "Succeed"}}}'
>>> load_any("order.asl.json", text=asl).workflow.initial
'Pay'

``load_any`` decides by content and finds the annotation file by name; ``load_all`` also reads the
machines inside templates. Read ``asl`` for Amazon States Language, ``embedded`` for larger files,
``airflow`` for DAGs of Apache Airflow,
``annotations`` for what no such format says.
"""

from typing import TYPE_CHECKING

from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.importers.airflow.dag_file import load_dag
    from wfmodel.importers.annotations import Annotations, StateAnnotation
    from wfmodel.importers.any_format import load_all, load_any
    from wfmodel.importers.asl.asl_file import load_asl
else:
    __getattr__ = on_use(__name__)

__all__ = ["Annotations", "StateAnnotation", "load_all", "load_any", "load_asl", "load_dag"]

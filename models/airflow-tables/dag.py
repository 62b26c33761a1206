"""Five tasks for Apache Airflow 3: four in a row, and one that runs if any of them fails.

``workflow.json`` is this file as Airflow 3.3.2 serialises it. wfmodel reads that, and runs nothing.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, TriggerRule

with DAG(dag_id="five_tasks", schedule=None, start_date=datetime(2026, 1, 1)) as dag:
    extract = BashOperator(task_id="extract", bash_command="sleep 60")
    transform = BashOperator(
        task_id="transform",
        bash_command="sleep 60",
        retries=2,
        retry_delay=timedelta(seconds=5),
    )
    load = BashOperator(task_id="load", bash_command="sleep 60")
    publish = BashOperator(task_id="publish", bash_command="sleep 60")
    alert = BashOperator(
        task_id="alert", bash_command="sleep 30", trigger_rule=TriggerRule.ONE_FAILED
    )
    extract >> transform >> load >> publish
    [extract, transform, load, publish] >> alert

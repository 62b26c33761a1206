"""A nightly DAG: wait for the export, transform on a cluster, load, judge, publish or quarantine.

``workflow.json`` is this file as Airflow 3.3.2 serialises it. wfmodel reads that, and runs nothing.
"""

from datetime import datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.python import BranchPythonOperator
from airflow.providers.standard.sensors.python import PythonSensor
from airflow.sdk import DAG, TaskGroup, TriggerRule


def is_exported() -> bool:
    """Whether the shop has written yesterday's files."""
    return True


def judge() -> str:
    """Publish what is complete, and set aside what is not."""
    return "publish"


with DAG(
    dag_id="nightly_sales",
    description="Yesterday's sales into the warehouse, before the offices open.",
    schedule="0 2 * * *",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=6),
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=5),
        "execution_timeout": timedelta(hours=1),
    },
) as dag:
    wait_for_export = PythonSensor(
        task_id="wait_for_export",
        python_callable=is_exported,
        mode="reschedule",
        poke_interval=60,
        timeout=4 * 3600,
    )
    start_cluster = BashOperator(task_id="start_cluster", bash_command="cluster up").as_setup()
    with TaskGroup("transform") as transform:
        for part in ("orders", "customers"):
            BashOperator(
                task_id=part,
                bash_command=f"transform {part}",
                pool="cluster",
                retry_exponential_backoff=2,
                max_retry_delay=timedelta(minutes=30),
            )
    load = BashOperator(task_id="load", bash_command="load", pool="warehouse")
    stop_cluster = BashOperator(task_id="stop_cluster", bash_command="cluster down")
    stop_cluster.as_teardown(setups=start_cluster)
    decide = BranchPythonOperator(task_id="judge", python_callable=judge, retries=0)
    publish = BashOperator(task_id="publish", bash_command="publish", pool="warehouse")
    quarantine = BashOperator(task_id="quarantine", bash_command="set aside", pool="warehouse")
    report = BashOperator(
        task_id="report",
        bash_command="report",
        trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
    )

    wait_for_export >> start_cluster >> transform >> load >> stop_cluster
    load >> decide >> [publish, quarantine] >> report

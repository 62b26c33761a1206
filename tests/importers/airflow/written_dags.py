"""Serialised DAGs, written by hand, and what becomes of them."""

from wfmodel.importers.airflow import translate
from wfmodel.importers.annotations import Annotations


def task(name, *below, **fields):
    return {
        "__type": "operator",
        "__var": {
            "task_id": name,
            "task_type": "BashOperator",
            "downstream_task_ids": list(below),
            **fields,
        },
    }


def dag(*tasks, version=3, **fields):
    return {"__version": version, "dag": {"dag_id": "d", "tasks": list(tasks), **fields}}


def states(*tasks, notes=None, **fields):
    done = translate(dag(*tasks, **fields), Annotations(states=notes or {}))
    assert done.workflow is not None, [str(f) for f in (*done.findings, *done.annotation_findings)]
    return done.workflow.states


def codes(value, notes=None):
    done = translate(value, Annotations(states=notes or {}))
    return [finding.code for finding in (*done.findings, *done.annotation_findings)]


def branch(name, *below):
    return task(name, *below, task_type="BranchPythonOperator", _can_skip_downstream=True)

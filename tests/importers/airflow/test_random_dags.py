"""Any DAG: the imported workflow runs the tasks, and ends, as the trigger rules say."""

from __future__ import annotations

import random

import pytest

from tests.importers.airflow.test_against_airflow import SKIPS_ITSELF
from tests.importers.airflow.walking import walk
from wfmodel.importers.airflow import translate
from wfmodel.importers.airflow.dag_findings import RACED_SKIP
from wfmodel.importers.airflow.graph import graph_of
from wfmodel.importers.airflow.operators import Skipping, skipping
from wfmodel.importers.airflow.residual import EndState
from wfmodel.importers.airflow.serialised import read_dag
from wfmodel.importers.airflow.trigger_rules import TRIGGER_RULES
from wfmodel.importers.annotations import Annotations
from wfmodel.model.flow import build_flow

BAD = {EndState.FAILED, EndState.UPSTREAM_FAILED}
GROUPS = 20


def some_dag(draw: random.Random):
    """A serialised DAG of two to nine tasks, and annotations."""
    count = draw.randint(2, 9)
    above = [
        sorted(draw.sample(range(i), min(draw.choice([0, 1, 1, 2, 2, 3]), i))) for i in range(count)
    ]
    rules = TRIGGER_RULES if draw.random() < 0.5 else ("all_success",)
    tasks, notes = [], {}
    for i in range(count):
        below = [f"t{j}" for j in range(count) if i in above[j]]
        task = {"task_id": f"t{i}", "task_type": "PythonOperator", "downstream_task_ids": below}
        if above[i] and draw.random() < 0.5:
            task["trigger_rule"] = draw.choice(rules)
        kind = draw.random()
        if below and kind < 0.25:
            task["task_type"] = "BranchOperator" if kind < 0.15 else "ShortCircuitOperator"
            task["_can_skip_downstream"] = True
        elif kind < 0.4:
            notes[f"t{i}"] = SKIPS_ITSELF
        if below and draw.random() < 0.1:
            task["is_setup"] = True
        if above[i] and draw.random() < 0.1:
            task |= {"is_teardown": True, "trigger_rule": "all_done_setup_success"}
            task["on_failure_fail_dagrun"] = draw.random() < 0.5
        tasks.append({"__type": "operator", "__var": task})
    return {"__version": 3, "dag": {"dag_id": "d", "tasks": tasks}}, notes


def some_fates(draw, graph, operators):
    """A way for each task, and the same as ``walk`` wants it."""
    ways, fates = {}, {}
    for task in graph.dag.nodes:
        every = graph.dag.ways(task)
        index = draw.randrange(len(every))
        ways[task] = every[index]
        [end] = every[index].ends
        match end, skipping(operators[task]):
            case EndState.FAILED, _:
                fates[task] = "F"
            case EndState.SKIPPED, _:
                fates[task] = "K"
            case _, Skipping.BRANCH:
                fates[task] = operators[task].downstream[index]
            case _, Skipping.ALL:
                fates[task] = ("go", "stop")[index]
            case _:
                fates[task] = "S"
    return ways, fates


@pytest.mark.parametrize("group", range(GROUPS))
def test_a_workflow_runs_what_the_rules_run(group):
    draw = random.Random(group)
    compared = 0
    for _ in range(15):
        value, notes = some_dag(draw)
        done = translate(value, Annotations(states=notes))
        if any(finding.code == RACED_SKIP.code for finding in done.findings):
            continue
        assert build_flow(done.workflow).problems == ()
        dag, _ = read_dag(value)
        graph = graph_of(dag, {}, notes)
        for _ in range(8):
            ways, fates = some_fates(draw, graph, dag.operators)
            ends = graph.dag.play(ways)
            failed = any(graph.dag.nodes[task].counts and end & BAD for task, end in ends.items())
            run, ran = walk(done.workflow, fates)
            assert run == ("failed" if failed else "success"), (value, fates)
            assert {task for task in ran if fates[task] != "K"} == {
                task for task, end in ends.items() if end & {EndState.SUCCESS, EndState.FAILED}
            }, (value, fates)
            compared += 1
    assert compared > 20

"""What tasks end as: recorded from Airflow itself, beside what is imported.

``recorded.json`` holds runs of ``dag.test()``: every trigger rule over every set of ends of the
upstream tasks (success, failed, skipped, upstream_failed), and random DAGs with branches, short
circuits, setups and teardowns (those in which who is first decides, which is a finding, left out).
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.importers.airflow.walking import walk
from wfmodel.importers.airflow import translate
from wfmodel.importers.airflow.graph import graph_of
from wfmodel.importers.airflow.residual import EndState, TaskEnding
from wfmodel.importers.airflow.serialised import read_dag
from wfmodel.importers.airflow.trigger_rules import TRIGGER_RULES, Seen, decide
from wfmodel.importers.annotations import Annotations, StateAnnotation
from wfmodel.model.failures import FailureKind, FailureMode

RECORDED = json.loads(Path(__file__).with_name("recorded.json").read_text(encoding="utf-8"))
LETTERS = {
    "S": Seen.SUCCESS,
    "F": Seen.FAILED,
    "K": Seen.SKIPPED,
    "U": Seen.UPSTREAM_FAILED,
}
SKIPS_ITSELF = StateAnnotation(failures={"skipped": FailureMode(FailureKind.BUSINESS, 0.0)})


def test_every_trigger_rule_but_that_of_teardowns_was_recorded():
    # In DAGs, a teardown's rule goes with its setup: the random DAGs have it.
    assert set(RECORDED["rules"]) == set(TRIGGER_RULES) - {"all_done_setup_success"}
    assert all(len(table) == 15 for table in RECORDED["rules"].values())


@pytest.mark.parametrize("rule", sorted(RECORDED["rules"]))
def test_a_trigger_rule_decides_as_airflow_does(rule):
    for ends, state in RECORDED["rules"][rule].items():
        seen = frozenset(LETTERS[each] for each in ends)
        decision = decide(rule, seen, open_ended=False)
        assert {"run": "success"}.get(decision, decision) == state, (rule, ends)


@pytest.mark.parametrize("rule", sorted(RECORDED["rules"]))
def test_what_is_decided_early_stays(rule):
    for ends in RECORDED["rules"][rule]:
        seen = frozenset(LETTERS[each] for each in ends)
        early = decide(rule, seen, open_ended=True)
        if rule == "all_success" and early == "skipped":
            continue  # what fails later comes too late
        for more in ("S", "F", "K", "U"):
            late = decide(rule, seen | {LETTERS[more]}, open_ended=False)
            assert early is None or early == late, (rule, ends, more)


def serialised(record):
    tasks = [{"__type": "operator", "__var": task} for task in record["tasks"]]
    return {"__version": 3, "dag": {"dag_id": "random", "tasks": tasks}}


def ways(graph, operators, fates):
    """The recorded ends, as the importer's."""
    found = {}
    for task, fate in fates.items():
        if fate in ("F", "K"):
            found[task] = TaskEnding(
                frozenset({EndState.FAILED if fate == "F" else EndState.SKIPPED})
            )
        elif fate not in ("S", "go"):
            index = 1 if fate == "stop" else operators[task].downstream.index(fate)
            found[task] = graph.dag.ways(task)[index]
    return found


@pytest.mark.parametrize("index", range(len(RECORDED["dags"])))
def test_a_random_dag_ends_as_in_airflow(index):
    record = RECORDED["dags"][index]
    fates, ends = record["fates"], record["ends"]
    notes = {task: SKIPS_ITSELF for task, fate in fates.items() if fate == "K"}
    done = translate(serialised(record), Annotations(states=notes))
    dag, _ = read_dag(serialised(record))
    graph = graph_of(dag, {}, notes)
    played = graph.dag.play(ways(graph, dag.operators, fates))
    assert {task: {str(each) for each in end} for task, end in played.items()} == {
        task: {end} for task, end in ends.items()
    }
    run, ran = walk(done.workflow, fates)
    assert run == record["run"]
    assert {task for task in ran if fates[task] != "K"} == {
        task for task, end in ends.items() if end in ("success", "failed")
    }

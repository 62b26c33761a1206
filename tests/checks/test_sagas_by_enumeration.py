"""The saga rules against an enumeration of every run of random small sagas."""

from __future__ import annotations

from hypothesis import assume, given, settings

from tests.checks.enumeration import enumerate_runs
from tests.checks.game import replay
from tests.checks.sagas import sagas
from wfmodel.checks import check_workflow
from wfmodel.model.findings import Severity
from wfmodel.model.flow import build_flow
from wfmodel.model.workflow import Parallel, Workflow


def found_by(workflow: Workflow, code: str) -> dict[str, bool]:
    findings = [f for f in check_workflow(workflow) if f.code == code]
    flow = build_flow(workflow, expand_copies=False)
    names = {node.path: node.name for node in flow.nodes}
    # W1 also speaks of good ends after a compensation, at the end's own place.
    return {
        names[f.path]: f.severity is Severity.ERROR
        for f in findings
        if "says succeeded" not in f.message
    }


def compensations_out_of_sight(workflow: Workflow) -> set[str]:
    """Of steps outside, in regions that a join need not wait for: W3's page leaves them out."""
    flow = build_flow(workflow, expand_copies=False)
    return {
        node.name
        for node in flow.nodes
        if node.undoes is not None
        and (fork := flow.scopes[node.scope].fork) is not None
        and isinstance(state := flow.nodes[fork].state, Parallel)
        and state.siblings == "finish"
        and state.needed < state.width
        and flow.nodes[node.undoes].scope != node.scope
    }


@settings(max_examples=2000, deadline=None)
@given(sagas())
def test_what_is_left_behind_is_what_some_run_leaves_behind(workflow: Workflow):
    verdicts = enumerate_runs(build_flow(workflow, expand_copies=False))
    assume(verdicts is not None)
    assert verdicts is not None
    assert found_by(workflow, "W2") == verdicts.w2
    assert found_by(workflow, "W1") == verdicts.w1
    beyond = compensations_out_of_sight(workflow)
    assert set(found_by(workflow, "W3")) - beyond == verdicts.w3 - beyond
    assert set(found_by(workflow, "W6")) == verdicts.w6
    assert any(found_by(workflow, "W8").values()) >= verdicts.w8


@settings(max_examples=2000, deadline=None)
@given(sagas())
def test_every_run_that_is_shown_is_a_run(workflow: Workflow):
    flow = build_flow(workflow, expand_copies=False)
    for finding in check_workflow(workflow):
        replay(flow, finding.trace)

"""One workflow with another way to recover: try again without end, or give up and undo.

*Forward recovery* repeats a step until it succeeds; *backward recovery* undoes what was done before
it (Garcia-Molina & Salem, Sagas, 1987, section 4). What is declared is usually a mixture of both.
Nobody can go forward after a business failure: that one leads where it is declared to lead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from wfmodel.designs.knobs import Recovery
from wfmodel.model.failures import FailureKind, RetryPolicy
from wfmodel.model.state_events import raised_events
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import FAILURE, ROLLBACK, Parallel, State, Task, Workflow

PAUSE: Final = parse_duration("1s")
"""Between two attempts, where the workflow declares no retries."""


def with_recovery(workflow: Workflow, strategy: Recovery) -> Workflow:
    """The workflow as it recovers by this strategy; its states keep their names and order."""
    if strategy is Recovery.DECLARED:
        return workflow
    workflows = {
        name: replace(each, states=_states(each.states, strategy))
        for name, each in workflow.workflows.items()
    }
    return replace(workflow, states=_states(workflow.states, strategy), workflows=workflows)


def _states(states: Mapping[str, State], strategy: Recovery) -> dict[str, State]:
    return {name: _state(state, strategy) for name, state in states.items()}


def _state(state: State, strategy: Recovery) -> State:
    if isinstance(state, Parallel):
        regions = tuple(
            replace(region, states=_states(region.states, strategy)) for region in state.regions
        )
        return replace(state, regions=regions)
    if not isinstance(state, Task) or state.compensates is not None:
        return state
    return _forward(state) if strategy is Recovery.FORWARD else _backward(state)


def _forward(task: Task) -> Task:
    """Whatever another attempt may mend is tried again."""
    transient = [n for n, mode in task.failures.items() if mode.kind is FailureKind.TRANSIENT]
    if not transient and task.timeout is None:
        return task
    policy = task.retry or RetryPolicy(backoff=PAUSE)
    return replace(task, retry=replace(policy, attempts=None, on=()))


def _backward(task: Task) -> Task:
    """The first failure counts; where nothing handles it, what was done is undone."""
    once = replace(task, retry=None)
    if FAILURE in once.on or set(raised_events(once)) <= set(once.on):
        return once
    return replace(once, on={**once.on, FAILURE: ROLLBACK})

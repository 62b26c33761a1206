"""One workflow with another way to recover: try again without end, or give up and undo.

*Forward recovery* repeats a step until it succeeds; *backward recovery* undoes what was done before
it (Garcia-Molina & Salem, Sagas, 1987, section 4). What is declared is usually a mixture of both.
Nobody can go forward after a business failure: that one leads where it is declared to lead. Only a
fork cannot tell the two apart: one that has no handler undoes whatever has failed in its regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from wfmodel.designs.knobs import Recovery
from wfmodel.model.failures import FailureKind, RetryPolicy
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import (
    FAILURE,
    ROLLBACK,
    TIMEOUT,
    Outcome,
    Parallel,
    State,
    SubWorkflow,
    Task,
    Workflow,
)

PAUSE: Final = parse_duration("1s")
"""Between two attempts, where the workflow declares no retries."""
ABORTED: Final = Outcome.ABORTED.value


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
    match state:
        case Parallel():
            return _fork(state, strategy)
        case SubWorkflow() if strategy is Recovery.BACKWARD and not _covers(state, ABORTED):
            return replace(state, on={**state.on, ABORTED: ROLLBACK})
        case Task() if state.compensates is None:
            return _forward(state) if strategy is Recovery.FORWARD else _backward(state)
        case _:
            return state


def _fork(fork: Parallel, strategy: Recovery) -> Parallel:
    """Regions recover each for itself; where one has given up and nothing handles that, all do."""
    regions = tuple(
        replace(region, states=_states(region.states, strategy)) for region in fork.regions
    )
    gives_up = any(given != made for given, made in zip(fork.regions, regions, strict=True))
    if strategy is Recovery.BACKWARD and gives_up and not _covers(fork, FAILURE):
        return replace(fork, regions=regions, on={**fork.on, FAILURE: ROLLBACK})
    return replace(fork, regions=regions)


def _covers(state: Task | Parallel | SubWorkflow, event: str) -> bool:
    return event in state.on or FAILURE in state.on


def _may_pass(task: Task) -> tuple[str, ...]:
    """What another attempt may mend."""
    names = [n for n, mode in task.failures.items() if mode.kind is FailureKind.TRANSIENT]
    return (*names, TIMEOUT) if task.timeout is not None else tuple(names)


def _forward(task: Task) -> Task:
    """Whatever another attempt may mend is tried again."""
    if not _may_pass(task):
        return task
    policy = task.retry or RetryPolicy(backoff=PAUSE)
    return replace(task, retry=replace(policy, attempts=None, on=()))


def _backward(task: Task) -> Task:
    """The first failure counts; where nothing handles it, what was done is undone."""
    once = replace(task, retry=None)
    undone = {event: ROLLBACK for event in _may_pass(task) if not _covers(once, event)}
    return replace(once, on={**once.on, **undone}) if undone else once

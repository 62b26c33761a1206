"""A run of an imported workflow, written plainly: which tasks run, and how the run ends.

``fates`` gives the end of each task that runs: ``S``, ``F`` and ``K`` (it skips itself), ``go`` or
``stop`` for a short circuit, else the task that a branching task follows. Regions run one after the
other, each to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wfmodel.model.workflow import FAILURE, Choice, Final, Outcome, Parallel, Task, Wait, Workflow

SAID = {"go": "it goes on", "stop": "it stops here"}


def walk(workflow: Workflow, fates: Mapping[str, str]) -> tuple[str, set[str]]:
    """How the run ends, as a DAG run does, and the tasks that ran."""
    ran: set[str] = set()
    well = _machine(workflow.states, workflow.initial, fates, ran)
    return "success" if well else "failed", ran


def _machine(states: Mapping[str, Any], name: str, fates: Mapping[str, str], ran: set[str]) -> bool:
    fate = "S"
    while True:
        state = states[name]
        match state:
            case Final():
                return state.outcome is Outcome.SUCCEEDED
            case Task():
                task = state.action or name
                assert task not in ran, f"{task} runs twice"
                ran.add(task)
                fate = fates.get(task, "S")
                name = {"F": state.on.get(FAILURE), "K": state.on.get("skipped")}.get(
                    fate, state.next
                )
            case Wait():
                name = state.next
            case Choice():
                wanted = SAID.get(fate, f"{fate} is followed")
                ways = {branch.when: branch.next for branch in state.branches}
                name = ways.get(wanted, state.default)
            case Parallel():
                ends = [_machine(r.states, r.initial, fates, ran) for r in state.regions]
                name = state.next if sum(ends) >= state.needed else state.on[FAILURE]

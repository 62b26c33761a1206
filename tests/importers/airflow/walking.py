"""A run of an imported workflow, written plainly: which tasks run, and how the run ends.

Ends are given by task: ``S``, ``F`` and ``K`` (it skips itself), ``stop`` for a short circuit that
stops, else the task that a branching task follows. Regions run one after the other to their ends.
"""

from __future__ import annotations

from collections.abc import Mapping

from wfmodel.model.workflow import FAILURE, Choice, Final, Outcome, Parallel, Task, Wait, Workflow


def walk(workflow: Workflow, fates: Mapping[str, str]) -> tuple[str, set[str]]:
    """How the run ends (as a DAG run does), and the tasks that ran."""
    ran: set[str] = set()
    well = _machine(workflow.states, workflow.initial, fates, ran)
    return "success" if well else "failed", ran


def _machine(states, name, fates, ran) -> bool:
    task = ""
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
                if fate == "F":
                    name = state.on[FAILURE]
                else:
                    name = state.on["skipped"] if fate == "K" else state.next
            case Wait():
                name = state.next
            case Choice():
                words = [branch.when for branch in state.branches]
                fate = fates[task]
                wanted = "it stops here" if fate == "stop" else "it goes on" if fate == "go" else ""
                wanted = wanted or f"{fate} is followed"
                name = (
                    state.branches[words.index(wanted)].next if wanted in words else state.default
                )
            case Parallel():
                ends = [
                    _machine(region.states, region.initial, fates, ran)
                    for region in state.regions
                    for _ in range(1)
                ]
                enough = sum(ends) >= (
                    len(ends) if state.join == "all" else 1 if state.join == "any" else state.join
                )
                name = state.next if enough else state.on[FAILURE]

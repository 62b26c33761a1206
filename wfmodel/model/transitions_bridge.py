"""To and from ``transitions``: its machines are a fine edge, ours stay pure.

``to_transitions`` gives a flat machine over the states of one scope: its triggers are our events.
What a flat machine cannot say (regions that run side by side) is a state of its own there, with
``done`` and ``failure`` as its events. ``from_transitions`` reads a machine's states and triggers
as a Workflow whose tasks do nothing yet: the skeleton of a declaration.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from transitions import Machine

from wfmodel.model.failures import FailureKind, FailureMode
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.workflow import DONE, Branch, Choice, Final, Outcome, State, Task, Workflow


def trigger_of(event: str) -> str:
    """The name of the method that raises an event: letters, digits and underscores."""
    word = re.sub(r"\W", "_", event)
    return f"on_{word}" if not word or word[0].isdigit() else word


def to_transitions(workflow: Workflow) -> Machine:
    """A ``transitions`` machine of the workflow's main scope, sub-workflows inlined.

    Its states are the flow's nodes by name, its triggers ``trigger_of(event)``. Ends are final.

    Raises:
        ValueError: the workflow has no known initial state.
    """
    flow = build_flow(workflow, expand_copies=False)
    nodes = [node for node in flow.in_scope(0) if node.kind is not NodeKind.COMPENSATION]
    states = [{"name": node.name, "final": node.kind is NodeKind.FINAL} for node in nodes]
    transitions = [
        {
            "trigger": trigger_of(edge.event),
            "source": node.name,
            "dest": flow.nodes[edge.target].name,
        }
        for node in nodes
        for edge in node.edges
    ]
    return Machine(
        states=states,
        transitions=transitions,
        initial=flow.nodes[flow.initial].name,
        auto_transitions=False,
        send_event=False,
    )


def from_transitions(
    machine: Machine,
    *,
    name: str = "imported",
    service: str = "unknown",
    outcomes: Mapping[str, Outcome] | None = None,
) -> Workflow:
    """The skeleton of a workflow from a machine's states and triggers.

    A state that has no way out, or is marked final, becomes a final state (``outcomes`` says how it
    ends; else ``succeeded``). A state with a trigger ``done`` or a single trigger becomes a task
    whose other triggers are its failures; one with several other triggers, a choice between them.
    Conditions and callbacks of the machine are code and are not carried over.
    """
    ways: dict[str, dict[str, str]] = {state: {} for state in machine.states}
    for trigger, event in machine.events.items():
        for source, transitions in event.transitions.items():
            for transition in transitions:
                ways[source].setdefault(trigger, transition.dest or source)
    states = {
        state: _state(state, out, machine, service, outcomes or {}) for state, out in ways.items()
    }
    return Workflow(name=name, initial=str(machine.initial), states=states)


def _state(
    name: str,
    ways: Mapping[str, str],
    machine: Machine,
    service: str,
    outcomes: Mapping[str, Outcome],
) -> State:
    if not ways or getattr(machine.get_state(name), "final", False):
        return Final(outcome=outcomes.get(name, Outcome.SUCCEEDED))
    if DONE in ways or len(ways) == 1:
        forward = DONE if DONE in ways else next(iter(ways))
        failures = {
            trigger: FailureMode(FailureKind.BUSINESS) for trigger in ways if trigger != forward
        }
        on = {trigger: target for trigger, target in ways.items() if trigger != forward}
        return Task(service=service, next=ways[forward], failures=failures, on=on)
    return Choice(
        branches=tuple(Branch(when=trigger, next=target) for trigger, target in ways.items())
    )

"""States of one instance share what they have in common, or a long workflow fills the memory."""

from __future__ import annotations

from wfmodel.designs import orchestrate
from wfmodel.designs.messages import Received, Reply, Start
from wfmodel.model.workflow import Final, Task, Workflow

STEPS = 300


def test_a_chain_makes_as_many_pairs_as_it_has_steps():
    """A pair for a step that begins and one for the same step done; without sharing, n squared."""
    states = {f"s{i}": Task(service="a", next=f"s{i + 1}") for i in range(STEPS)}
    states |= {f"s{STEPS}": Final(outcome="succeeded")}
    system = orchestrate(Workflow(name="chain", initial="s0", states=states))
    machine = system.machines["orchestrator"]
    state, _ = machine.react(machine.initial, Received(Start()))
    seen = [state]
    for node in range(STEPS):
        state, _ = machine.react(state, Received(Reply(node, 0, 1, "done")))
        seen.append(state)
    assert len(state.steps) == STEPS
    pairs = {id(pair): pair for each in seen for pair in each.steps}
    assert len(pairs) == 2 * STEPS
    assert all(list(each.steps) == sorted(each.steps) for each in seen)

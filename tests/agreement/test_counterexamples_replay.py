"""Two drivers of the same machines agree: whatever the explorer finds, the simulator can do.

Every configuration of a state space is the end of some run; a run becomes a schedule, the schedule
is played by the simulator's own parts, and its history is accepted and ends in that configuration.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.worlds import knobs
from tests.designs.workflows import workflows
from wfmodel.designs import System, choreograph, orchestrate
from wfmodel.designs.schedule import parse_schedule, schedule_text
from wfmodel.experiments.kept_counterexample import still_happens
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.configuration import Configuration
from wfmodel.exploration.explorer import search
from wfmodel.exploration.properties import STANDARD, Explored, Violated, decide, parse_property
from wfmodel.exploration.replayed import configurations_at_end
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.space import resting
from wfmodel.model.workflow import Workflow
from wfmodel.simulation.replay import replay

BOTH = {"orchestration": orchestrate, "choreography": choreograph}
few = st.integers(0, 1)
budgets = st.builds(FaultBudget, few, few, few, few, few, few, st.just(()))


def unpaused(config: Configuration) -> Configuration:
    """Acceptance does not follow pauses: they change what may come next, and no state."""
    return config._replace(cells=tuple(cell._replace(paused=False) for cell in config.cells))


def replays(system: System, budget: FaultBudget, numbers) -> None:
    space = search(system, budget, limit=300)
    explored = Explored(space)
    for number in numbers(space):
        run = explored.trace_to(number)
        acts = schedule_of(space, run)
        history = replay(system, acts)
        assert parse_schedule(schedule_text(acts)) == acts
        ends = configurations_at_end(system, history, table=space.table)
        assert unpaused(space.configuration(number)) in ends


@pytest.mark.parametrize("design", sorted(BOTH))
@settings(max_examples=60)
@given(st.data())
def test_every_run_of_the_explorer_can_be_played_in_the_simulator(design: str, data: st.DataObject):
    workflow: Workflow = data.draw(workflows(timeouts=True), label="workflow")
    system = BOTH[design](workflow, data.draw(knobs(), label="knobs"))
    budget = data.draw(budgets, label="budget")

    def chosen(space):
        ends = resting(space)[:3]
        return [*ends, data.draw(st.integers(0, len(space) - 1), label="configuration")]

    replays(system, budget, chosen)


@settings(max_examples=60)
@given(workflows(timeouts=True), st.sampled_from(sorted(BOTH)), knobs(), budgets)
def test_every_counterexample_still_happens_when_it_is_played(workflow, design, given, budget):
    system = BOTH[design](workflow, given)
    space = search(system, budget, limit=400)
    claims = [parse_property(claim, system) for claim in STANDARD]
    for claim, answer in zip(STANDARD, decide(space, claims), strict=True):
        if isinstance(answer, Violated):
            acts = schedule_of(space, answer.counterexample)
            assert still_happens(system, schedule_text(acts), claim, budget), claim

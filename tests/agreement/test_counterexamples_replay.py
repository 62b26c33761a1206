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
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.explorer import search
from wfmodel.exploration.properties import Explored
from wfmodel.exploration.replayed import configurations_at_end
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.space import resting
from wfmodel.model.workflow import Workflow
from wfmodel.simulation.replay import replay

BOTH = {"orchestration": orchestrate, "choreography": choreograph}
budgets = st.builds(
    FaultBudget,
    crashes=st.integers(0, 1),
    losses=st.integers(0, 1),
    duplicates=st.integers(0, 1),
    timeouts=st.integers(0, 1),
    failures=st.integers(0, 1),
) | st.builds(FaultBudget, pauses=st.integers(1, 1), timeouts=st.integers(0, 1))


def replays(system: System, budget: FaultBudget, numbers) -> None:
    space = search(system, budget, limit=300)
    explored = Explored(space)
    for number in numbers(space):
        run = explored.trace_to(number)
        acts = schedule_of(space, run)
        history = replay(system, acts)
        assert parse_schedule(schedule_text(acts)) == acts
        ends = configurations_at_end(system, history, table=space.table)
        assert space.configuration(number) in ends


@pytest.mark.parametrize("design", sorted(BOTH))
@settings(max_examples=25)
@given(st.data())
def test_every_run_of_the_explorer_can_be_played_in_the_simulator(design: str, data: st.DataObject):
    workflow: Workflow = data.draw(workflows(timeouts=True), label="workflow")
    system = BOTH[design](workflow, data.draw(knobs(), label="knobs"))
    budget = data.draw(budgets, label="budget")

    def chosen(space):
        ends = resting(space)[:3]
        return [*ends, data.draw(st.integers(0, len(space) - 1), label="configuration")]

    replays(system, budget, chosen)

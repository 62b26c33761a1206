"""Two drivers of the same machines agree: whatever the explorer finds, the simulator can do.

Every configuration of a state space is the end of some run; a run becomes a schedule, the schedule
is played by the simulator's own parts, and its history is accepted and ends in that configuration.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agreement.final_configurations import configurations_at_end
from tests.agreement.telling import replayable
from tests.agreement.worlds import EACH, drawn_system, knobs
from tests.designs.workflows import workflows
from wfmodel.designs import System
from wfmodel.designs.trace_script import parse_schedule, schedule_text
from wfmodel.experiments.kept_counterexample import still_happens
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.properties import STANDARD, Explored, Violated, decide, parse_property
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.state_space import resting
from wfmodel.model.workflow import Workflow
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FAULTS
from wfmodel.simulation.replay import replay

pytestmark = pytest.mark.long


few = st.integers(0, 1)
budgets = st.builds(FaultBudget, **dict.fromkeys(FAULTS, few))


def recorded(config: Configuration) -> tuple[object, ...]:
    """Without what leaves no row: a pause, what never comes, an effect that was there already, an
    undo outside that found nothing and left word, what a backup holds that nobody restores.
    """
    under_way = {work[:2] for cell in config.cells for work in cell.landed}
    applied = frozenset(config.world.applied) - under_way
    unseen = {"paused": False, "expected": (), "late": (), "landed": (), "past": ()}
    cells = (cell._replace(**unseen) for cell in config.cells)
    return (*cells, config.inboxes, config.effects, applied)


def replays(system: System, budget: FaultBudget, numbers) -> None:
    space = search(system, budget, limit=300)
    explored = Explored(space)
    for number in numbers(space):
        run = explored.trace_to(number)
        acts = schedule_of(space, run)
        with replayable(system, schedule=schedule_text(acts)):
            history = replay(system, acts)
            assert parse_schedule(schedule_text(acts)) == acts
            ends = configurations_at_end(system, history, table=space.table)
            assert recorded(space.configuration(number)) in set(map(recorded, ends))


@pytest.mark.parametrize("design", sorted(EACH))
@settings(max_examples=60)
@given(st.data())
def test_every_run_of_the_explorer_can_be_played_in_the_simulator(design: str, data: st.DataObject):
    workflow: Workflow = data.draw(workflows(timeouts=True, outside=True), label="workflow")
    system = drawn_system(data, design, workflow, data.draw(knobs(), label="knobs"))
    budget = data.draw(budgets, label="budget")

    def chosen(space):
        ends = resting(space)[:3]
        return [*ends, data.draw(st.integers(0, len(space) - 1), label="configuration")]

    replays(system, budget, chosen)


@settings(max_examples=60)
@given(
    workflows(timeouts=True, outside=True),
    st.sampled_from(sorted(EACH)),
    knobs(),
    budgets,
    st.data(),
)
def test_every_counterexample_still_happens_when_it_is_played(
    workflow, design, given, budget, data
):
    system = drawn_system(data, design, workflow, given)
    space = search(system, budget, limit=400)
    claims = [parse_property(claim, system) for claim in STANDARD]
    for claim, answer in zip(STANDARD, decide(space, claims), strict=True):
        if isinstance(answer, Violated):
            acts = schedule_of(space, answer.counterexample)
            with replayable(system, schedule=schedule_text(acts)):
                assert still_happens(system, schedule_text(acts), claim, budget), claim

"""All that a report needs of a scenario, in one call: the comparison and what surrounds it."""

from __future__ import annotations

from dataclasses import dataclass

from wfmodel.display import Shown
from wfmodel.experiments.comparison import Comparison
from wfmodel.experiments.cross_check import BothSides, explored
from wfmodel.experiments.example_instance import Story, tell
from wfmodel.experiments.one_factor_runs import SweepResult, run_sweep
from wfmodel.experiments.reachability import MOST_STATES
from wfmodel.experiments.replications import run
from wfmodel.experiments.run_spec import Progress
from wfmodel.experiments.scenario import Scenario
from wfmodel.experiments.sensitivity_runs import Changed, run_what_ifs
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, repr=False)
class Study(Shown):
    """A comparison, its sweep, its what-ifs, one instance followed, and what can happen at all
    (None: nobody asked).
    """

    comparison: Comparison
    sweep: SweepResult | None
    changed: tuple[Changed, ...]
    story: Story
    sides: BothSides | None = None


def study(
    scenario: Scenario,
    workflow: Workflow,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
    most_states: int = MOST_STATES,
) -> Study:
    """Run a scenario with all that it asks for.

    ``most_states``: how many configurations one exploration looks into; 0: nothing is explored.

    Raises:
        ValueError: the workflow cannot run, ``primary`` names a metric that does not exist, or no
            instance arrives.
    """
    comparison = run(scenario, workflow, jobs=jobs, progress=progress)
    return Study(
        comparison,
        run_sweep(scenario, workflow, jobs=jobs, progress=progress),
        run_what_ifs(comparison, jobs=jobs, progress=progress),
        tell(scenario, workflow),
        explored(comparison, jobs=jobs, most_states=most_states, progress=progress),
    )

"""A counterexample that was kept: whether the system can still do it, and still breaks the claim.

It binds what does not know each other: the simulator plays the schedule, the explorer follows it,
and the property judges the run. (Tests say that both come to the same end.)
"""

from __future__ import annotations

from collections.abc import Iterable

from wfmodel.designs.schedule import Act, parse_schedule
from wfmodel.designs.system import System
from wfmodel.exploration.budget import FaultBudget
from wfmodel.exploration.following import run_space
from wfmodel.exploration.local import Refused
from wfmodel.exploration.properties import Violated, decide, parse_property
from wfmodel.simulation.replay import UnplayableError, replay


def still_happens(
    system: System, schedule: str | Iterable[Act], claim: str, budget: FaultBudget
) -> bool:
    """Whether the schedule can be played, and the claim does not hold of the run.

    ``budget`` is that of the search which found it.

    A schedule that cannot be played any more shows that this run is impossible now, not that every
    run like it is: explore again after a change.

    Raises:
        ValueError: the schedule's text or the claim says nothing.
    """
    acts = parse_schedule(schedule) if isinstance(schedule, str) else tuple(schedule)
    asked = parse_property(claim, system)
    try:
        replay(system, acts)
        space = run_space(system, acts, budget)
    except (UnplayableError, Refused):
        return False
    [answer] = decide(space, [asked])
    return isinstance(answer, Violated)

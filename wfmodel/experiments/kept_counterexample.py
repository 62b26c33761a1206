"""A counterexample that was kept: whether the system can still do it, and still breaks the claim.

It binds what does not know each other: the simulator plays the schedule, the explorer follows it,
and the property judges the run. (Tests say that both come to the same end.) A System of one's
own is followed by the explorer alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.system import System
from wfmodel.designs.trace_script import Act, acts_of_instance, parse_schedule
from wfmodel.exploration.instances.bounds import alone, fit_together, shared_budget
from wfmodel.exploration.properties import (
    AtMost,
    NeverEnds,
    Observation,
    Property,
    Violated,
    decide,
    parse_property,
)
from wfmodel.exploration.trace_space import RunSpace, run_space
from wfmodel.semantics.after import Refused
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.simulation.replay import replay
from wfmodel.simulation.script import UnplayableError


def still_happens(
    system: System,
    schedule: str | Iterable[Act],
    claim: str,
    budget: FaultBudget,
    *,
    instances: int = 1,
    each: Mapping[str, int] | None = None,
) -> bool:
    """Whether the schedule can be played, and the claim does not hold of the run.

    ``budget``, ``instances`` and ``each`` are those of the search which found it. Of several
    instances each is played with its own acts and those that concern all.

    A schedule that cannot be played any more shows that this run is impossible now, not that every
    run like it is: explore again after a change.

    Raises:
        ValueError: the schedule's text or the claim says nothing.
    """
    acts = parse_schedule(schedule) if isinstance(schedule, str) else tuple(schedule)
    asked = _claimed(system, claim) or parse_property(claim, system)
    total, own = shared_budget(budget, each, instances)
    of_one = alone(total, own)
    several = instances > 1 and isinstance(asked, AtMost)
    try:
        runs = [
            _played(system, acts_of_instance(acts, one) if several else acts, of_one)
            for one in range(1, (instances if several else 1) + 1)
        ]
    except (UnplayableError, Refused):
        return False
    if several and isinstance(asked, AtMost):
        if not fit_together(total, of_one, [run.budget(run.last) for run in runs]):
            return False
        return sum(_is_hit(asked, run) for run in runs) > asked.most
    [answer] = decide(runs[0], [asked])
    return isinstance(answer, Violated)


def _claimed(system: System, title: str) -> Property | None:
    """The property of this title among those that a system's author claims."""
    known = (each for each in system.properties if not isinstance(each, str))
    return next((each for each in known if each.title == title), None)


def _played(system: System, acts: tuple[Act, ...], budget: FaultBudget) -> RunSpace:
    if not system.own:  # one's own may have channels and timers that only a search knows
        replay(system, acts)
    return run_space(system, acts, budget)


def _is_hit(claim: AtMost, run: RunSpace) -> bool:
    """Whether the last moment of a run is one that the claim is about."""
    if isinstance(claim.what, Terminal):
        [answer] = decide(run, [NeverEnds(claim.what)])
        return isinstance(answer, Violated)
    return claim.what(Observation(run, run.last))

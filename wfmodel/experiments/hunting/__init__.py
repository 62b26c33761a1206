"""Hunting: a search for one bad run where looking at all of them would take too long.

Start with ``hunt`` (fault schedules in the simulator, by Hypothesis) or ``hunt_by_walks`` (random
walks through the explorer's states). Neither says that something holds.
"""

from wfmodel.designs.fault_facts import HUNTED
from wfmodel.experiments.hunting.schedule_hunt import FoundSchedule, Hunted, hunt
from wfmodel.experiments.hunting.schedules import FaultSchedule, ScheduleGround
from wfmodel.experiments.hunting.target import AnomalyTarget, ClaimTarget, PredicateTarget, Target
from wfmodel.experiments.hunting.walk_hunt import Sought, Walked, hunt_by_walks

__all__ = [
    "HUNTED",
    "AnomalyTarget",
    "ClaimTarget",
    "FaultSchedule",
    "FoundSchedule",
    "Hunted",
    "PredicateTarget",
    "ScheduleGround",
    "Sought",
    "Target",
    "Walked",
    "hunt",
    "hunt_by_walks",
]

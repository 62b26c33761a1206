"""Hunting: a search for one bad run where looking at all of them would take too long.

Start with ``hunt`` (fault schedules in the simulator, by Hypothesis) or ``hunt_by_walks`` (random
walks through the explorer's states). Neither says that something holds.
"""

from wfmodel.experiments.hunting.hunting import Found, Hunted, hunt
from wfmodel.experiments.hunting.quarry import AnomalyQuarry, ClaimQuarry, PredicateQuarry, Quarry
from wfmodel.experiments.hunting.schedules import HUNTED, FaultSchedule, Ground
from wfmodel.experiments.hunting.walking import Sought, Walked, hunt_by_walks

__all__ = [
    "HUNTED",
    "AnomalyQuarry",
    "ClaimQuarry",
    "FaultSchedule",
    "Found",
    "Ground",
    "Hunted",
    "PredicateQuarry",
    "Quarry",
    "Sought",
    "Walked",
    "hunt",
    "hunt_by_walks",
]

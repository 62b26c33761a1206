"""Hunting: a search for one bad run where looking at all of them would take too long.

Start with ``hunt`` (fault schedules in the simulator, by Hypothesis). It never says that something
holds.
"""

from wfmodel.experiments.hunting.hunting import Found, Hunted, hunt
from wfmodel.experiments.hunting.quarry import AnomalyQuarry, ClaimQuarry, PredicateQuarry, Quarry
from wfmodel.experiments.hunting.schedules import HUNTED, FaultSchedule, Ground

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
    "hunt",
]

"""Layer 2: one instance of a System, untimed: every configuration that it can reach.

Start with ``explore``; ``semantics`` has the rules, ``moves`` the successor function, and
``acceptance`` says whether a recorded history obeys the rules.
"""

from wfmodel.exploration.acceptance import Acceptance, accepts, refusals
from wfmodel.exploration.explorer import Exploration, explore, search
from wfmodel.exploration.fault_accounting import Spending, Spent
from wfmodel.exploration.terminal_states import Ends, ends_of
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.nondeterminism import Anything, Resolution
from wfmodel.semantics.outcome_monitor import Ending, Verdict

__all__ = [
    "Acceptance",
    "Anything",
    "Ending",
    "Ends",
    "Exploration",
    "FaultBudget",
    "Resolution",
    "Spending",
    "Spent",
    "Verdict",
    "accepts",
    "ends_of",
    "explore",
    "refusals",
    "search",
]

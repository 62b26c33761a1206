"""One instance of a System, untimed: every configuration that it can reach.

Start with ``explore``; ``semantics`` has the rules, ``semantics.successors`` the successor
function, ``packed`` the engine that large systems are searched with, and ``acceptance`` says
whether a recorded history obeys the rules.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.model.workflow import Final, Task, Workflow
>>> parcel = Workflow(
...     name="parcel",
...     initial="pack",
...     states={"pack": Task(service="warehouse", next="done"), "done": Final()},
... )
>>> found = explore(orchestrate(parcel), FaultBudget(crashes=1))
>>> found.states, found.complete, [str(end) for end in found.verdicts]
(72, True, ['committed'])
"""

from wfmodel.extras import need

need("numpy")  # before anything here imports it

from wfmodel.exploration.acceptance import Acceptance, accepts, refusals  # noqa: E402
from wfmodel.exploration.exhaustive_search import Exploration, explore, search  # noqa: E402
from wfmodel.exploration.fault_accounting import Spending, Spent  # noqa: E402
from wfmodel.exploration.terminal_states import Ends, ends_of  # noqa: E402
from wfmodel.semantics.fault_budget import FaultBudget  # noqa: E402
from wfmodel.semantics.nondeterminism import Anything, Resolution  # noqa: E402
from wfmodel.semantics.outcome_monitor import Ending, Verdict  # noqa: E402

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

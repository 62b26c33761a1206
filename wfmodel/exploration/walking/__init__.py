"""Random walks through a state space that is too large to be searched: what they saw of it, judged.

>>> space = walk_space(Table(system), FaultBudget(crashes=1), walks=range(1_000), draw=draw)
>>> decide(space, standard_properties(system))  # violated, or undecided: walks show nothing more

``walker`` takes the walks, over the successor function of the search engine; ``walked_space`` is
what they saw, a state space like that of a search which was stopped; ``coverage`` says how much
that may be.
"""

from wfmodel.exploration.walking.coverage import Coverage
from wfmodel.exploration.walking.shrinking import shrunk
from wfmodel.exploration.walking.walked_space import WalkedSpace, walk_space
from wfmodel.exploration.walking.walker import FAULT_SHARES, MOST_STEPS, Draw

__all__ = [
    "FAULT_SHARES",
    "MOST_STEPS",
    "Coverage",
    "Draw",
    "WalkedSpace",
    "shrunk",
    "walk_space",
]

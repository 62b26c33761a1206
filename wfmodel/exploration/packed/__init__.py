"""The search engine: states as packed integers, exact, breadth first, plain or compiled.

Start with ``search``. ``semantics.component_tables`` has the tables, ``expansion`` the successor
function over them, ``compiled_successors`` the same compiled; ``packed_space`` is what comes out.
"""

from wfmodel.exploration.packed.checkpoint import CheckpointError
from wfmodel.exploration.packed.packed_space import ObservableState, PackedSpace
from wfmodel.exploration.packed.searching import Engine, Progress, has_numba, search

__all__ = [
    "CheckpointError",
    "Engine",
    "ObservableState",
    "PackedSpace",
    "Progress",
    "has_numba",
    "search",
]

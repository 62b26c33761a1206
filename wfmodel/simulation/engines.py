"""Two engines run a system: SimPy's is the definition, the compiled one the same text.

Machine code is loaded when it is first used: numba takes a second to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.simulation.run_context import RunContext

AUTO: Final = "auto"
SIMPY: Final = "simpy"
COMPILED: Final = "compiled"
ENGINES: Final = (AUTO, SIMPY, COMPILED)


def choose(engine: str, *, own_processes: bool) -> bool:
    """Whether machine code runs.

    Raises:
        ValueError: there is no such engine, or the compiled one was asked for and cannot run.
    """
    if engine not in ENGINES:
        raise ValueError(f"no engine {engine!r}; there are {', '.join(ENGINES)}")
    if engine == SIMPY:
        return False
    obstacle = _obstacle(own_processes)
    if obstacle is not None and engine == COMPILED:
        raise ValueError(f"engine 'compiled' cannot run this: {obstacle}")
    return obstacle is None


def _obstacle(own_processes: bool) -> str | None:
    """Why machine code cannot run."""
    if own_processes:
        return "a SimPy process of your own needs engine 'simpy' (or 'auto')"
    from wfmodel.native.words import OBSTACLE  # numba: only where it is used

    return OBSTACLE or None


def run_compiled(context: RunContext) -> NDArray[np.int64]:
    """All rows of a run in machine code, of shape (n, 6)."""
    from wfmodel.simulation.compiled.engine import Compiled  # numba: only where it is used

    return Compiled(context).rows()


def blocks_compiled(context: RunContext) -> Iterator[NDArray[np.int64]]:
    """The same in blocks, each good until the next; see ``designs.history.GONE``."""
    from wfmodel.simulation.compiled.engine import Compiled  # numba: only where it is used

    return Compiled(context).blocks()

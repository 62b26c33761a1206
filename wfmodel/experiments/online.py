"""A run that is measured while it goes on: no history, so millions of instances fit.

>>> found = simulate_and_measure(orchestrate(workflow), setting, seed=1)
>>> found.values["consistency"], len(found.latencies)

The same numbers as ``measure(simulate(...))``, but for rounding and percentiles (see
``OnlineMeasurement``). It takes the compiled engine to be fast and flat; on SimPy's engine the run
is held in memory whole, and without numba adding up is slower than measuring a history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs import System, Table
from wfmodel.designs.history import Kind
from wfmodel.experiments.cells import Progress
from wfmodel.experiments.observation import RECOVERY, SECOND
from wfmodel.metrics import Monitor
from wfmodel.metrics.online import Meter, OnlineMeasurement
from wfmodel.simulation import AUTO, OwnProcess, Setting, Stream

Rows = NDArray[np.int64]


def simulate_and_measure(
    system: System,
    setting: Setting,
    *,
    seed: int = 0,
    replication: int = 0,
    processes: tuple[OwnProcess, ...] = (),
    monitor: Monitor | None = None,
    until_ns: int | None = None,
    table: Table | None = None,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> OnlineMeasurement:
    """One run of a system, measured; arguments as of ``simulate`` and ``measure``.

    ``progress`` is told how many simulated seconds are over, of how many at most.

    Raises:
        ValueError: as ``simulate``.
    """
    stream = Stream(
        system,
        setting,
        seed=seed,
        replication=replication,
        processes=processes,
        table=table,
        engine=engine,
    )
    meter = Meter(stream.head, stream.table, monitor)
    for rows in stream:
        meter.read(rows)
        _tell(progress, rows, setting)
    return meter.finish(until_ns).measurement()


def observe_online(
    system: System,
    setting: Setting,
    *,
    seed: int,
    replication: int = 0,
    table: Table | None = None,
    engine: str = AUTO,
    progress: Progress | None = None,
) -> OnlineMeasurement:
    """The same as experiments observe runs (see ``observation``): until the end of the convergence
    limit, with recovery time restricted to that limit.
    """
    stream = Stream(system, setting, seed=seed, replication=replication, table=table, engine=engine)
    meter = Meter(stream.head, stream.table)
    for rows in _to_the_limit(stream, setting):
        meter.read(rows)
        _tell(progress, rows, setting)
    found = meter.finish().measurement()
    curve = found.survival
    if curve is None:
        return found
    restricted = curve.restricted_mean_ns(setting.convergence) / SECOND
    return replace(found, values={**found.values, RECOVERY: restricted})


def _to_the_limit(blocks: Iterable[Rows], setting: Setting) -> Iterable[Rows]:
    """The same run, watched until the end of the convergence limit."""
    for rows in blocks:
        if len(rows) and rows[-1, 1] == Kind.END:
            rows[-1, 0] = max(int(rows[-1, 0]), setting.horizon + setting.convergence)
        yield rows


def _tell(progress: Progress | None, rows: Rows, setting: Setting) -> None:
    if progress is not None and len(rows):
        whole = setting.horizon + setting.convergence
        progress("simulated s", int(rows[-1, 0] / SECOND), int(whole / SECOND))

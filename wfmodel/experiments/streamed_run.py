"""A run that is measured while it goes on: no history, so millions of instances fit.

>>> found = simulate_and_measure(orchestrate(workflow), setting, seed=1)
>>> found.values["global_agreement"], len(found.latencies)

The same numbers as ``measure(simulate(...))``, but for rounding and percentiles (see
``OnlineMeasurement``). It takes the compiled engine to be fast and flat; on SimPy's engine the run
is held in memory whole, and without numba adding up is slower than measuring a history.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

from wfmodel.designs import System, Table
from wfmodel.designs.history import Kind
from wfmodel.experiments.run_observation import SECOND, STANDSTILL, of_the_run
from wfmodel.experiments.run_spec import Progress, Runner, RunSpec
from wfmodel.metrics import Monitor
from wfmodel.metrics.streaming import Meter, OnlineMeasurement
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
    return _read(stream, stream.lent(), setting, monitor, progress).finish(until_ns).measurement()


def observe_online(
    runner: Runner, cell: RunSpec, *, engine: str = AUTO, progress: Progress | None = None
) -> OnlineMeasurement:
    """A cell's run, measured as experiments observe runs (see ``run_observation``): until the end
    of the convergence limit, with times to recover restricted to that limit.

    Raises:
        ValueError: the workflow cannot run (a name leads nowhere), or the engine cannot run this.
    """
    table, setting = runner.table(cell.variant), cell.setting
    stream = Stream(
        table.system,
        setting,
        seed=cell.seed,
        replication=cell.replication,
        table=table,
        engine=engine,
    )
    meter = _read(stream, _to_the_limit(stream.lent(), setting), setting, None, progress)
    found = meter.finish().measurement()
    values = {
        **found.values,
        **of_the_run(found.stable, found.returned, setting.convergence / SECOND),
    }
    if found.survival is not None:
        restricted = found.survival.restricted_mean_ns(setting.convergence) / SECOND
        values[STANDSTILL] = restricted
    reasons = {name: why for name, why in found.reasons.items() if isnan(values[name])}
    return replace(found, values=values, reasons=reasons)


def _read(
    stream: Stream,
    blocks: Iterable[Rows],
    setting: Setting,
    monitor: Monitor | None,
    progress: Progress | None,
) -> Meter:
    """A meter that has read all blocks of a stream."""
    meter, whole = Meter(stream.head, stream.table, monitor), setting.horizon + setting.convergence
    for rows in blocks:
        meter.read(rows)
        if progress is not None and len(rows):
            progress("simulated s", int(rows[-1, 0] / SECOND), int(whole / SECOND))
    return meter


def _to_the_limit(blocks: Iterable[Rows], setting: Setting) -> Iterable[Rows]:
    """The same run, watched until the end of the convergence limit."""
    for rows in blocks:
        if len(rows) and rows[-1, 1] == Kind.END:
            rows[-1, 0] = max(int(rows[-1, 0]), setting.horizon + setting.convergence)
        yield rows

"""One run of the first driver: the history that ``wfmodel.simulation.simulate`` must give."""

from __future__ import annotations

from collections.abc import Generator

from simpy import Environment
from simpy.events import Event

from tests.oracles.simpy_driver.driver import Driver
from tests.oracles.simpy_driver.injection import Injection
from tests.oracles.simpy_driver.run import OUTSIDE, Run
from wfmodel.designs import History, System, Table
from wfmodel.designs.history import Kind
from wfmodel.designs.table import RunTable
from wfmodel.simulation import Setting
from wfmodel.simulation.randomness import Streams, uniform


def simulate(system: System, setting: Setting, *, seed: int = 0, replication: int = 0) -> History:
    """The history of one run."""
    run = Run(RunTable(Table(system)), setting, Streams(seed, replication))
    driver = Driver(run)
    Injection(driver)
    run.env.process(_arrivals(driver))
    _advance(run.env, setting.horizon)
    run.row((setting.horizon, Kind.ARRIVALS_END, -1, OUTSIDE, 0, 0))
    _advance(run.env, setting.convergence)
    settled = run.env.peek() == float("inf")
    end = run.recorder.last_time_ns() if settled else setting.horizon + setting.convergence
    run.row((end, Kind.END, -1, OUTSIDE, int(settled), 0))
    rows = run.recorder.rows()
    return run.recorder.history(
        run.table, rows, seed=seed, replication=replication, setting=setting
    )


def _arrivals(driver: Driver) -> Generator[Event, object, None]:
    env, setting = driver.env, driver.run.setting
    for number, at in enumerate(_times(setting, driver.run.streams)):
        if at > env.now:
            yield env.timeout(at - int(env.now))
        driver.arrive(number)


def _times(setting: Setting, streams: Streams) -> Generator[int, None, None]:
    arrivals, base = setting.arrivals, streams.base("arrivals")
    most = arrivals.most if arrivals.most is not None else -1
    at = number = 0
    trace = sorted(arrivals.at)
    while number != most:
        if arrivals.every is not None:
            at += arrivals.every.quantile(uniform(base, number))
        elif number < len(trace):
            at = trace[number]
        else:
            return
        if at >= setting.horizon:
            return
        number += 1
        yield at


def _advance(env: Environment, duration_ns: int) -> None:
    env.run(until=env.timeout(duration_ns))
    env.step()

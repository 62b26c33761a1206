"""The running world: what a user's own SimPy process is handed, and the run itself.

>>> def black_friday(world):
...     yield world.env.timeout(60 * 10**9)
...     world.strike(Fault(kind="crash", target="payment", at=("0s",)))
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from simpy import Environment
from simpy.events import Event

from wfmodel.designs.faults import Fault
from wfmodel.designs.history import History, Kind
from wfmodel.designs.system import System
from wfmodel.designs.table import RunTable, Table
from wfmodel.simulation.driver import Driver
from wfmodel.simulation.engines import SIMPY, blocks_compiled, choose, run_compiled
from wfmodel.simulation.injection import Injection
from wfmodel.simulation.randomness import Streams, uniform
from wfmodel.simulation.recorder import COLUMNS
from wfmodel.simulation.run import OUTSIDE, Run
from wfmodel.simulation.setting import Setting

YOUNG_OBJECTS = 50_000
"""Threshold of the youngest generation during a run."""

OWN_FAULT = -1
"""Number of a fault that a user's process strikes: its draws have a stream of their own."""


class World:
    """A run under way. ``env`` is the SimPy environment; its time is in integer nanoseconds."""

    def __init__(self, driver: Driver, injection: Injection) -> None:
        self._driver = driver
        self._run = driver.run
        self._injection = injection
        self.env: Environment = driver.env
        self.participants: tuple[str, ...] = driver.table.names
        self.arrived = 0
        """Instances so far."""
        self._struck: list[tuple[Fault, str]] = []

    @property
    def now_ns(self) -> int:
        """Simulated nanoseconds since the start."""
        return int(self.env.now)

    def strike(self, fault: Fault, target: str | None = None) -> None:
        """Begin a fault now, at ``target`` or at every target that the fault names.

        Raises:
            ValueError: the system has no such participant.
        """
        for name in self._targets(fault, target):
            self._struck.append((fault, name))
            self._injection.strike(fault, name, OWN_FAULT)

    def heal(self, fault: Fault, target: str | None = None) -> None:
        """End a fault that ``strike`` began; a restart happens in its own time.

        Raises:
            ValueError: the system has no such participant, or the fault is not on there.
        """
        for name in self._targets(fault, target):
            if (fault, name) not in self._struck:
                raise ValueError(f"no {fault.kind} is on at {name!r} that strike() began")
            self._struck.remove((fault, name))
            self.env.process(self._injection.heal(fault, name, OWN_FAULT))

    def start(self) -> int:
        """Let one more instance arrive now; returns its number."""
        number = self.arrived
        self.arrived += 1
        self._driver.arrive(number)
        return number

    def is_up(self, participant: str) -> bool:
        """Whether a participant's process runs."""
        return not self._run.process(participant).down

    def _targets(self, fault: Fault, target: str | None) -> tuple[str, ...]:
        services = self._run.system.services
        names = fault.targets(self.participants, services) if target is None else (target,)
        unknown = [n for n in names if n not in (*self.participants, "broker")]
        if unknown or not names:
            known = ", ".join(self.participants)
            raise ValueError(f"no participant {target or fault.target!r}; there are {known}")
        return names


OwnProcess: TypeAlias = Callable[[World], Generator[Event, object, object]]
"""A user's SimPy process: a generator function that is handed the running world."""


def simulate(
    system: System,
    setting: Setting,
    *,
    seed: int = 0,
    replication: int = 0,
    processes: tuple[OwnProcess, ...] = (),
    table: Table | None = None,
    engine: str = SIMPY,
) -> History:
    """One run: the same arguments give the same history, byte for byte, on any machine.

    ``table`` lets runs of one system share what they have tabulated; it changes nothing else.
    Nor does ``engine``, but for speed: ``simpy`` is the definition, ``compiled`` the same in
    machine code, ``auto`` the compiled one where it can run.

    Raises:
        ValueError: ``table`` belongs to another system, there is no such engine, or the compiled
            one cannot run this (which says why).
    """
    compiled = choose(engine, own_processes=bool(processes))
    run = _prepared(system, setting, seed, replication, table)
    rows = run_compiled(run) if compiled else _rows_of(run, processes)
    return run.recorder.history(
        run.table, rows, seed=seed, replication=replication, setting=setting
    )


class Stream:
    """One run as ``simulate`` would record it, of which nothing is kept: blocks of rows, once.

    ``head`` is its history without rows; ``table`` knows what the numbers in the rows so far mean.
    A block is an array of shape (n, 6); of ``lent`` blocks each is good until the next one is asked
    for only, which spares a copy. Besides a
    history's rows it may hold ``GONE`` rows: nothing will happen to this instance any more. The
    compiled engine's memory follows the instances under way; SimPy's engine gives one block of all
    rows, without GONE.

    Raises:
        ValueError: as ``simulate``; or, when it is iterated over again: a run runs once.
    """

    def __init__(
        self,
        system: System,
        setting: Setting,
        *,
        seed: int = 0,
        replication: int = 0,
        processes: tuple[OwnProcess, ...] = (),
        table: Table | None = None,
        engine: str = SIMPY,
    ) -> None:
        self._compiled = choose(engine, own_processes=bool(processes))
        self._run = _prepared(system, setting, seed, replication, table)
        self._processes = processes
        self._begun = False
        self.table = self._run.table
        self.head = self._run.recorder.history(
            self.table,
            np.zeros((0, COLUMNS), np.int64),
            seed=seed,
            replication=replication,
            setting=setting,
        )

    def __iter__(self) -> Iterator[NDArray[np.int64]]:
        """The blocks, in order."""
        return (block.copy() for block in self.lent())

    def lent(self) -> Iterator[NDArray[np.int64]]:
        """The same, but each is good only until the next one is asked for."""
        if self._begun:
            raise ValueError("a stream's run has run: make another stream")
        self._begun = True
        if self._compiled:
            yield from blocks_compiled(self._run)
        else:
            yield _rows_of(self._run, self._processes)


def _prepared(
    system: System, setting: Setting, seed: int, replication: int, table: Table | None
) -> Run:
    if table is None:
        table = Table(system)
    elif table.system is not system:
        raise ValueError("the table was made for another system")
    return Run(RunTable(table), setting, Streams(seed, replication))


def _rows_of(run: Run, processes: tuple[OwnProcess, ...]) -> NDArray[np.int64]:
    """All rows of a run on SimPy."""
    driver = Driver(run)
    world = World(driver, Injection(driver))
    run.env.process(_arrivals(world, run.setting, run.streams))
    for own in processes:
        run.env.process(own(world))
    with _rare_collections():
        _advance_through(run)
    return run.recorder.rows()


@contextmanager
def _rare_collections() -> Generator[None, None, None]:
    """Let the cyclic garbage collector run more rarely: a run makes much, and little of it cyclic.

    At the default threshold (700 objects) collections are a sixth of the run time.
    """
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], YOUNG_OBJECTS), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _arrivals(world: World, setting: Setting, streams: Streams) -> Generator[Event, object, None]:
    for at in _arrival_times(setting, streams):
        if at > world.now_ns:
            yield world.env.timeout(at - world.now_ns)
        world.start()


def _arrival_times(setting: Setting, streams: Streams) -> Generator[int, None, None]:
    """Times before the horizon, at most ``most`` of them."""
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


def _advance_through(run: Run) -> None:
    """Both phases; then the rows that say how it ended."""
    env, setting = run.env, run.setting
    _advance(env, setting.horizon)
    run.row((setting.horizon, Kind.ARRIVALS_END, -1, OUTSIDE, 0, 0))
    _advance(env, setting.convergence)
    settled = env.peek() == float("inf")
    end = run.recorder.last_time_ns() if settled else setting.horizon + setting.convergence
    run.row((end, Kind.END, -1, OUTSIDE, int(settled), 0))


def _advance(env: Environment, duration_ns: int) -> None:
    env.run(until=env.timeout(duration_ns))
    env.step()  # SimPy puts the event that stopped it back, for its other callbacks: none here

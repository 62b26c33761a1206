"""The running world: what a user's own SimPy process is handed, and the run itself.

>>> def black_friday(world):
...     yield world.env.timeout(60 * 10**9)
...     world.strike(Fault(kind="crash", target="payment", at=("0s",)))
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from simpy import Environment
from simpy.events import Event

from wfmodel.designs.faults import Fault
from wfmodel.designs.history import History
from wfmodel.designs.system import System
from wfmodel.designs.table import RunTable, Table
from wfmodel.model.at_hand import kind
from wfmodel.native.record_layout import NULL
from wfmodel.simulation.arrivals import arrive
from wfmodel.simulation.basis import FAR, event_of, schedule
from wfmodel.simulation.clock import OnSimpy
from wfmodel.simulation.engines import SIMPY, blocks_compiled, choose, run_compiled
from wfmodel.simulation.event_codes import FAULT, REPLAYED
from wfmodel.simulation.fault_injection import heal, replay_time, replays, strike
from wfmodel.simulation.randomness import Streams
from wfmodel.simulation.recorder import COLUMNS
from wfmodel.simulation.records import Injected
from wfmodel.simulation.run_context import RunContext
from wfmodel.simulation.setting import Setting

OWN_FAULT = -1
"""Number of a fault that a user's process strikes: its draws have a stream of their own."""


class World:
    """A run under way. ``env`` is the SimPy environment; its time is in integer nanoseconds."""

    def __init__(self, engine: OnSimpy) -> None:
        self._engine = engine
        self._run = engine.run
        self.env: Environment = engine.clock
        self.participants: tuple[str, ...] = engine.context.table.names
        self._struck: list[tuple[Fault, str, Injected]] = []

    @property
    def now_ns(self) -> int:
        """Simulated nanoseconds since the start."""
        return self._engine.clock.now_ns

    @property
    def arrived(self) -> int:
        """Instances so far."""
        return self._run.arrived

    def strike(self, fault: Fault, target: str | None = None) -> None:
        """Begin a fault now, at ``target`` or at every target that the fault names.

        Raises:
            ValueError: the system has no such participant.
        """
        self._run.now = self.now_ns
        for name in self._targets(fault, target):
            for injected in self._engine.setup.faults_at(fault, name, OWN_FAULT, own=True):
                self._struck.append((fault, name, injected))
                strike(self._run, injected)

    def heal(self, fault: Fault, target: str | None = None) -> None:
        """End a fault that ``strike`` began; a restart happens in its own time.

        Raises:
            ValueError: the system has no such participant, or the fault is not on there.
        """
        self._run.now = self.now_ns
        for name in self._targets(fault, target):
            known = [each for each in self._struck if each[:2] == (fault, name)]
            if not known:
                raise ValueError(f"no {fault.kind} is on at {name!r} that strike() began")
            for each in known[: self._engine.setup.replicas_struck(fault, name)]:
                self._struck.remove(each)
                self._heal(each[2])

    def _heal(self, injected: Injected) -> None:
        if not replays(injected):
            heal(self._run, injected)
            return
        event = event_of(self._run, FAULT, NULL)
        event.fault = injected
        injected.stage = REPLAYED
        schedule(self._run, replay_time(self._run, injected.process), event)

    def start(self) -> int:
        """Let one more instance arrive now; returns its number."""
        self._run.now = self.now_ns
        arrive(self._run)
        return self._run.arrived - 1

    def is_up(self, participant: str) -> bool:
        """Whether a participant's process runs, or one of its replicas."""
        group = self._engine.setup.groups[self._engine.context.table.index[participant]]
        return not all(process.down for process in group)

    def _targets(self, fault: Fault, target: str | None) -> tuple[str, ...]:
        services = self._engine.context.system.services
        names = fault.targets(self.participants, services) if target is None else (target,)
        unknown = [n for n in names if n not in (*self.participants, "broker")]
        if unknown or not names:
            known = ", ".join(self.participants)
            raise ValueError(
                f"no participant {target or ', '.join(fault.whom)!r}; there are {known}"
            )
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
        TypeError: it is no system, or no setting.
        ValueError: ``table`` belongs to another system, there is no such engine, or the compiled
            one cannot run this (which says why).
    """
    if not isinstance(system, System):
        made = "wfmodel.orchestrate and choreograph make one of a workflow"
        raise TypeError(f"simulate takes a System ({made}); got {kind(system)}")
    if not isinstance(setting, Setting):
        raise TypeError(f"simulate takes a Setting (wfmodel.simulation); got {kind(setting)}")
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
) -> RunContext:
    if table is None:
        table = Table(system)
    elif table.system is not system:
        raise ValueError("the table was made for another system")
    return RunContext(RunTable(table), setting, Streams(seed, replication))


def _rows_of(context: RunContext, processes: tuple[OwnProcess, ...]) -> NDArray[np.int64]:
    """All rows of a run on SimPy."""
    engine = OnSimpy(context)
    if processes:  # they may strike whenever they like
        engine.run.repeats = True
        for process in engine.run.replicas:
            process.mortal = True
            process.kept = FAR
            process.restorers += 1
    world = World(engine)
    engine.play(partial(world.env.process, own(world)) for own in processes)
    engine.clock.callbacks = ()  # they refer to all of the run, which refers to the clock
    return context.recorder.rows()

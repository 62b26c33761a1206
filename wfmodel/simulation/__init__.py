"""Runs a System on SimPy, with queues, networks, stores and faults.

Start with ``simulate``; ``setting`` says what surrounds a system, ``world`` what a user's own
process can do, ``driver`` how an event becomes a reaction, a commit and messages, ``engines``
which engine runs.

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.model.workflow import Final, Task, Workflow
>>> parcel = Workflow(
...     name="parcel",
...     initial="pack",
...     states={"pack": Task(service="warehouse", next="done"), "done": Final()},
... )
>>> setting = Setting(arrivals=Arrivals(every="1s"), horizon="10s")
>>> history = simulate(orchestrate(parcel), setting, seed=1)
>>> len(history.rows), history.participants
(128, ('orchestrator', 'warehouse'))
"""

from wfmodel.simulation.engines import AUTO, COMPILED, SIMPY
from wfmodel.simulation.setting import Arrivals, Setting
from wfmodel.simulation.world import OwnProcess, Stream, World, simulate

__all__ = [
    "AUTO",
    "COMPILED",
    "SIMPY",
    "Arrivals",
    "OwnProcess",
    "Setting",
    "Stream",
    "World",
    "simulate",
]

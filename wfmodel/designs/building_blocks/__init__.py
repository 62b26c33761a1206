"""Machines that many systems of one's own have: a shared store, effects, a queue, a lease.

Each is a machine like any other; whoever uses one sends it messages. ``procedure`` is the other
side: a participant that does one thing after the other. Read ``shared_store`` first.

>>> from wfmodel.designs import own_system
>>> from wfmodel.designs.building_blocks import BEGIN, Procedure, ReadRow, SharedStore, WriteRow
>>> def sell(me, answers):
...     return "store", WriteRow("stock", answers[-1].value - 1, me)
>>> sellers = {me: Procedure(me, (("store", ReadRow("stock", me)), sell)) for me in ("ann", "bob")}
>>> shop = own_system(
...     "shop",
...     {"store": SharedStore(rows=(("stock", 2),)), **sellers},
...     opening=dict.fromkeys(sellers, BEGIN),
... )
>>> from wfmodel.designs import Table
>>> from wfmodel.exploration.packed import search
>>> space = search(Table(shop))
>>> stores = {space.table.states[0].values[space.configuration(n).cells[0].volatile].rows
...           for n in space.resting.tolist()}
>>> sorted(stores)  # two were sold, and once the store has it that one was: a lost update
[(('stock', 0),), (('stock', 1),)]
"""

from wfmodel.designs.building_blocks.effect_ledger import (
    Apply,
    EffectApplied,
    EffectLedger,
    applied_twice,
)
from wfmodel.designs.building_blocks.lease import Acquire, Granted, LeaseServer, Release
from wfmodel.designs.building_blocks.procedure import BEGIN, Procedure
from wfmodel.designs.building_blocks.shared_store import (
    Commit,
    CompareAndSet,
    Done,
    Follower,
    Lock,
    ReadRow,
    Rollback,
    SharedStore,
    Value,
    WriteRow,
)
from wfmodel.designs.building_blocks.task_queue import AddTask, FinishTask, Take, Taken, TaskQueue

__all__ = [
    "BEGIN",
    "Acquire",
    "AddTask",
    "Apply",
    "Commit",
    "CompareAndSet",
    "Done",
    "EffectApplied",
    "EffectLedger",
    "FinishTask",
    "Follower",
    "Granted",
    "LeaseServer",
    "Lock",
    "Procedure",
    "ReadRow",
    "Release",
    "Rollback",
    "SharedStore",
    "Take",
    "Taken",
    "TaskQueue",
    "Value",
    "WriteRow",
    "applied_twice",
]

"""The narrow waist: a design turns a Workflow into a System of pure machines.

``messages`` and ``state`` are the vocabulary, ``participant`` the machine, ``turn`` its control
rules; ``orchestration`` and ``choreography`` say who plays which role. ``table`` turns machines
into integers for drivers, ``history`` is what a run leaves behind.

>>> from wfmodel.model.workflow import Final, Task, Workflow
>>> parcel = Workflow(
...     name="parcel",
...     initial="pack",
...     states={"pack": Task(service="warehouse", next="done"), "done": Final()},
... )
>>> system = orchestrate(parcel)
>>> system.participants
('orchestrator', 'warehouse')
"""

from wfmodel.designs.choreography import choreograph
from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.history import History
from wfmodel.designs.history_file import HistoryFileError, load_history, save_history
from wfmodel.designs.knobs import (
    CHOREOGRAPHY,
    DESIGNS,
    ORCHESTRATION,
    Delivery,
    DualWriteOrder,
    EventContent,
    Knobs,
    Persistence,
    Publishing,
)
from wfmodel.designs.orchestration import orchestrate
from wfmodel.designs.projection import projection_findings
from wfmodel.designs.system import Channel, Machine, System, own_system
from wfmodel.designs.table import Table

__all__ = [
    "CHOREOGRAPHY",
    "DESIGNS",
    "ORCHESTRATION",
    "Channel",
    "Delivery",
    "DualWriteOrder",
    "EventContent",
    "Fault",
    "FaultKind",
    "History",
    "HistoryFileError",
    "Knobs",
    "Machine",
    "Persistence",
    "Publishing",
    "System",
    "Table",
    "choreograph",
    "load_history",
    "orchestrate",
    "own_system",
    "projection_findings",
    "save_history",
]

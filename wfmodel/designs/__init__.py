"""The narrow waist: a design turns a Workflow into a System of pure machines.

``messages`` and ``state`` are the vocabulary, ``participant`` the machine, ``control_rules`` what
it does with a token; ``orchestration``, ``choreography`` and ``hybrid`` say who controls what, and
``known_designs`` is the one door to them. ``table`` turns machines into integers for drivers,
``history`` is what a run leaves behind.

>>> from wfmodel.designs import Knobs, build
>>> from wfmodel.model.workflow import Final, Task, Workflow
>>> parcel = Workflow(
...     name="parcel",
...     initial="pack",
...     states={"pack": Task(service="warehouse", next="done"), "done": Final()},
... )
>>> build(parcel, "orchestration", Knobs()).participants
('orchestrator', 'warehouse')
"""

from typing import TYPE_CHECKING

from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.designs.choreography import choreograph
    from wfmodel.designs.faults import Fault, FaultKind
    from wfmodel.designs.history import History
    from wfmodel.designs.history_file import HistoryFileError, load_history, save_history
    from wfmodel.designs.hybrid import Hybrid
    from wfmodel.designs.knobs import (
        CHOREOGRAPHY,
        ORCHESTRATION,
        Acknowledge,
        Custody,
        Delivery,
        DualWriteOrder,
        EventContent,
        Knobs,
        KnownKey,
        Lease,
        Persistence,
        Poll,
        Publishing,
    )
    from wfmodel.designs.known_designs import DECLARED, DESIGNS, build, design_of, name_of
    from wfmodel.designs.orchestration import orchestrate
    from wfmodel.designs.placement import Design
    from wfmodel.designs.projection import projection_findings
    from wfmodel.designs.system import Channel, Machine, System, own_system
    from wfmodel.designs.system_file import SystemFileError, load_system
    from wfmodel.designs.table import Table
else:
    __getattr__ = on_use(__name__)

__all__ = [
    "CHOREOGRAPHY",
    "DECLARED",
    "DESIGNS",
    "ORCHESTRATION",
    "Acknowledge",
    "Channel",
    "Custody",
    "Delivery",
    "Design",
    "DualWriteOrder",
    "EventContent",
    "Fault",
    "FaultKind",
    "History",
    "HistoryFileError",
    "Hybrid",
    "Knobs",
    "KnownKey",
    "Lease",
    "Machine",
    "Persistence",
    "Poll",
    "Publishing",
    "System",
    "SystemFileError",
    "Table",
    "build",
    "choreograph",
    "design_of",
    "load_history",
    "load_system",
    "name_of",
    "orchestrate",
    "own_system",
    "projection_findings",
    "save_history",
]

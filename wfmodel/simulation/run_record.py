"""A run as one record: its clock, its broker, its processes, what arrives.

What it consists of is in ``records``; nothing there refers to the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from wfmodel.native.record_layout import NULL, PYTHON
from wfmodel.simulation.declared import Block, Manner
from wfmodel.simulation.records import Events, LineEntry, Operation, Process, TabledReaction


@dataclass(slots=True, eq=False)
class Staff:
    """People who answer, outside: no crash of ours is theirs."""

    size: int = 0
    busy: int = 0
    waiting: Events = field(default_factory=Events)


@dataclass(slots=True, eq=False)
class Opener:
    """A participant that has asked for something before anything happens."""

    process: Process = NULL
    active: bool = False
    sends: TabledReaction = NULL
    rest: TabledReaction = NULL
    next: Opener = NULL


@dataclass(slots=True, eq=False)
class SharedLine:
    """Messages of several instances to one recipient, in the order that the broker got them."""

    first: LineEntry = NULL
    last: LineEntry = NULL


@dataclass(slots=True, eq=False)
class Run(Manner):
    """One run: its clock, its broker, how it stores and publishes, what arrives."""

    now: int = 0
    processes: list[Process] = NULL
    """The first replica of each participant."""
    replicas: list[Process] = NULL
    lines: list[SharedLine] = NULL
    """In turn, where instances share lines: of each partition, one for each participant."""
    blocks: list[Block] = NULL
    staffs: list[Staff] = NULL
    """By node: who answers; NULL: as many as it takes."""
    down: int = 0
    busy_until: int = 0
    """When the broker is done with all deliveries that it has."""
    blocked: Events = field(default_factory=Events)
    """Partitions from some peers that are on."""
    message_faults: Events = field(default_factory=Events)
    waiting: Events = field(default_factory=Events)
    """Messages that wait for the broker, or for the way to it."""
    producers: Events = field(default_factory=Events)
    """Publish first: reactions that wait for the broker before they commit."""
    held: Events = field(default_factory=Events)
    present: Events = field(default_factory=Events)
    """Where crashes are watched: every instance that has arrived."""
    step_faults: Events = field(default_factory=Events)
    arrived: int = 0
    drawn: int = 0
    arrival_at: int = 0
    arrival_clock: int = 0
    """The time of the latest arrival on a clock that goes by the pattern of rates."""
    opener: Opener = NULL
    start: Operation = NULL
    """What an arrival sends; asked for at the first one, and not before."""
    opened: bool = False
    clock: Any = field(default=None, metadata=PYTHON)
    write: Any = field(default=None, metadata=PYTHON)
    questions: Any = field(default=None, metadata=PYTHON)

    FIRST: ClassVar[int] = 24
    """Words of the compiled basis come first."""

"""What a run consists of, as records: the same for SimPy's clock and for machine code.

The text that works on them is in the files beside this one (``reactions`` first); how records are
made and given back, and how time goes on, is a ``basis``: one in plain Python, one compiled.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from wfmodel.native.record_layout import NULL, PYTHON
from wfmodel.simulation.declared import Player, Sampler, Strikes
from wfmodel.simulation.event_codes import NO_LIFE, RUNNING, STRIKE, UNWATCHED


@dataclass(slots=True, eq=False)
class Operation:
    """An action in integers. SEND: message, event. WORK: node, epoch, attempt. SET_TIMER: timer,
    event, ``length``. CLEAR_TIMER: timer. CHOOSE, EXPECT: node, epoch.
    """

    code: int = 0
    a: int = 0
    b: int = 0
    c: int = 0
    length: Length = NULL
    count: int = 0
    recipients: list[int] = NULL
    next: Operation = NULL


@dataclass(slots=True, eq=False)
class TabledReaction:
    """An entry of the table: the next state, and what is to be done."""

    after: int = 0
    active: bool = False
    """With the next state, there is something to go on with after a restart."""
    publishes: bool = False
    only_works: bool = False
    """It asks for work, and for nothing that others would hear of."""
    first: Operation = NULL


@dataclass(slots=True, eq=False)
class Length:
    """How long a timer runs: a lane's length, a sampler's draw, or a share of the most."""

    lane: Lane = NULL
    sampler: Sampler = NULL
    index: int = 0
    most: int = 0
    base: int = 0


@dataclass(slots=True, eq=False)
class Lane:
    """Timers of one constant length run out in the order in which they were set."""

    length: int = 0
    first: TimerSetting = NULL
    last: TimerSetting = NULL


@dataclass(slots=True, eq=False)
class Event:
    """Something that will happen, or that is deferred or kept until it can. ``kind`` says which
    fields it has; all others are not set.
    """

    kind: int
    instance: Instance
    next: Event = field(init=False)
    cell: ProcessCell = field(init=False)
    process: Process = field(init=False)
    parcel: Parcel = field(init=False)
    setting: TimerSetting = field(init=False)
    lane: Lane = field(init=False)
    fault: Injected = field(init=False)
    held: Held = field(init=False)
    life: int = field(init=False)
    """Of the process in which it was to happen."""
    operation: Operation = field(init=False)
    reaction: TabledReaction = field(init=False)
    sender_life: int = field(init=False)
    node: int = field(init=False)
    epoch: int = field(init=False)
    attempt: int = field(init=False)
    answer: int = field(init=False)
    left: int = field(init=False)
    again: int = field(init=False)
    """How often the attempt had begun before."""
    since: int = field(init=False)
    stored: int = field(init=False)
    """Until then the store held this state of the cell,"""
    was_active: bool = field(init=False)
    """and there was something to go on with after a restart."""
    callbacks: Any = field(init=False, metadata=PYTHON)
    """Whom SimPy calls."""

    _ok: ClassVar[bool] = True
    """To SimPy: it never fails. All that ``Environment.step`` asks of an event."""
    SHARED: ClassVar[dict[str, str]] = {
        "process": "cell",
        "parcel": "cell",
        "setting": "cell",
        "lane": "cell",
        "fault": "cell",
        "held": "cell",
        "operation": "life",
        "sender_life": "reaction",
        "node": "reaction",
        "answer": "attempt",
        "since": "epoch",
        "stored": "attempt",
        "was_active": "left",
    }


@dataclass(slots=True, eq=False)
class Events:
    """First in, first out."""

    first: Event = NULL
    last: Event = NULL


@dataclass(slots=True, eq=False)
class Stimulus:
    """An event for a machine, and what it came with: ``item`` says which of the rest it has."""

    event: int
    item: int
    next: Stimulus = NULL
    parcel: Parcel = NULL
    setting: TimerSetting = NULL
    node: int = 0
    epoch: int = 0
    attempt: int = 0
    """0: it is not the end of an attempt."""

    SHARED: ClassVar[dict[str, str]] = {"setting": "parcel"}


@dataclass(slots=True, eq=False)
class Inbox:
    """First in, first out."""

    first: Stimulus = NULL
    last: Stimulus = NULL


@dataclass(slots=True, eq=False)
class Member:
    """A cell's place in a list of its process."""

    before: Member = NULL
    after: Member = NULL
    inside: bool = False
    cell: ProcessCell = NULL


@dataclass(slots=True, eq=False)
class Members:
    """Cells in the order in which they entered; any of them may leave."""

    first: Member = NULL
    last: Member = NULL


@dataclass(slots=True, eq=False)
class Parcel:
    """A message under way; ``event`` is that of its delivery."""

    instance: Instance
    sender: int
    recipient: int
    message: int
    event: int
    watched: int = UNWATCHED
    taken: int = 0
    """When its latest delivery reached the recipient."""
    sent: int = 0
    """When the broker had it."""
    deliveries: int = 0
    """How often it has been delivered, or was lost on the way."""

    FIRST: ClassVar[int] = 1


@dataclass(slots=True, eq=False)
class TimerSetting:
    """One setting of a timer; ``fired`` is the event when it runs out."""

    cell: ProcessCell
    life: int
    timer: int
    fired: int
    next: TimerSetting = NULL
    lane_next: TimerSetting = NULL
    due: int = 0
    lasting: bool = False
    """Its due time is durable: after a restart it fires when it was due."""

    FIRST: ClassVar[int] = 1


@dataclass(slots=True, eq=False)
class Held:
    """Acknowledged after the work: a message in hand, and an attempt that it asked for.

    ``delivery``: which of its deliveries; each is worked on, and acknowledged, for itself.
    """

    parcel: Parcel
    delivery: int
    node: int
    epoch: int
    attempt: int
    next: Held
    stage: int = RUNNING

    FIRST: ClassVar[int] = 1


@dataclass(slots=True, eq=False)
class Landed:
    """A visit of a step whose effect has landed, ``net`` times; or of a compensation that undid.

    An instance's steps stand in a digital search tree: from a step that is not the one looked for,
    the next bit of that one's number, the lowest first, says which way to go on.
    """

    node: int
    epoch: int
    net: int = 0
    next: Landed = NULL
    """Another visit of the step."""
    even: Landed = NULL
    odd: Landed = NULL

    FIRST: ClassVar[int] = 1


@dataclass(slots=True, eq=False)
class LineEntry:
    """A message in the line of its instance; no other goes to its recipient before it is done."""

    parcel: Parcel
    next: LineEntry = NULL
    open: int = 0
    """Deliveries of it that are under way, or in hand."""
    acknowledged: bool = False
    """One of them was."""

    FIRST: ClassVar[int] = 1


@dataclass(slots=True, eq=False)
class Process(Player):
    """A participant's process: one for all instances."""

    life: int = 0
    """Lives of replicas have no number in common."""
    load: int = 0
    """Attempts that it works on, or that want a worker; reactions that it commits."""
    silent_since: int = 0
    """Paused: since when it has not renewed its lease."""
    lost: int = NO_LIFE
    """The life in which it was fenced, and goes on outside."""
    fenced: bool = False
    """It will start anew when it goes on."""
    # Overlapping faults of one kind are counted: the process is well when all are over.
    down: int = 0
    paused: int = 0
    cut: int = 0
    store_down: int = 0
    slow_store: Events = field(default_factory=Events)
    store_factor: float = 1.0
    slow_service: Events = field(default_factory=Events)
    service_factor: float = 1.0
    in_use: int = 0
    queue: Events = field(default_factory=Events)
    """Attempts that want a worker."""
    running: Events = field(default_factory=Events)
    """Attempts that have one, if it is mortal: a mark of each, beside the event that ends it."""
    flush_due: bool = False
    deferred: Events = field(default_factory=Events)
    """What a paused process will find when it goes on."""
    arriving: Events = field(default_factory=Events)
    """Messages that wait in the broker's queue until the process is back, or can be reached."""
    up_since: int = 0
    """When it was last started."""
    lease_until: int = 0
    """When the lease of an earlier life ends, or has ended."""
    taking_over: bool = False
    """It waits for that."""
    outbox: Events = field(default_factory=Events)
    """Committed messages that wait for the process to come back, or to go on."""
    committing: int = 0
    pool: Events = field(default_factory=Events)
    """Commits that wait for a connection."""
    stalled: Events = field(default_factory=Events)
    """Commits that wait for the store to come back."""
    active: Members = field(default_factory=Members)
    """Cells whose durable state has something to go on with after a restart."""
    active_count: int = 0
    occupied: Members = field(default_factory=Members)
    """Cells with a reaction that is not committed, or with events that wait for one."""
    dirty: Members = field(default_factory=Members)
    """Log: cells to be flushed."""
    past: Events = field(default_factory=Events)
    """Changes of the store, oldest first; the first replica's, for all."""
    restores: int = 0
    """How often the store has gone back to a backup."""
    restorers: int = 0
    """Faults that may still restore it."""
    name: str = field(default="", metadata=PYTHON)
    reactions: dict[tuple[int, int], TabledReaction] = field(default_factory=dict, metadata=PYTHON)


@dataclass(slots=True, eq=False)
class Instance:
    """One workflow instance: what has landed, and its cells."""

    index: int = 0
    sent: int = 0
    line: LineEntry = NULL
    """In turn: messages that keep others waiting, or wait, in the order that the broker got them.
    """
    landed: Landed = NULL
    applied: Landed = NULL
    """Visits of compensations that have taken something back."""
    begun: Landed = NULL
    """Attempts that have begun: ``epoch`` is the index of their draws, ``net`` how often."""
    cells: list[ProcessCell] = NULL
    reactions: int = 0
    instant: int = -1
    """When the latest reaction was, and how many there had been before that instant."""
    before: int = 0
    refs: int = 0
    """How much still refers to it; and what it owns: kept by compiled code."""
    owned: int = 0

    FIRST: ClassVar[int] = 1


@dataclass(slots=True, eq=False)
class ProcessCell:
    """What one process holds of one instance."""

    process: Process = NULL
    instance: Instance = NULL
    life: int = 0
    """The life of the process that it has noticed."""
    volatile: int = 0
    durable: int = 0
    busy: bool = False
    """A reaction is not committed yet: ``reaction``, and its ``cause``."""
    reaction: TabledReaction = NULL
    cause: Stimulus = NULL
    out: bool = False
    """Publish first: the messages of the reaction are out."""
    inbox: Inbox = field(default_factory=Inbox)
    timers: TimerSetting = NULL
    commits: int = 0
    published: int = 0
    unowned: bool = False
    """Held by an earlier life of its process: whatever comes waits until it is taken over."""
    held: Held = NULL
    """Messages that are in hand and not acknowledged; the latest first."""
    deliveries: int = 0
    """How many it has had in hand so far."""
    working: int = 0
    """Attempts that run, or want a worker."""
    gaps: int = 0
    """Dual writes whose messages are not out yet."""
    is_active: bool = False
    """With the volatile state, there is something to go on with after a restart."""
    restored: int = 0
    """With which of the restores of its store it has gone back."""
    in_active: Member = field(default_factory=Member)
    in_occupied: Member = field(default_factory=Member)
    in_dirty: Member = field(default_factory=Member)

    FIRST: ClassVar[int] = 1


@dataclass(slots=True, eq=False)
class Injected(Strikes):
    """One fault at one target."""

    process: Process = NULL
    stage: int = STRIKE
    count: int = 0
    """Occurrences so far."""
    length: int = 0
    ends: int = 0
    """When the latest one is over."""

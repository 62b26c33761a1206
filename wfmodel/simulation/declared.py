"""Records of what is declared and never changes: draws, odds, what each node of the flow is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from wfmodel.native.record_layout import NULL, PYTHON
from wfmodel.simulation.event_codes import OUTSIDE

AT_START, IN_CALL = 1, 2
"""When an effect lands outside."""

CONSTANT, UNIFORM, EXPONENTIAL, LOGNORMAL, WEIBULL, EMPIRICAL, ANY_OTHER = range(7)
"""Families of distributions; Python computes the quantiles of any other."""


@dataclass(slots=True, eq=False)
class Sampler:
    """Draws of one stream from one distribution. ``base`` is the stream's."""

    family: int = CONSTANT
    base: int = 0
    a: int = 0
    """Constant: the value; uniform: low; exponential: mean; else median, scale."""
    b: int = 0
    real: float = 0.0
    values: list[int] = NULL
    weights: list[float] = NULL
    count: int = 0
    distribution: Any = field(default=None, metadata=PYTHON)


@dataclass(slots=True, eq=False)
class Odds:
    """Outcomes, each with the sum of the probabilities up to it."""

    count: int = 0
    outcomes: list[int] = NULL
    thresholds: list[float] = NULL


@dataclass(slots=True, eq=False)
class Block:
    """A node of the flow: how long an attempt takes, how it ends, what its effect is."""

    duration: Sampler = NULL
    business: Odds = NULL
    business_base: int = 0
    business_outcome: int = 0
    """What an injected failure of this kind is called there."""
    transient: Odds = NULL
    transient_base: int = 0
    transient_outcome: int = 0
    odds: Odds = NULL
    """Branches of a choice, or events of a receive; 0 for none."""
    odds_base: int = 0
    delay: Sampler = NULL
    delay_base: int = 0
    at_row: bool = False
    """It has no effect but what it writes into a row, which its machine keeps."""
    once: bool = False
    handler: int = -1
    """The node that undoes it and leaves tombstones; -1: none does."""
    outside: int = 0
    """0: its effect lands with the commit; else outside, at the start or in the call."""
    outside_base: int = 0
    priority: int = 0
    """Attempts of a higher one get a worker first."""
    undoes: int = -1
    is_compensation: bool = False
    tombstones: bool = False
    """Where it finds nothing to undo, it leaves word."""


@dataclass(slots=True, eq=False)
class Player:
    """A process: whose part it plays, and how long what it does takes."""

    index: int = 0
    number: int = 0
    """Which of its participant's replicas; they stand in ``Run.replicas`` from ``first`` on."""
    first: int = 0
    count: int = 1
    capacity: int = 0
    """0: without limit."""
    commit: Sampler = NULL
    publish: Sampler = NULL
    relay: Sampler = NULL
    renewed: int = 0
    lease: int = 0
    """How long a process that was not heard of is taken to live; 0: it takes its own work back."""
    lease_look: int = 0
    poll: int = 0
    """How often it asks for messages, from its start on; 0: it is handed them."""
    mortal: bool = False
    """Its workers may die, each for itself, so it is known which attempts run."""
    beat: int = 0
    """How often a worker is heard of; it is taken for dead when ``silence`` has passed without, at
    the next look, ``beat_look`` after the one before; 0: never."""
    silence: int = 0
    beat_look: int = 0
    kept: int = 0
    """How long it is known what the store held, for restores; 0: none is to come."""
    selective: bool = False
    """Its machine chooses what it takes; other messages wait."""
    watched: bool = False
    """Others hear of its crashes."""


@dataclass(slots=True, eq=False)
class Manner:
    """What is declared of a run: how it stores, publishes, acknowledges, delivers and recovers; how
    long it lasts, and what arrives.
    """

    synchronous: bool = False
    """A reaction waits for its commit."""
    log: bool = False
    outbox: bool = False
    publish_first: bool = False
    gap: bool = False
    """Dual write, after the commit."""
    on_receipt: bool = False
    """A message is acknowledged when it is taken up."""
    after_work: bool = False
    """A message is acknowledged when all that it asked for is done and published."""
    quick_commit: int = -1
    """The latency of every undisturbed commit; -1 where it is not known beforehand."""
    flush_interval: int = 0
    relays_at_once: bool = True
    replay: int = 0
    at_least_once: bool = False
    redelivery: int = 0
    look: int = 0
    """How often a consumer looks for messages to be delivered again; 0: in time."""
    repeats: bool = False
    """The same attempt may begin more than once."""
    participants: int = 0
    replica_count: int = 0
    restarted: int = 0
    """The event of a restart."""
    scripted: bool = False
    """A script says which branch is taken, and when an instance resumes after a restart."""
    fenced: bool = True
    """A participant's store refuses what a replica still ends that was taken for dead."""
    most_deliveries: int = 0
    """A message that was delivered so often is set aside; 0: it comes again without end."""
    in_turn: bool = False
    """Of one instance, a participant gets a message when the one before it is acknowledged."""
    by_sender: bool = False
    """In turn: only messages of the same sender wait for each other."""
    watches: bool = False
    """Somebody hears of somebody's crashes."""
    partitions: int = 0
    """So many lines the instances share; 0: each has its own."""
    partition_base: int = 0
    """Of the draws which line an instance's messages are in."""
    handling: int = 0
    """How long the broker is busy with one delivery; 0: it has room for all."""
    linked: bool = False
    """A crash frees at once what the process had in hand."""
    horizon: int = 0
    faults_end: int = 0
    connections: int = 0
    """How many commits a process has under way at most; 0: any number."""
    network: Sampler = NULL
    every: Sampler = NULL
    trace: list[int] = NULL
    trace_length: int = 0
    most: int = -1
    parts: int = 0
    """Equal parts of the pattern of arrivals; 0: there is none."""
    part_length: int = 0
    part_ends: list[int] = NULL
    """How far a clock that goes by it has come at the end of each part of a period."""
    part_factors: list[float] = NULL


@dataclass(slots=True, eq=False)
class Strikes:
    """When a fault strikes its target, for how long, and what it does there."""

    participant: int = OUTSIDE
    kind: int = 0
    times: list[int] = NULL
    times_length: int = 0
    every: Sampler = NULL
    gap_base: int = 0
    lasts: Sampler = NULL
    probability: float = 1.0
    factor: float = 1.0
    delay: Sampler = NULL
    age: int = 0
    """Restore: how old the backup is; 0: the latest of those that are taken every ``backups``."""
    backups: int = 0
    base: int = 0
    """Of the draws which message it strikes."""
    unseen: bool = False
    together: bool = False
    """Its next instant does not wait until this target is well again."""
    peers: list[int] = NULL
    """A flag for each participant; NULL: a partition from everybody."""
    steps: list[int] = NULL
    """A flag for each node; NULL: all steps."""
    step_bases: list[int] = NULL
    is_business: bool = False
    told: bool = True
    """Rows tell of it: of a store, which replicas have in common, once."""
    own: bool = False
    """A user's process struck it: nobody else says when it comes again."""

"""Each knob once: its words, its row of the page, who knows it, and how a random world draws it.

A knob's type and default are its field in ``knobs.Knobs``; all else that is to be said of it is its
entry here. Assumptions, schema and page take their words from it, generated tests whether it
matters without time, the Markov chain and the rules why it cannot be or does nothing, random worlds
their values, comparisons what they try, live scenarios what is turned.

>>> KNOBS["early"].untimed, KNOBS["early"].what, drawn_values("handling")
(True, 'what becomes of an event that comes before it is waited for', (0, 0, 0, 1000000))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Final

from wfmodel.designs.knob_facts import (
    CHOICE,
    GRID,
    WAITS,
    KnobFacts,
    Trial,
    a_tenth,
    never_again,
    no_log,
    no_replay,
    no_replicas,
    only_usual,
    only_with,
    refused,
    without_outbox,
)
from wfmodel.designs.knobs import (
    DURABLE,
    Acknowledge,
    Delivery,
    Knobs,
    Lease,
    Order,
    Persistence,
    Poll,
    Publishing,
    Recovery,
    Unhandled,
)
from wfmodel.designs.system import System
from wfmodel.model.distributions import Constant, Distribution, Exponential
from wfmodel.model.units import parse_duration

_MS: Final = parse_duration("1ms")
_SILENCE: Final = parse_duration("30s")
"""The watchdog that is tried where there is none (SQS visibility time-out)."""
_LATENCIES: Final[tuple[Distribution, ...]] = (
    Constant(0),
    Constant(_MS),
    Exponential(mean=20 * _MS),
)
_SHORT: Final = Lease(renewed=10 * _MS, lasts=60 * _MS, look=25 * _MS)
_OF_SERVICES: Final = Lease(renewed=10 * _MS, lasts=60 * _MS, look=25 * _MS, of="services")

KNOBS: Final[Mapping[str, KnobFacts]] = {
    "persistence": KnobFacts(
        "when progress becomes durable",
        CHOICE,
        "where progress survives a crash: committed before anything follows from it; nowhere;"
        " flushed now and then; appended as events and replayed",
        untimed=True,
        no_chain=no_log,
        tried=Trial(
            2,
            {
                Persistence.MEMORY: "progress kept in memory only",
                Persistence.DATABASE: "progress committed to a database",
            },
        ),
    ),
    "commit": KnobFacts(
        "latency of a commit",
        "PostgreSQL synchronous commit: 0.16 ms on a fast local disk (pgbench); 1 to 5 ms on"
        " cloud disks is assumed",
        "a commit or append (PostgreSQL: 0.2 to 5 ms)",
        drawn=_LATENCIES,
        idle=only_with(*DURABLE),
        dial=(4, "commit"),
    ),
    "connections": KnobFacts(
        "how many commits a process has under way at once",
        CHOICE,
        "how many commits each process has under way at once (its connections to its store);"
        " others wait",
        values="none, a number",
        counts=True,
        drawn=(None, None, 1, 2),
        no_chain=refused("connections", WAITS),
    ),
    "flush_interval": KnobFacts(
        "loss window of persistence log",
        "swept; no published default",
        "log: what is younger is lost in a crash",
        drawn=(5 * _MS, 100 * _MS),
        idle=only_with(Persistence.LOG),
        dial=(6, "time between flushes"),
    ),
    "replay": KnobFacts(
        "replay of one unfinished instance",
        "assumed: one read from a local store",
        "event stream: replay per unfinished instance after a restart",
        no_chain=no_replay,
        idle=only_with(Persistence.EVENT_STREAM),
    ),
    "delivery": KnobFacts(
        "what the broker guarantees",
        "SQS and Kafka: at least once (documentation)",
        "whether an unacknowledged message comes again",
        untimed=True,
        tried=Trial(3, dict.fromkeys(Delivery, "delivery {}")),
    ),
    "redelivery_timeout": KnobFacts(
        "redelivery time-out",
        "SQS visibility time-out 30 s (documentation)",
        "how long a consumer that took a message may keep it unacknowledged; then it comes"
        " again (Amazon SQS: visibility time-out of 30 s)",
        drawn=(10 * _MS, 200 * _MS),
        idle=never_again,
        tried=Trial(1, {a_tenth: "redelivery after {} (a tenth)"}),
        dial=(1, "redelivery time-out"),
    ),
    "redelivery_look": KnobFacts(
        "how often a consumer looks for lapsed messages",
        "0: the broker has a timer for each; claim loops: their own interval",
        "how often a consumer looks for such messages, from its start on (a claim loop, as"
        " with Redis Streams); 0: the broker has a timer for each",
        drawn=(0, 7 * _MS),
        no_chain=refused("redelivery_look", f": looks are {GRID}"),
        idle=never_again,
        dial=(2, "time between looks for lapsed messages"),
    ),
    "poll": KnobFacts(
        "how often who asks for messages",
        "none: they are handed over at once (push)",
        "who asks for messages now and then, from its start on (a scheduler's loop, a poller"
        " that does not wait); none: they are handed over at once, as by a broker that pushes"
        " or by long polling",
        values="none, `{every: 1s}` (`of`: whose, such as `orchestrator`)",
        drawn=(None, None, Poll(every=13 * _MS), Poll(every=5 * _MS, of="orchestrator")),
        no_chain=refused("poll", f": messages are asked for {GRID}"),
    ),
    "handling": KnobFacts(
        "how long the broker is busy with a delivery",
        "0: it has room for all; a RabbitMQ quorum queue takes some 20,000 a second",
        "how long the broker is busy with each delivery, one after the other; the others wait"
        " (a broker's capacity: 50 us are 20,000 a second); 0: it has room for all",
        drawn=(0, 0, 0, _MS),
        no_chain=refused("handling", WAITS),
    ),
    "max_deliveries": KnobFacts(
        "after how many deliveries a message is set aside",
        CHOICE,
        "a message that was delivered so often, and never acknowledged, is set aside as a"
        " dead letter (SQS: `maxReceiveCount`; RabbitMQ: `delivery-limit`); without, it comes"
        " again without end",
        untimed=True,
        values="none, a number",
        counts=True,
        drawn=(None, None, 1, 2),
        no_chain=refused("max_deliveries", " is only simulated and explored"),
        exported=False,
    ),
    "order": KnobFacts(
        "in which order messages about one instance reach a participant",
        CHOICE,
        "messages about one instance reach a participant in the order in which the broker got"
        " them, each when the one before it is acknowledged (the instance is the ordering key:"
        " a Kafka key, an SQS message group)",
        untimed=True,
        drawn=(Order.NONE, Order.NONE, Order.PER_INSTANCE),
        no_chain=only_usual("order"),
    ),
    "partitions": KnobFacts(
        "how many lines of messages the instances share",
        "none: a line for each instance; Kafka: as many as the topic has partitions",
        "with `order: per-instance`: the instances share so many lines, as the records of a"
        " topic its partitions; each waits for whoever is before it in its line, a poison"
        " message holds up all behind it; none: a line for each instance",
        values="none, a number",
        counts=True,
        drawn=(None, 1, 2),
    ),
    "custody": KnobFacts(
        "what ends a dead consumer's hold on a message",
        CHOICE,
        "what ends a crashed consumer's hold on a message: time, or its connection, which"
        " closes with it (RabbitMQ; a consumer that reads its own pending messages first)",
        idle=never_again,
    ),
    "acknowledge": KnobFacts(
        "when a message is acknowledged",
        CHOICE,
        "with the commit that accepts the message, so that the job is durable (an inbox);"
        " when the work that it asks for is done, committed and published (late"
        " acknowledgement, what most consumers do); before anything is done (auto-ack)",
        untimed=True,
        no_chain=only_usual("acknowledge"),
        values="`after-commit`, `after-work`, `on-receipt`",
        tried=Trial(
            5,
            {
                Acknowledge.AFTER_WORK: "messages acknowledged after the work (late)",
                Acknowledge.AFTER_COMMIT: "messages acknowledged with the commit that accepts them",
            },
        ),
    ),
    "lease": KnobFacts(
        "how long a dead process is taken to hold its instances",
        "none: it takes its own work back at once (DBOS); Airflow: 30 s, looked at every 300 s",
        "how a process holds the instances it works on: who restarts goes on with them at the"
        " first look after the lease of its earlier life; none: at once, under its own stable"
        " name",
        untimed=True,
        values="none, `{renewed: 3s, lasts: 10s, look: 1s}` (`of`: whose, such as `orchestrator`)",
        drawn=(None, None, _SHORT, _OF_SERVICES),
        no_chain=refused("lease", f": looks are {GRID}"),
    ),
    "replicas": KnobFacts(
        "how many processes play each participant",
        CHOICE,
        "how many processes play a participant (or each of the `services`, or of all, `*`):"
        " they share its queue and its store; with a `lease` one takes over what another held",
        untimed=True,
        values="one of each, `{orchestrator: 2, services: 3}`",
        drawn=({}, {}, {"*": 2}, {"services": 3}, {"orchestrator": 2}),
        no_chain=no_replicas,
    ),
    "fenced": KnobFacts(
        "whether a store refuses a replica that was taken for dead",
        CHOICE,
        "with replicas: what a replica still ends that was taken for dead is refused at the"
        " participant's store (a fencing token); if not, its effect lands there a second time, and"
        " what it had decided leaves when it goes on (two leaders)",
        untimed=True,
    ),
    "heartbeat": KnobFacts(
        "how a worker's death is noticed that nobody saw",
        "none: it is not; Airflow: a heartbeat every 5 s, missing for 300 s, looked at every 10 s",
        "how a participant learns that a worker of its has died unseen: its attempt is heard"
        " of every `renewed`; missing for `lasts`, it counts as failed at the next `look`"
        " (Airflow: 5 s, 300 s, 10 s); none: never",
        untimed=True,
        values="none, `{renewed: 5s, lasts: 5m, look: 10s}` (`of`: whose)",
        drawn=(None, Lease(renewed=3 * _MS, lasts=30 * _MS, look=11 * _MS)),
    ),
    "publishing": KnobFacts(
        "how state and messages are tied",
        CHOICE,
        "messages leave with the commit, or as a second operation that a crash can cut off",
        untimed=True,
        tried=Trial(
            4,
            {
                Publishing.OUTBOX: "a transactional outbox instead of the dual write",
                Publishing.DUAL_WRITE: "a dual write instead of the outbox",
            },
            puts_back=("dual_write_order",),
        ),
    ),
    "dual_write_order": KnobFacts(
        "first operation of a dual write",
        CHOICE,
        "a crash in between loses the message, or leaves one that tells of nothing",
        untimed=True,
    ),
    "publish": KnobFacts(
        "latency of handing over a message",
        "assumed: one hop inside a region",
        "handing a message to the broker: the gap of a dual write",
        drawn=_LATENCIES,
    ),
    "relay_delay": KnobFacts(
        "outbox: from commit to publication",
        "0: log tailing; Debezium polls: 500 ms",
        "outbox: from commit to publication (0: log tailing; Debezium polls every 500 ms)",
        drawn=_LATENCIES,
        idle=without_outbox,
        dial=(5, "delay of the relay"),
    ),
    "deduplicate": KnobFacts(
        "repeats are recognised",
        CHOICE,
        "receivers and stores recognise a repeated idempotency key",
        untimed=True,
        tried=Trial(6, {False: "no deduplication", True: "repeats recognised"}, ("known_key",)),
    ),
    "known_key": KnobFacts(
        "what follows from a repeat that is recognised",
        CHOICE,
        "what follows from a repeat that is recognised: a command is answered again and an"
        " event skipped; nothing; whatever was published for it is published again",
        untimed=True,
    ),
    "tombstones": KnobFacts(
        "an undo that finds nothing leaves word",
        CHOICE,
        "an undo that overtook its step leaves word, and the step's late effect is refused",
        untimed=True,
        tried=Trial(7, {True: "undos leave tombstones", False: "undos leave no tombstones"}),
    ),
    "timeouts": KnobFacts(
        "whoever waits applies time-outs",
        CHOICE,
        "whoever waits for a step applies the step's time-out, and whoever starts an instance"
        " the workflow's own",
        untimed=True,
        tried=Trial(8, {False: "no time-outs on steps", True: "time-outs on steps"}),
    ),
    "recovery": KnobFacts(
        "what a step does about a failure that may be mended",
        CHOICE,
        "what a step does about a transient failure or time-out: as the workflow says; it is"
        " tried again without end (forward recovery); it is not, and leads to its handler or,"
        " where there is none, to `rollback` (backward recovery). Undos stay as declared",
        untimed=True,
        drawn=(Recovery.DECLARED, *Recovery),
    ),
    "unhandled": KnobFacts(
        "what becomes of a failure that no state handles",
        CHOICE,
        "a failure that no state handles ends the workflow as failed; or the message is set"
        " aside (a dead letter, an incident) and the instance stays where it is",
        untimed=True,
        drawn=(Unhandled.FAIL, Unhandled.FAIL, Unhandled.PARK),
    ),
    "interrupted": KnobFacts(
        "what becomes of work that a crash interrupts",
        CHOICE,
        "an attempt whose process is gone is done again when its service is back; or it has"
        " failed then (its first transient failure), and a retry decides (a supervisor reports"
        " that the task's process ended)",
        untimed=True,
    ),
    "early": KnobFacts(
        "what becomes of an event that comes before it is waited for",
        CHOICE,
        "what becomes of an event from outside that comes before its `receive` waits for it"
        " (`caused_by`): it is gone, or kept until then",
        untimed=True,
    ),
    "watchdog": KnobFacts(
        "silence after which a watchdog repeats",
        CHOICE,
        "repeats the last open message of an instance that is silent for this long",
        untimed=True,
        values="none, a duration",
        drawn=(None, 150 * _MS),
        tried=Trial(9, {None: "no watchdog", _SILENCE: "a watchdog that asks after {} of silence"}),
        dial=(3, "watchdog"),
    ),
    "correlation": KnobFacts(
        "records carry the instance's identity",
        CHOICE,
        "records carry the instance's identity, so that a monitor can join them",
        drawn=(),
    ),
    "event_content": KnobFacts(
        "what an event carries",
        CHOICE,
        "choreography, hybrid: what an event carries; counts in the coupling metrics",
        drawn=(),
    ),
}
"""In the order of the page."""
assert set(KNOBS) == {each.name for each in fields(Knobs)}

_TRIED: Final = {name: facts.tried for name, facts in KNOBS.items() if facts.tried}
TRIED: Final = tuple(sorted(_TRIED.items(), key=lambda each: each[1].place))
"""Knobs that a comparison tries another way, in the order in which it tells them."""

_DIALS: Final = sorted((facts.dial, name) for name, facts in KNOBS.items() if facts.dial)
DIALS: Final = tuple((name, title) for (_, title), name in _DIALS)
"""Knobs that are worth a dial, each with its title."""

UNTIMED: Final = tuple(name for name, facts in KNOBS.items() if facts.untimed)
"""Knobs that matter where there is no time."""


def why_no_chain(system: System) -> str:
    """Why a system's knobs allow no Markov chain: of the first that does not; empty: they do."""
    return next((why for each in KNOBS.values() if (why := each.no_chain(system))), "")


def drawn_values(name: str) -> tuple[object, ...]:
    """What a random world may choose from."""
    usual, drawn = getattr(Knobs(), name), KNOBS[name].drawn
    if drawn is not None:
        return drawn or (usual,)
    if isinstance(usual, bool):
        return (False, True)
    return tuple(type(usual)) if isinstance(usual, Enum) else (usual,)

"""Messages between processes: publication, the network, redelivery, and what faults do to them.

At least once: a message waits in its recipient's queue until the recipient is there. One that was
delivered and not acknowledged is delivered again when its lease has lapsed: the redelivery time-out
after its delivery, or at the consumer's next look for such messages; or at once, where the broker
sees the consumer's link close. At most once: it is dropped, and a row says why.
"""

from __future__ import annotations

from wfmodel.designs.fault_facts import PER_MESSAGE
from wfmodel.designs.faults import FaultKind
from wfmodel.designs.history import FAULT_KINDS, Drop, Kind
from wfmodel.simulation.basis import (
    FAR,
    done_with,
    duration,
    event_of,
    parcel_of,
    quantile,
    row,
    schedule,
    uniform,
)
from wfmodel.simulation.event_codes import (
    ACKNOWLEDGED,
    CHECK,
    DEAD,
    DELIVER,
    FOR_GOOD,
    LAPSED,
    OPEN,
    PARCEL,
    RELAYED,
    RETRANSMIT,
    UNWATCHED,
)
from wfmodel.simulation.queues import append, take_all
from wfmodel.simulation.records import (
    Event,
    Instance,
    Operation,
    Parcel,
    Process,
    ProcessCell,
    TabledReaction,
)
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.turns import is_done, join_line, leave_line, note_acknowledged, one_more

_SEND = int(Kind.SEND)
_DROP = int(Kind.DROP)
_DUPLICATE = int(Kind.DUPLICATE)
_LOST = int(Drop.LOST)
_RECIPIENT_DOWN = int(Drop.RECIPIENT_DOWN)
_BROKER_DOWN = int(Drop.BROKER_DOWN)
_SET_ASIDE = int(Drop.SET_ASIDE)
_LOSS = FAULT_KINDS.index(FaultKind.LOSS)
_DUPLICATION = FAULT_KINDS.index(FaultKind.DUPLICATION)
_LATER = (FAULT_KINDS.index(FaultKind.DELAY), FAULT_KINDS.index(FaultKind.REORDERING))
assert {_LOSS, _DUPLICATION, *_LATER} == {FAULT_KINDS.index(kind) for kind in PER_MESSAGE}
"""What ``_meet_faults`` knows is all that strikes messages: what it does not name is a delay."""

# ----------------------------------------------------------------------------------- publication


def publish(run: Run, process: Process, instance: Instance, operation: Operation) -> None:
    """A process hands a message to the broker."""
    if refuses(run, process):
        _refused(run, process, instance, operation)
    elif run.outbox and (process.down or process.paused):
        event = event_of(run, RELAYED, instance)
        event.process = process
        event.operation = operation
        append(process.outbox, event)
    else:
        post(run, process.index, instance, operation)


def relay(run: Run, cell: ProcessCell, operation: Operation) -> None:
    """Outbox: the relay publishes what was committed. Without a transaction there is none."""
    process = cell.process
    if run.relays_at_once or not run.outbox:
        publish(run, process, cell.instance, operation)
        return
    event = event_of(run, RELAYED, cell.instance)
    event.process = process
    event.operation = operation
    schedule(run, duration(run, process.relay, cell.instance.index, cell.commits), event)


def after_gap(run: Run, kind: int, cell: ProcessCell, reaction: TabledReaction) -> None:
    """The messages of a reaction go out on their own, before or after its commit."""
    process = cell.process
    cell.published += 1
    event = event_of(run, kind, cell.instance)
    event.cell = cell
    event.life = process.life
    event.reaction = reaction
    schedule(run, duration(run, process.publish, cell.instance.index, cell.published), event)


def refuses(run: Run, process: Process) -> bool:
    """Whether a process cannot reach the broker, or the broker takes nothing."""
    return run.down != 0 or process.cut != 0


def post(run: Run, sender: int, instance: Instance, operation: Operation) -> None:
    """The broker has the message: one delivery per recipient."""
    row(run, _SEND, instance.index, sender, operation.a, 0)
    deliver_to_each(run, sender, instance, operation)


def deliver_to_each(run: Run, sender: int, instance: Instance, operation: Operation) -> None:
    """A delivery for each recipient sets out, or waits for its turn."""
    for place in range(operation.count):
        recipient = operation.recipients[place]
        parcel = parcel_of(run, instance, sender, recipient, operation.a, operation.b)
        if not run.in_turn or join_line(run, parcel):
            transmit(run, parcel)


def _refused(run: Run, process: Process, instance: Instance, operation: Operation) -> None:
    """Broker out of reach: an outbox waits; a producer retries from memory, or gives up."""
    if not run.outbox and not run.at_least_once:
        unpublished(run, process, instance, operation, _BROKER_DOWN)
        return
    event = event_of(run, RELAYED, instance)
    event.process = process
    event.operation = operation
    event.sender_life = FOR_GOOD if run.outbox else process.life
    append(run.waiting, event)


def unpublished(
    run: Run, process: Process, instance: Instance, operation: Operation, cause: int
) -> None:
    """A message that never left its sender."""
    row(run, _DROP, instance.index, process.index, operation.a, cause)


# --------------------------------------------------------------------------------------- network


def transmit(run: Run, parcel: Parcel) -> None:
    """One delivery more sets out."""
    if run.in_turn:
        one_more(run, parcel, 1)
    set_out(run, parcel)


def set_out(run: Run, parcel: Parcel) -> None:
    """A delivery sets out, or the same once more."""
    instance = parcel.instance
    instance.sent += 1
    delay = duration(run, run.network, instance.index, instance.sent)
    if run.handling:
        run.busy_until = max(run.busy_until, run.now) + run.handling
        delay = min(delay + run.busy_until - run.now, FAR)
    if run.message_faults.first:
        delay = _meet_faults(run, parcel, delay)
    if delay >= 0:
        _after(run, delay, DELIVER, parcel)


def _after(run: Run, delay: int, kind: int, parcel: Parcel) -> None:
    event = event_of(run, kind, parcel.instance)
    event.parcel = parcel
    schedule(run, delay, event)


def _meet_faults(run: Run, parcel: Parcel, delay: int) -> int:
    """The delay with what faults add to it; -1: the delivery is lost."""
    index, sent = parcel.instance.index, parcel.instance.sent
    event = run.message_faults.first
    while event:
        fault = event.fault
        event = event.next
        if fault.process.index != parcel.recipient:
            continue
        if uniform(fault.base, index, sent) >= fault.probability:
            continue
        if fault.kind == _LOSS:
            parcel.deliveries += 1
            lose(run, parcel, _LOST)
            return -1
        if fault.kind == _DUPLICATION:
            row(run, _DUPLICATE, index, parcel.recipient, parcel.message, 0)
            if run.in_turn:
                one_more(run, parcel, 1)
            _after(run, delay, DELIVER, parcel)
        else:
            more = quantile(run, fault.delay, uniform(fault.base + 1, index, sent))
            delay = min(delay + more, FAR)
    return delay


def lose(run: Run, parcel: Parcel, cause: int) -> None:
    """A delivery came to nothing."""
    if run.at_least_once:
        _after(run, run.redelivery, RETRANSMIT, parcel)
        return
    row(run, _DROP, parcel.instance.index, parcel.recipient, parcel.message, cause)
    if run.in_turn:
        _pass_turn(run, parcel)


def _pass_turn(run: Run, parcel: Parcel) -> None:
    """It will not come. The next one sets out by an event of its own: it may be lost, too."""
    note_acknowledged(run, parcel)
    one_more(run, parcel, -1)
    if is_done(run, parcel):
        following = leave_line(run, parcel)
        if following:
            one_more(run, following.parcel, 1)
            _after(run, 0, RETRANSMIT, following.parcel)


def wait_for(run: Run, process: Process, event: Event) -> bool:
    """Nobody takes it up: it waits in the queue, if there is one. Whether the event is kept."""
    if not run.at_least_once:
        return False
    append(process.arriving, event)
    return True


def come_in(run: Run, process: Process) -> None:
    """A process is back, or can be reached again: what waits for it, or any like it, sets out."""
    for place in range(process.first, process.first + process.count):
        event = take_all(run.replicas[place].arriving)
        while event:
            following = event.next
            set_out(run, event.parcel)
            done_with(run, event)
            event = following


def deliver_again(run: Run, parcel: Parcel) -> None:
    """A delivery came to nothing: another sets out, or the message is set aside."""
    if is_spent(run, parcel):
        set_aside(run, parcel)
    else:
        set_out(run, parcel)


def is_spent(run: Run, parcel: Parcel) -> bool:
    """Whether it was delivered as often as it may be."""
    return run.most_deliveries != 0 and parcel.deliveries >= run.most_deliveries


def set_aside(run: Run, parcel: Parcel) -> None:
    """A dead letter: nobody gets it any more, and the broker is done with it.

    Not while somebody has another of its deliveries in hand, and may still acknowledge that one.
    """
    if _is_open(run, parcel):
        if run.in_turn:
            _is_over(run, parcel)
        return
    if parcel.watched < ACKNOWLEDGED:  # else another of its deliveries came to this end before
        row(run, _DROP, parcel.instance.index, parcel.recipient, parcel.message, _SET_ASIDE)
        parcel.watched = DEAD
    acknowledge(run, parcel)


def lapsed(run: Run, event: Event) -> bool:
    """The lease of a message in a crashed consumer's hands is over. Whether the event is kept.

    Where consumers look for such messages, whoever is up does at its next look, and whoever is down
    when it starts.
    """
    if is_spent(run, event.parcel):
        set_aside(run, event.parcel)
        return False
    wait, first = FAR, run.processes[event.parcel.recipient]
    for place in range(first.first, first.first + first.count):
        process = run.replicas[place]
        if not process.down:
            late = (run.now - process.up_since) % run.look if run.look else 0
            wait = min(wait, run.look - late if late else 0)
    if wait == FAR:
        append(first.arriving, event)
        return True
    if wait:
        _after(run, wait, RETRANSMIT, event.parcel)
    else:
        set_out(run, event.parcel)
    return False


# ------------------------------------------------------------------------- slow acknowledgements


def watch(run: Run, parcel: Parcel) -> None:
    """Redeliver a message that is still not acknowledged after the redelivery time-out.

    Only slow paths (a stalled commit, a paused process) call it: elsewhere the acknowledgement is
    known to come in time, and a timer per message would be work for nothing. Copies of one message
    share one time-out.
    """
    if run.at_least_once and parcel.watched == UNWATCHED:
        parcel.watched = OPEN
        _after(run, run.redelivery, CHECK, parcel)


def acknowledge(run: Run, parcel: Parcel) -> None:
    """It need not be delivered again; copies that are under way arrive all the same."""
    if parcel.watched == OPEN or (run.most_deliveries and parcel.watched == UNWATCHED):
        parcel.watched = ACKNOWLEDGED
    if run.in_turn:
        note_acknowledged(run, parcel)
        _is_over(run, parcel)


def _is_over(run: Run, parcel: Parcel) -> None:
    """In turn: one delivery of a message is; the next message may set out."""
    one_more(run, parcel, -1)
    if is_done(run, parcel):
        following = leave_line(run, parcel)
        if following:
            transmit(run, following.parcel)


def check_acknowledged(run: Run, parcel: Parcel) -> None:
    """The redelivery time-out of a watched message is over."""
    if not _is_open(run, parcel):
        if parcel.watched == OPEN or not run.most_deliveries:  # else it stays done with
            parcel.watched = UNWATCHED
        return
    wait = _until_look(run, run.processes[parcel.recipient])
    if wait:
        _after(run, wait, CHECK, parcel)
        return
    if parcel.watched == OPEN and not is_spent(run, parcel):
        transmit(run, parcel)
    _after(run, run.redelivery, CHECK, parcel)


def _until_look(run: Run, first: Process) -> int:
    """How long until a replica that runs looks; 0: one does now, or nobody has to."""
    wait = FAR
    for place in range(first.first, first.first + first.count):
        process = run.replicas[place]
        if run.look and not (process.down or process.paused):
            wait = min(wait, (process.up_since - run.now) % run.look)
    return 0 if wait == FAR else wait


def _is_open(run: Run, parcel: Parcel) -> bool:
    """Whether somebody has it in hand: a paused process, a cell that commits, or its inbox."""
    first = run.processes[parcel.recipient]
    for place in range(first.first, first.first + first.count):
        event = run.replicas[place].deferred.first
        while event:
            if event.kind == DELIVER and event.parcel == parcel:
                return True
            event = event.next
    cell = parcel.instance.cells[parcel.recipient]
    if not cell or cell.life != cell.process.life:
        return False
    held = cell.held
    while held:
        if held.parcel == parcel:
            return True
        held = held.next
    if cell.busy and cell.cause.item == PARCEL and cell.cause.parcel == parcel:
        return True
    stimulus = cell.inbox.first
    while stimulus:
        if stimulus.item == PARCEL and stimulus.parcel == parcel:
            return True
        stimulus = stimulus.next
    return False


def abandon(run: Run, parcel: Parcel) -> None:
    """The recipient crashed before it acknowledged."""
    if parcel.watched >= ACKNOWLEDGED:
        if run.in_turn:
            _is_over(run, parcel)
        return
    if not run.at_least_once:
        lose(run, parcel, _RECIPIENT_DOWN)
        return
    left = 0 if run.linked else max(0, parcel.taken + run.redelivery - run.now)
    _after(run, left, LAPSED, parcel)

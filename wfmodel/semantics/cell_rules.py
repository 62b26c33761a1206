"""What one participant's cell does with an event or a fault: each step a pure function.

A search that interns cells calls a step once for each cell. A step that the cell does not allow
raises ``Refused`` and says why. What was heard is volatile until it is committed:

>>> from wfmodel.designs import orchestrate
>>> from wfmodel.designs.messages import Start
>>> from wfmodel.model import load_workflow
>>> order = load_workflow("models/order-fulfilment/workflow.yaml").workflow
>>> rules = CellRules(table := Table(orchestrate(order)))
>>> begun = rules.react(0, Cell(), table.received(table.message(Start()))).cell
>>> [(cell.volatile, cell.durable) for cell in (begun, rules.commit(begun).cell)]
[(1, 0), (1, 1)]
>>> rules.crash(begun).cell.volatile
0
"""

from __future__ import annotations

from collections import Counter

from wfmodel.designs.commit_policy import CommitPolicy
from wfmodel.designs.messages import Chosen, Received, Restarted, TimerFired, WorkDone
from wfmodel.designs.system import Channel
from wfmodel.designs.table import (
    CHOOSE,
    CLEAR_TIMER,
    EXPECT,
    SEND,
    SET_TIMER,
    WORK,
    Operation,
    Table,
    only_works,
)
from wfmodel.model.flow import BUSINESS_FAILURE, TRANSIENT_FAILURE, interruption
from wfmodel.model.state_events import lands_outside
from wfmodel.model.workflow import DONE, Compensation, Task
from wfmodel.semantics.after import NOTHING, After, Refused, without
from wfmodel.semantics.configuration import (
    ANYONE,
    Cell,
    Landing,
    Parcel,
    Pending,
    Post,
    Work,
    put,
    take,
)
from wfmodel.semantics.restore_rules import gone_back, stored


class CellRules:
    """The rules for one cell that a system's knobs select; ``backups``: a restore may come."""

    def __init__(self, table: Table, *, backups: bool = False) -> None:
        knobs = table.system.knobs
        self.table = table
        self.flow = table.system.flow
        self.backups = backups
        self.atomic = table.system.atomic
        """A reaction, its commit and its messages are one step."""
        self.policy = policy = CommitPolicy.of(knobs, atomic=self.atomic)
        self.in_turn = policy.after_work and table.system.channel is Channel.QUEUE
        """No message is taken up before the one in hand is acknowledged."""
        self.max_deliveries = knobs.max_deliveries
        self.fenced = knobs.fenced

    # --------------------------------------------------------------------------- reactions

    def react(self, participant: int, cell: Cell, event: int, sender: int = ANYONE) -> After:
        """A participant meets an event; ``sender`` is whose message it is, where that matters."""
        self._ready(cell, event)
        if not self.may_take(cell, event):
            raise Refused("the message before it is not acknowledged")
        before = cell
        cell, received, finished = self._consume(cell, event)
        after, operations, _ = self.table.entry(participant, cell.volatile, event)
        cell = cell._replace(volatile=after, restarting=False)
        taken = None if received == NOTHING else (sender, received)
        policy = self.policy
        if policy.synchronous:
            if taken and (policy.on_receipt or policy.after_work) and only_works(operations):
                return self._work_at_once(cell, taken, operations)
            cell, over = self._worked_off(before, cell)
            sends = posts_of(operations) if policy.publish_first else ()
            kept, landing = (finished, None) if policy.outbox else (None, finished)
            early = taken if policy.on_receipt else None
            received = NOTHING if early else received
            pending = Pending(received, operations, kept, sends, sender=sender, finished=over)
            return After(cell._replace(pending=pending), early, landing=landing)
        cell = self._release(cell, operations)
        if not self.atomic:
            return After(cell, taken, (), finished)
        durable = 0 if policy.memory else cell.volatile
        sent, cell = cell.queue, self._stored(cell._replace(queue=()), durable)
        return After(cell, taken, sent, finished)

    def _stored(self, cell: Cell, durable: int) -> Cell:
        return stored(cell, durable) if self.backups else cell._replace(durable=durable)

    def _work_at_once(self, cell: Cell, parcel: Parcel, operations: tuple[Operation, ...]) -> After:
        """Work begins with nothing committed: a crash forgets that it was ever asked for.

        Acknowledged on receipt, the message is gone then; after the work, it comes again.
        """
        cell = self._release(cell, operations)
        if self.policy.after_work:
            asked = tuple(o[1:4] for o in operations if o[0] == WORK)
            cell = cell._replace(held=(*cell.held, (parcel, asked)))
        return After(cell, parcel)

    def _worked_off(self, before: Cell, cell: Cell) -> tuple[Cell, tuple[Parcel, ...]]:
        """The cell after an event, and the messages in hand whose last work it ended.

        Where several have asked for the same work, it is that of the one that was taken first.
        """
        if not cell.held or (before.work == cell.work and before.dead == cell.dead):
            return cell, ()
        [ended] = Counter(before.work + before.dead) - Counter(cell.work + cell.dead)
        for place, (parcel, asked) in enumerate(cell.held):
            if ended in asked:
                earlier, later = cell.held[:place], cell.held[place + 1 :]
                left = take(asked, ended)
                if left:
                    return cell._replace(held=(*earlier, (parcel, left), *later)), ()
                return cell._replace(held=(*earlier, *later)), (parcel,)
        return cell, ()

    def may_take(self, cell: Cell, event: int) -> bool:
        """In a queue, nothing overtakes what is in hand but another copy of it."""
        content = self.table.events.values[event] if self.in_turn else None
        if not isinstance(content, Received):
            return True
        message = self.table.messages.number(content.message)
        return all(held == message for _, held in cell.in_hand)

    def _ready(self, cell: Cell, event: int) -> None:
        if cell.down:
            raise Refused("the participant is down")
        if cell.paused:
            raise Refused("the participant is paused")
        if cell.pending is not None:
            raise Refused("its last reaction is not committed")
        if cell.restarting and event != self.table.restarted:
            raise Refused("it has been restarted, and must react to that first")

    def _consume(self, cell: Cell, event: int) -> tuple[Cell, int, Landing | None]:
        """The cell after it took up an event, the message received, the visit that succeeded."""
        content = self.table.events.values[event]
        match content:
            case Received(message):
                return cell, self.table.messages.number(message), None
            case TimerFired(timer):
                timers = without(cell.timers, self.table.timers.number(timer), "timer is not set")
                return cell._replace(timers=timers), NOTHING, None
            case WorkDone(node, epoch, attempt, outcome):
                if outcome not in self.outcomes(node):
                    raise Refused(f"the step cannot end with {outcome!r}")
                return self._ended(cell, (node, epoch, attempt), outcome)
            case Chosen(node, epoch, branch):
                if all(edge.event != branch for edge in self.flow.nodes[node].edges):
                    raise Refused(f"the choice has no branch {branch!r}")
                choices = without(cell.choices, (node, epoch), "no such choice is pending")
                return cell._replace(choices=choices), NOTHING, None
            case Restarted():
                if not cell.restarting:
                    raise Refused("it was not restarted, or knows nothing of the instance")
                return cell, NOTHING, None

    def _ended(self, cell: Cell, work: Work, outcome: str) -> tuple[Cell, int, Landing | None]:
        """An attempt is over. Outside, it has had its effect if, and only if, it succeeded, or died
        after that.
        """
        if work in cell.dead and outcome == interruption(self.flow.nodes[work[0]].state):
            return cell._replace(dead=take(cell.dead, work)), NOTHING, None
        cell = cell._replace(work=without(cell.work, work, "it is not working on that"))
        if not self.lands_outside(work[0]):
            return cell, NOTHING, work[:2] if outcome == DONE else None
        if outcome == DONE:
            landed = without(cell.landed, work, "its effect is not there yet")
            return cell._replace(landed=landed), NOTHING, None
        if cell.landed.count(work) > cell.work.count(work):
            raise Refused("its effect is there: it cannot fail any more")
        return cell, NOTHING, None

    def lands_outside(self, node: int) -> bool:
        """Whether no transaction of ours reaches the effect of a step."""
        return lands_outside(self.flow.nodes[node].state)

    def land(self, cell: Cell, work: Work) -> After:
        """Outside, an attempt in progress has its effect."""
        if cell.down or cell.paused or not self.lands_outside(work[0]):
            raise Refused("nothing lands there now")
        if cell.landed.count(work) >= cell.work.count(work):
            raise Refused("no such attempt is in progress, or it has had its effect")
        return After(cell._replace(landed=put(cell.landed, work)), landing=work[:2])

    def outcomes(self, node: int) -> tuple[str, ...]:
        """How an attempt at a step can end: well, as declared, or by an injected failure."""
        state = self.flow.nodes[node].state
        assert isinstance(state, Task | Compensation)
        return (DONE, *state.failures, BUSINESS_FAILURE, TRANSIENT_FAILURE)

    def _release(self, cell: Cell, operations: tuple[Operation, ...]) -> Cell:
        """Carry out a reaction's actions; messages go into the queue."""
        timers, expected = set(cell.timers), cell.expected
        work, choices, queue = cell.work, cell.choices, cell.queue
        for operation in operations:
            code = operation[0]
            if code == SEND:
                queue = (*queue, (operation[1], operation[3]))
            elif code == WORK:
                work = put(work, (operation[1], operation[2], operation[3]))
            elif code == SET_TIMER:
                timers.add(operation[1])
            elif code == CLEAR_TIMER:
                timers.discard(operation[1])
            elif code == CHOOSE:
                choices = put(choices, (operation[1], operation[2]))
            else:
                assert code == EXPECT
                expected = put(expected, (operation[1], operation[2]))
        return cell._replace(
            timers=tuple(sorted(timers)),
            work=work,
            choices=choices,
            queue=queue,
            expected=expected,
        )

    def opening(self, operations: tuple[Operation, ...]) -> After:
        """The cell that a participant begins with, and what it sends before anything happens."""
        cell = self._release(Cell(), operations)
        return After(cell._replace(queue=()), sent=cell.queue)

    # --------------------------------------------------------- durability and publication

    def commit(self, cell: Cell) -> After:
        """The uncommitted reaction becomes durable, and releases what waited for that."""
        pending = cell.pending
        if cell.down or pending is None:
            raise Refused("it has nothing to commit")
        if pending.unpublished:
            raise Refused("it publishes first, and has not yet")
        taken = None if pending.received == NOTHING else (pending.sender, pending.received)
        operations = pending.operations
        if self.policy.publish_first:
            operations = tuple(o for o in operations if o[0] != SEND)
        cell = self._stored(cell._replace(pending=None), cell.volatile)
        if self.policy.after_work:
            done = (*pending.finished, *(() if taken is None else (taken,)))
            cell = cell._replace(unacknowledged=put(cell.unacknowledged, *done))
        return After(self._release(cell, operations), taken, (), pending.landing)

    def acknowledge(self, cell: Cell, parcel: Parcel) -> After:
        """The broker hears that a message need not come again: all of it is done and published."""
        if not self.may_acknowledge(cell):
            raise Refused("it has nothing to acknowledge")
        left = without(cell.unacknowledged, parcel, "it has no such message to acknowledge")
        return After(cell._replace(unacknowledged=left))

    def may_acknowledge(self, cell: Cell) -> bool:
        """Whether what follows from its messages is out of a crash's reach."""
        runs = not cell.down and not cell.paused
        return runs and (self.policy.outbox or not cell.queue)

    def flush(self, cell: Cell) -> After:
        """Log: what is known so far becomes durable."""
        if cell.down or not self.policy.log:
            raise Refused("it has nothing to flush")
        return After(self._stored(cell, cell.volatile))

    def publish(self, cell: Cell, post: Post) -> After:
        """One message of the queue reaches the broker, which owes it to every recipient."""
        return After(self._without_post(cell, post), sent=(post,))

    def _without_post(self, cell: Cell, post: Post) -> Cell:
        if cell.down:
            raise Refused("the participant is down")
        pending = cell.pending
        if pending is not None and post in pending.unpublished:
            left = take(pending.unpublished, post)
            out = (*pending.published, post)
            return cell._replace(pending=pending._replace(unpublished=left, published=out))
        return cell._replace(queue=without(cell.queue, post, "it has no such message to publish"))

    # -------------------------------------------------------------------------- the outside

    def answered(self, cell: Cell, node: int, epoch: int) -> Cell:
        """The outside event that a receive awaits is sent, or never will be."""
        wanted = (node, epoch)
        return cell._replace(expected=without(cell.expected, wanted, "nobody awaits this event"))

    # ------------------------------------------------------------------------------- faults

    def crash(self, cell: Cell) -> After:
        """What is volatile is gone; a second crash of a process that is down changes nothing."""
        if cell.down:
            return After(cell._replace(down=cell.down + 1))
        pending, taken, back = cell.pending, None, cell.in_hand
        if pending is not None and pending.received != NOTHING:
            parcel = (pending.sender, pending.received)
            counted = self.policy.at_least_once and self.max_deliveries is not None
            taken = None if self.policy.at_least_once and not counted else parcel
            back = (*back, parcel) if counted else back
        if self.max_deliveries is not None:
            back = tuple((sender - 1, message) for sender, message in back)
        durable = 0 if self.policy.memory else cell.durable
        left = Cell(
            durable,
            durable,
            1,
            queue=cell.queue if self.policy.outbox else (),
            expected=cell.expected,
            late=cell.late,
            decided=cell.decided,
            past=cell.past,
        )
        return After(left, taken, returned=back)

    def is_spent(self, parcel: Parcel) -> bool:
        """Whether it was delivered as often as it may be."""
        return self.max_deliveries is not None and ANYONE - parcel[0] >= self.max_deliveries

    def restore(self, cell: Cell, state: int) -> After:
        """A crash, after which the store holds a state that it held before."""
        after = self.crash(cell)
        return after._replace(cell=gone_back(after.cell, state))

    def others_relay(self, participant: int) -> bool:
        """Whether an outbox is emptied by whichever replica runs."""
        return self.policy.outbox and self._is_replicated(participant)

    def _is_replicated(self, participant: int) -> bool:
        system = self.table.system
        return system.knobs.replicas_of(self.table.names[participant], system.services) > 1

    def may_lapse(self, participant: int) -> bool:
        """Whether other replicas take what one holds that stands still."""
        system = self.table.system
        lease = system.knobs.lease_of(self.table.names[participant], system.services)
        leased = self.policy.after_work or lease is not None
        return leased and self._is_replicated(participant)

    def restart(self, participant: int, cell: Cell) -> After:
        """One crash is over; with the last, the process is back with its durable state."""
        if not cell.down:
            raise Refused("the participant is not down")
        down = cell.down - 1
        name = self.table.names[participant]
        knows = not down and (cell.volatile != 0 or name in self.table.system.opening)
        return After(cell._replace(down=down, restarting=knows))

    def pause(self, cell: Cell) -> After:
        """It stands still; nothing is lost."""
        if cell.down or cell.paused:
            raise Refused("it does not run")
        return After(cell._replace(paused=True))

    def resume(self, cell: Cell) -> After:
        """It goes on with what it knew."""
        if not cell.paused:
            raise Refused("it is not paused")
        return After(cell._replace(paused=False))

    def restart_changes_nothing(self, participant: int, cell: Cell) -> bool:
        """Whether a restarted participant has nothing to go on with."""
        after, operations, _ = self.table.entry(participant, cell.volatile, self.table.restarted)
        return after == cell.volatile and not operations


def posts_of(operations: tuple[Operation, ...]) -> tuple[Post, ...]:
    """The messages among a reaction's actions."""
    return tuple((o[1], o[3]) for o in operations if o[0] == SEND)

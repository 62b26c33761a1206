"""Messages between processes: publication, the network, redelivery, and what faults do to them.

At least once: a message waits until its recipient is there. One that was delivered and not
acknowledged is delivered again the redelivery time-out after its delivery, or at the first look
after that; or as soon as its holder's link closes. At most once: it is dropped, and a row says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.oracles.simpy_driver.cells import Instance, Occurrence, Parcel, Process
from tests.oracles.simpy_driver.run import Offer, Run
from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.designs.history import Drop, Kind
from wfmodel.designs.knobs import Custody, Delivery
from wfmodel.designs.table import Operation
from wfmodel.model.distributions import Constant
from wfmodel.simulation.randomness import uniform

_SEND = int(Kind.SEND)


class Broker:
    """The one channel: every message of either design goes through it."""

    def __init__(self, run: Run, offer: Offer) -> None:
        self.run = run
        self.env = run.env
        self.row = run.row
        self._offer = offer
        self._processes = run.processes
        knobs = run.knobs
        self.redelivers = knobs.delivery is Delivery.AT_LEAST_ONCE
        self.redelivery_ns = knobs.redelivery_timeout
        self.outbox = run.atomic
        self.down = 0
        self.blocked: list[tuple[frozenset[int], frozenset[int]]] = []
        """Partial partitions: pairs of sides that cannot reach each other."""
        self.message_faults: list[tuple[int, Fault, int]] = []
        """(fault's number, fault, recipient) of what may befall a message."""
        self._waiting: list[tuple[Process, int | None, Instance, Operation]] = []
        self.producers: list[tuple[Callable[[Occurrence], None], Occurrence]] = []
        """Publish first: reactions that wait for the broker before they commit."""
        self._held: list[Parcel] = []
        self.watched: dict[int, bool] = {}
        """Slow deliveries by identity: acknowledged or not. Copies of one share one time-out."""
        network = run.setting.network
        self._network = run.sampler("network", network)
        self._constant_ns = network.value if isinstance(network, Constant) else None
        self._on_arrival = (self.deliver,)
        self._on_retransmit = (self._retransmit,)
        self._on_lapse = (self._lapsed,)
        self.look_ns = knobs.redelivery_look
        self.linked = knobs.custody is Custody.LINK
        self.kept: list[Parcel] = []
        self.sent: dict[int, int] = {}
        """When the broker had a parcel, by identity."""
        self.taken: dict[int, int] = {}
        """When a parcel, by identity, reached its recipient for the last time."""

    # ------------------------------------------------------------------------- publication

    def publish(self, process: Process, instance: Instance, operation: Operation) -> None:
        """A process hands a message to the broker."""
        if self.refuses(process):
            self._refused(process, instance, operation)
        elif self.outbox and (process.down or process.paused):
            process.outbox.append((instance, operation))
        else:
            self.post(process.index, instance, operation)

    def refuses(self, process: Process) -> bool:
        """Whether a process cannot reach the broker, or the broker takes nothing."""
        return bool(self.down or process.cut)

    def post(self, sender: int, instance: Instance, operation: Operation) -> None:
        """The broker has the message: one delivery per recipient."""
        _, message, event, recipients = operation
        self.row((self.env._now, _SEND, instance.index, sender, message, 0))
        if self._constant_ns is None or self.message_faults:
            for recipient in recipients:
                self.transmit(self._parcel(instance, sender, recipient, message, event))
            return
        for recipient in recipients:  # the undisturbed network, without a call per delivery
            instance.sent += 1
            parcel = self._parcel(instance, sender, recipient, message, event)
            self.env.after(self._constant_ns, self._on_arrival, parcel)

    def _parcel(self, *fields: Any) -> Parcel:
        self.kept.append(fields)  # so that its identity is nobody else's
        self.sent[id(fields)] = self.env.now_ns
        return fields

    def _refused(self, process: Process, instance: Instance, operation: Operation) -> None:
        """Broker out of reach: an outbox waits; a producer retries from memory, or gives up."""
        if self.outbox:
            self._waiting.append((process, None, instance, operation))
        elif self.redelivers:
            self._waiting.append((process, process.incarnation, instance, operation))
        else:
            self.unpublished(process, instance, operation, Drop.BROKER_DOWN)

    def unpublished(
        self, process: Process, instance: Instance, operation: Operation, cause: Drop
    ) -> None:
        """A message that never left its sender."""
        self.row((self.env.now, Kind.DROP, instance.index, process.index, operation[1], cause))

    def retry_waiting(self) -> None:
        """The broker, or a process's way to it, is back."""
        waiting, self._waiting = self._waiting, []
        for process, incarnation, instance, operation in waiting:
            if incarnation is not None and incarnation != process.incarnation:
                self.unpublished(process, instance, operation, Drop.UNPUBLISHED)
            else:
                self.publish(process, instance, operation)
        producers, self.producers = self.producers, []
        for handler, event in producers:
            handler(event)
        if not self.down:
            held, self._held = self._held, []
            for parcel in held:
                self.transmit(parcel)

    # ----------------------------------------------------------------------------- network

    def transmit(self, parcel: Parcel) -> None:
        """One delivery sets out."""
        instance = parcel[0]
        instance.sent += 1
        delay = self._constant_ns
        if delay is None:
            delay = self._network(instance.index, instance.sent)
        if self.message_faults:
            self._transmit_faulty(parcel, delay)
        else:
            self.env.after(delay, self._on_arrival, parcel)

    def _transmit_faulty(self, parcel: Parcel, delay: int) -> None:
        instance, recipient = parcel[0], parcel[2]
        for number, fault, target in self.message_faults:
            if recipient != target:
                continue
            base = self.run.streams.base("message", number, fault.kind.value, recipient)
            if uniform(base, instance.index, instance.sent) >= fault.probability:
                continue
            if fault.kind is FaultKind.LOSS:
                self._lose(parcel, Drop.LOST)
                return
            if fault.kind is FaultKind.DUPLICATION:
                self.row((self.env.now, Kind.DUPLICATE, instance.index, recipient, parcel[3], 0))
                self.env.after(delay, self._on_arrival, parcel)
            else:
                u = uniform(base + 1, instance.index, instance.sent)
                delay += fault.delay.quantile(u)
        self.env.after(delay, self._on_arrival, parcel)

    def _lose(self, parcel: Parcel, cause: Drop) -> None:
        """A delivery came to nothing."""
        if self.redelivers:
            self.env.after(self.redelivery_ns, self._on_retransmit, parcel)
            return
        instance, _, recipient, message, _ = parcel
        self.row((self.env.now, Kind.DROP, instance.index, recipient, message, cause))

    def _retransmit(self, event: Occurrence) -> None:
        self.transmit(event.value)

    # ---------------------------------------------------------------------------- delivery

    def deliver(self, event: Occurrence) -> None:
        """A message reaches its recipient's door."""
        parcel: Parcel = event.value
        process = self._processes[parcel[2]]
        if not process.reachable or self.down or self.blocked:
            self._undeliverable(parcel, process, event)
            return
        self.taken[id(parcel)] = self.env.now_ns
        cell = parcel[0].cells[parcel[2]]
        if cell is None or cell.incarnation != process.incarnation:
            cell = self.run.cell(parcel[0], process)
        self._offer(cell, parcel[4], parcel)

    def _undeliverable(self, parcel: Parcel, process: Process, event: Occurrence) -> None:
        if self.down:
            self._held.append(parcel)
        elif (process.down or process.cut) and self.redelivers:
            process.arriving.append(parcel)
        elif process.down:
            self._lose(parcel, Drop.RECIPIENT_DOWN)
        elif process.cut or self._is_blocked(parcel):
            self._lose(parcel, Drop.LOST)
        elif process.paused:
            self.taken[id(parcel)] = self.env.now_ns
            process.deferred.append((self.deliver, event))
            self.watch(parcel, process)
        else:
            self.taken[id(parcel)] = self.env.now_ns
            self._offer(self.run.cell(parcel[0], process), parcel[4], parcel)

    def come_in(self, process: Process) -> None:
        """A process is back, or can be reached again: what waits for it sets out."""
        arriving, process.arriving = process.arriving, []
        for parcel in arriving:
            self.transmit(parcel)

    def _lapsed(self, event: Occurrence) -> None:
        """The lease of a message is over; who looks for such messages does so on a grid."""
        parcel: Parcel = event.value
        process = self._processes[parcel[2]]
        if process.down:
            process.arriving.append(parcel)
            return
        late = (self.env.now_ns - process.up_since) % self.look_ns if self.look_ns else 0
        if late:
            self.env.after(self.look_ns - late, self._on_retransmit, parcel)
        else:
            self.transmit(parcel)

    def _is_blocked(self, parcel: Parcel) -> bool:
        sender, recipient = parcel[1], parcel[2]
        return any(
            (sender in one and recipient in other) or (sender in other and recipient in one)
            for one, other in self.blocked
        )

    # --------------------------------------------------------------- slow acknowledgements

    def watch(self, parcel: Parcel, process: Process) -> None:
        """Redeliver a parcel that is still not acknowledged after the redelivery time-out.

        Only slow paths (a stalled commit, a paused process) call it: elsewhere the acknowledgement
        is known to come in time, and a timer per message would be work for nothing.
        """
        if self.redelivers and id(parcel) not in self.watched:
            self.watched[id(parcel)] = False
            self._check_later(parcel, process)

    def acknowledge(self, parcel: Parcel) -> None:
        """It need not be delivered again; copies that are under way arrive all the same."""
        if id(parcel) in self.watched:
            self.watched[id(parcel)] = True

    def _check_later(self, parcel: Parcel, process: Process) -> None:
        self.env.after(self.redelivery_ns, (self._check_acknowledged,), (parcel, process))

    def _check_acknowledged(self, event: Occurrence) -> None:
        parcel, process = event.value
        if not self._is_open(parcel, process):
            del self.watched[id(parcel)]
            return
        runs = self.look_ns and not (process.down or process.paused)
        late = (self.env.now_ns - process.up_since) % self.look_ns if runs else 0
        if late:  # it is seen at the next look
            wait = self.look_ns - late
            self.env.after(wait, (self._check_acknowledged,), (parcel, process))
            return
        if not self.watched[id(parcel)]:
            self.transmit(parcel)
        self._check_later(parcel, process)

    def _is_open(self, parcel: Parcel, process: Process) -> bool:
        if any(event.value is parcel for _, event in process.deferred):
            return True
        cell = parcel[0].cells[process.index]
        if cell is None or cell.incarnation != process.incarnation:
            return False
        return cell.current is parcel or any(item is parcel for _, item in cell.inbox)

    def abandon(self, parcel: Parcel) -> None:
        """The recipient crashed before it acknowledged."""
        if self.watched.get(id(parcel)):
            return
        if not self.redelivers:
            self._lose(parcel, Drop.RECIPIENT_DOWN)
            return
        due = self.taken[id(parcel)] + self.redelivery_ns
        left = 0 if self.linked else max(0, due - self.env.now_ns)
        self.env.after(left, self._on_lapse, parcel)

"""What a run asks while it goes on: reactions from its table, numbers of events, who begins.

Each is asked when it is first met and not before: a run's numbers are given out in that order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from wfmodel.designs.messages import Chosen, External, Start, Timer
from wfmodel.designs.row_rules import REFRESH, lag_of
from wfmodel.designs.table import SEND, SET_TIMER, Operation, only_works
from wfmodel.designs.trace_script import act_on_event
from wfmodel.designs.value_words import value_words
from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.failures import Jitter
from wfmodel.model.spelling import hint
from wfmodel.model.units import format_duration
from wfmodel.model.workflow import Compensation, Receive, Task, Wait
from wfmodel.native.record_layout import NULL
from wfmodel.simulation import records as r
from wfmodel.simulation.run_context import RunContext
from wfmodel.simulation.run_record import Opener
from wfmodel.simulation.setup import Reference, RunSetup
from wfmodel.simulation.work import ATTEMPTS


class Questions:
    """One run's answers, as records."""

    def __init__(self, context: RunContext, setup: RunSetup) -> None:
        self.context = context
        self.setup = setup
        self.maker = setup.maker
        self._chains: dict[tuple[Operation, ...], tuple[Reference, bool]] = {}
        """Operations as records, and whether they only work: the same from many states."""
        self._lanes: dict[int, Reference] = {}
        self._lengths: dict[int, Reference] = {}

    # ------------------------------------------------------------------------------- tables

    def reaction(self, participant: int, state: int, event: int) -> Reference:
        """What a participant in a state does about an event."""
        table = self.context.table
        after, operations, publishes = table.entry(participant, state, event)
        asked = self._chains.get(operations)
        if asked is None:
            asked = self._chains[operations] = self._chain(operations), only_works(operations)
        return self.maker.make(
            r.TabledReaction,
            after=after,
            active=table.resumes(participant, after),
            publishes=publishes,
            only_works=asked[1],
            first=asked[0],
        )

    def _chain(self, operations: Iterable[Operation]) -> Reference:
        """Operations, each with the one after it; the first."""
        made = NULL
        for operation, length in reversed([(each, self._length_in(each)) for each in operations]):
            made = self._operation(operation, length, made)
        return made

    def _operation(
        self, operation: Operation, length: Reference, following: Reference
    ) -> Reference:
        code = operation[0]
        if code == SEND:
            _, message, event, recipients = operation
            to = {"count": len(recipients), "recipients": self.maker.array(recipients)}
            fields = {"a": message, "b": event, **to}
        elif code == SET_TIMER:
            fields = {"a": operation[1], "b": operation[2], "length": length}
        else:
            fields = dict(zip("abc", operation[1:], strict=False))
        return self.maker.make(r.Operation, code=code, next=following, **fields)

    def _length_in(self, operation: Operation) -> Reference:
        """How long the timer runs that it sets."""
        if operation[0] != SET_TIMER:
            return NULL
        number = operation[1]
        if number not in self._lengths:
            self._lengths[number] = self._new_length(self.context.table.timer(number))
        return self._lengths[number]

    def _new_length(self, timer: Any) -> Reference:  # noqa: ANN401 - one's own is any value
        length = length_of(self.context, timer)
        if isinstance(length, int):
            return self.maker.make(r.Length, lane=self._lane(length))
        sampler = NULL
        if length.distribution is not None:
            sampler = self.setup.sampler(length.distribution, *length.stream)
        return self.maker.make(
            r.Length,
            sampler=sampler,
            index=length.index,
            most=length.most_ns,
            base=self.context.streams.base(*length.stream),
        )

    def _lane(self, length: int) -> Reference:
        if length not in self._lanes:
            self._lanes[length] = self.maker.make(r.Lane, length=length)
        return self._lanes[length]

    # ------------------------------------------------------------------------------ numbers

    def work_done(self, node: int, epoch: int, attempt: int, outcome: int) -> int:
        """The event that ends an attempt."""
        name = self.setup.outcomes[node][outcome]
        return self.context.table.work_done(node, epoch, attempt, name)

    def chosen(self, node: int, epoch: int, branch: int) -> int:
        """The event that a branch was taken."""
        taken = self.context.flow.nodes[node].edges[branch - 1].event
        return self.context.table.event(Chosen(node, epoch, taken))

    def external(self, recipient: int, node: int, epoch: int, answer: int) -> Reference:
        """What the outside sends."""
        state = self.context.flow.nodes[node].state
        assert isinstance(state, Receive)
        event = tuple(state.events)[answer - 1]
        to = (self.context.table.table.hearer(recipient, node),)
        return self._send(External(node, epoch, event), to)

    def takes(self, participant: int, state: int, message: int) -> int:
        """Whether a machine takes a message in a state."""
        return int(self.context.table.takes(participant, state, message))

    def notice(self, participant: int) -> Reference:
        """What those hear who watch a participant that crashes."""
        return self._operation(self.context.table.notice(participant), NULL, NULL)

    def starting(self) -> Reference:
        """What an arrival sends."""
        index = self.context.table.index
        return self._send(Start(), tuple(index[name] for name in self.context.system.start))

    def opening(self) -> Reference:
        """Who has asked for something before anything happens: the first, with the next one."""
        table, names = self.context.table, self.context.system.opening
        asked = [(table.index[name], table.opening(name)) for name in names]
        chains = [
            (index, self._block(ops, sends=True), self._block(ops, sends=False))
            for index, ops in asked
        ]
        made = NULL
        for index, sends, rest in reversed(chains):
            process, active = self.setup.processes[index], table.resumes(index, 0)
            fields = {"process": process, "active": active, "sends": sends, "rest": rest}
            made = self.maker.make(Opener, next=made, **fields)
        return made

    def _block(self, operations: tuple[Operation, ...], *, sends: bool) -> Reference:
        wanted = [each for each in operations if (each[0] == SEND) == sends]
        return self.maker.make(r.TabledReaction, first=self._chain(wanted))

    def _send(self, content: Start | External, recipients: tuple[int, ...]) -> Reference:
        table = self.context.table
        message = table.message(content)
        return self._operation((SEND, message, table.received(message), recipients), NULL, NULL)

    # ------------------------------------------------------------------------------- storms

    def storm(self, instance: int, participant: int, event: int, now_ns: int) -> int:
        """Say that an instance goes on without end.

        Raises:
            StormError: always.
        """
        table = self.context.table
        heard = table.table.events.values[table.events.values[event]]
        act = act_on_event(self.context.flow, table.names[participant], heard)
        raise StormError(instance, str(act), now_ns)


class StormError(ValueError):
    """One instance has had so many reactions that it will never end. The arguments are all that it
    says, so that it survives being raised again.
    """

    def __init__(self, instance: int, act: str, now_ns: int) -> None:
        super().__init__(instance, act, now_ns)
        self.instance = instance
        self.act = act
        self.now_ns = now_ns

    def __str__(self) -> str:
        return (
            f"instance {self.instance} goes on without end: it was stopped at"
            f' {format_duration(self.now_ns)} at "{self.act}"; does a loop or a retry take no'
            " time, is a watchdog or a redelivery time-out shorter than what it waits for, or are"
            " repeated deliveries doubled again and again?"
        )


# ------------------------------------------------------------------------------- lengths of timers


@dataclass(frozen=True, slots=True)
class Drawn:
    """A length drawn from a stream at an index: a distribution's, or a share of the most."""

    stream: tuple[str, ...]
    index: int
    distribution: Distribution | None = None
    most_ns: int = 0


def length_of(context: RunContext, timer: Any) -> int | Drawn:  # noqa: ANN401 - one's own is any value
    """How long a timer runs: always so many nanoseconds, or drawn.

    Raises:
        ValueError: nobody has said how long a timer of one's own runs.
    """
    own = context.system.lasts.get(timer)
    if isinstance(own, Constant):
        return own.value
    if own is not None:
        return Drawn(("own-timer", repr(timer)), 0, own)
    if not isinstance(timer, Timer):
        known = [value_words(each) for each in context.system.lasts]
        told = f" (it has {', '.join(known)}{hint(timer, known)})" if known else ""
        raise ValueError(
            f"how long does the timer {timer!r} run? own_system(..., lasts=...) says{told}"
        )
    if timer.kind == "watchdog":
        if context.knobs.watchdog is None:
            raise ValueError("how long does the watchdog run? Knobs(watchdog=...) says")
        return context.knobs.watchdog
    node = context.flow.nodes[timer.node]
    state = node.state
    if timer.kind == "wait":
        assert isinstance(state, Wait)
        return Drawn(("wait", node.name), timer.epoch, state.duration)
    if timer.kind == REFRESH:
        return lag_of(context.flow, node)
    if timer.kind == "timeout":
        assert isinstance(state, Task | Compensation | Receive)
        assert state.timeout is not None
        return state.timeout
    assert isinstance(state, Task | Compensation)
    assert state.retry is not None
    pause = state.retry.delay_before(timer.attempt)
    if state.retry.jitter is Jitter.NONE:
        return pause
    return Drawn(("jitter", node.name), timer.epoch * ATTEMPTS + timer.attempt, most_ns=pause)

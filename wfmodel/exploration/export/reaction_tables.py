"""What an exploration has tabulated, for an export: who may meet what, and what follows.

The tables are closed under all that the exploration reached. An export checks that again: it names
the (state, event) pairs that it has no entry for, and reaching one of them is an error there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from wfmodel.designs.messages import Chosen, External, Received, Start, TimerFired, WorkDone
from wfmodel.designs.table import CHOOSE, EXPECT, SEND, SET_TIMER, WORK, Entry, Operation, Table
from wfmodel.model.workflow import DONE, TIMEOUT
from wfmodel.semantics.after import NOTHING
from wfmodel.semantics.cell_rules import posts_of
from wfmodel.semantics.configuration import ANYONE, Landing, Parcel, Pending, Post, Work
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import SILENCE, Resolution


@dataclass
class Part:
    """What one participant ever handles; every list is in order of first use."""

    entries: dict[tuple[int, int], Entry]
    works: dict[Work, None] = field(default_factory=dict)
    choices: dict[tuple[int, int], None] = field(default_factory=dict)
    timers: dict[int, None] = field(default_factory=dict)
    expected: dict[tuple[int, int], None] = field(default_factory=dict)
    messages: dict[int, None] = field(default_factory=dict)
    parcels: dict[Parcel, None] = field(default_factory=dict)
    """(sender, message): messages that it may be sent; whose they are only where order matters."""
    posts: dict[Post, int] = field(default_factory=dict)
    """Numbered from 1: 0 is an empty place."""
    pendings: dict[Pending, int] = field(default_factory=dict)
    """Numbered from 1: 0 is no reaction under way."""

    def states_after(self, event: int) -> dict[int, Entry]:
        """The entries of one event, by state."""
        return {state: entry for (state, e), entry in self.entries.items() if e == event}


class Tables:
    """A table seen through the semantics that its system's knobs select."""

    def __init__(self, table: Table, resolution: Resolution) -> None:
        self.table = table
        self.semantics = InstanceRules(table)
        self.resolution = resolution
        self.nodes = table.system.flow.nodes
        self.parts = tuple(Part(entries) for entries in table.entries)
        start = table.message(Start())
        for name in table.system.start:
            self._expect(table.index[name], ANYONE, start)
        for name in table.system.opening:
            self._note(table.index[name], table.opening(name))
        for p, part in enumerate(self.parts):
            for _, operations, _ in list(part.entries.values()):
                self._note(p, operations)
        for p, part in enumerate(self.parts):
            for node, epoch in part.expected:
                for event in self.answers(node, epoch):
                    message = self.external((node, epoch), event)
                    if event != TIMEOUT and message is not None:
                        self._expect(table.hearer(p, node), ANYONE, message)
        for part in self.parts:
            self._number_pendings(part)

    def _expect(self, recipient: int, sender: int, message: int) -> None:
        part = self.parts[recipient]
        part.messages[message] = None
        part.parcels[self.semantics.channels.parcel(sender, message)] = None

    def _note(self, p: int, operations: Iterable[Operation]) -> None:
        part = self.parts[p]
        for operation in operations:
            match operation[0]:
                case code if code == SEND:
                    post = (operation[1], operation[3])
                    part.posts.setdefault(post, len(part.posts) + 1)
                    for recipient in post[1]:
                        self._expect(recipient, p, post[0])
                case code if code == WORK:
                    part.works[operation[1:]] = None
                case code if code == SET_TIMER:
                    part.timers[operation[1]] = None
                case code if code == CHOOSE:
                    part.choices[operation[1:]] = None
                case code if code == EXPECT:
                    part.expected[operation[1:]] = None

    # ---------------------------------------------------------------------------- pending

    def _number_pendings(self, part: Part) -> None:
        if not self.semantics.policy.synchronous:
            return
        for (_, event), (_, operations, _) in part.entries.items():
            self.pending(part, event, operations)
        todo = list(part.pendings)
        while todo:
            pending = todo.pop(0)
            for post in dict.fromkeys(pending.unpublished):
                after = self.published(pending, post)
                if after not in part.pendings:
                    part.pendings[after] = len(part.pendings) + 1
                    todo.append(after)

    def pending(self, part: Part, event: int, operations: tuple[Operation, ...]) -> int:
        """The number of the reaction under way that an entry begins."""
        landing = self.landing(event) if self.semantics.policy.outbox else None
        sends = posts_of(operations) if self.semantics.policy.publish_first else ()
        value = Pending(self.received(event), operations, landing, sends)
        return part.pendings.setdefault(value, len(part.pendings) + 1)

    @staticmethod
    def published(pending: Pending, post: Post) -> Pending:
        """The same after one more of its messages has left."""
        place = pending.unpublished.index(post)
        left = pending.unpublished[:place] + pending.unpublished[place + 1 :]
        return pending._replace(unpublished=left, published=(*pending.published, post))

    def received(self, event: int) -> int:
        """The message that an event delivers, or ``NOTHING``."""
        content = self.table.events.values[event]
        if isinstance(content, Received):
            return self.table.messages.number(content.message)
        return NOTHING

    def landing(self, event: int) -> Landing | None:
        """The visit whose effect an event makes land."""
        content = self.table.events.values[event]
        if isinstance(content, WorkDone) and content.outcome == DONE:
            return (content.node, content.epoch)
        return None

    @cached_property
    def landings(self) -> tuple[Landing, ...]:
        """Every visit whose effect may land, in order of node and epoch."""
        found = {self.landing(event) for part in self.parts for _, event in part.entries}
        return tuple(sorted(landing for landing in found if landing is not None))

    # ------------------------------------------------------------------------- resolution

    def outcomes(self, work: Work) -> tuple[str, ...]:
        """How an attempt may end."""
        return self.resolution.outcomes(self.nodes[work[0]], work[1], work[2])

    def answers(self, node: int, epoch: int) -> tuple[str, ...]:
        """What the outside may say to a receive."""
        return self.resolution.answers(self.nodes[node], epoch)

    def external(self, visit: tuple[int, int], event: str) -> int | None:
        """The message of an answer; None for silence."""
        return None if event == SILENCE else self.table.message(External(*visit, event))

    def work_events(self, work: Work, outcomes: Iterable[str]) -> Iterator[int]:
        """The events that end an attempt."""
        return (self.table.work_done(*work, outcome) for outcome in outcomes)

    def choice_events(self, visit: tuple[int, int]) -> Iterator[int]:
        """The events that decide a choice."""
        for branch in self.resolution.branches(self.nodes[visit[0]], visit[1]):
            yield self.table.events.number(Chosen(*visit, branch))

    def timer_event(self, timer: int) -> int:
        """The event that a timer fires."""
        return self.table.events.number(TimerFired(self.table.timers.values[timer]))

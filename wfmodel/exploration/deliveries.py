"""What the broker may deliver once more: the one place where time plays a part in acceptance.

A message can come again after its acknowledgement, or while it is in hand, if that took longer than
the redelivery time-out.
"""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.semantics.after import NOTHING
from wfmodel.semantics.configuration import ANYONE, Configuration, take
from wfmodel.semantics.instance_rules import InstanceRules


class Deliveries:
    """Of one instance, row after row."""

    def __init__(self, semantics: InstanceRules, redelivery_ns: int) -> None:
        self.semantics = semantics
        self.redelivery_ns = redelivery_ns
        self.now_ns = 0
        self.published_ns: dict[tuple[int, int], int] = {}
        self.lingering: set[tuple[int, int]] = set()
        """Acknowledged so late that another delivery may have set out before."""
        self.acknowledged: set[tuple[int, int]] = set()
        self.copied: set[tuple[int, int]] = set()
        """Delivered more than once: copies need not come any more once one is acknowledged."""

    @property
    def spare(self) -> set[tuple[int, int]]:
        """(recipient, message) that may be left over."""
        return self.acknowledged & (self.copied | self.lingering)

    def acknowledge(self, p: int, message: int) -> None:
        """The broker has heard that it need not come again."""
        self.acknowledged.add((p, message))
        elapsed = self.now_ns - self.published_ns.get((p, message), self.now_ns)
        if self.semantics.policy.at_least_once and elapsed >= self.redelivery_ns:
            self.lingering.add((p, message))

    def with_copy(self, config: Configuration, p: int, message: int) -> Configuration:
        """The same with another delivery under way, if there may be one."""
        late = (p, message) in self.lingering or self._held_long(config, p, message)
        channels, inbox = self.semantics.channels, config.inboxes[p]
        if not late or any(message == comes for _, comes in channels.next(inbox)):
            return config
        return config.with_inbox(p, channels.put(inbox, channels.returned((ANYONE, message))))

    def set_aside(self, config: Configuration, p: int, message: int) -> Iterator[Configuration]:
        """Without a dead letter, and perhaps without the copies of it that were on their way."""
        yield (config := self.semantics.set_aside(config, p, message))
        while any(message == each for _, each in self.semantics.losable(config, p)):
            yield (config := self.semantics.set_aside(config, p, message))

    def note_published(self, config: Configuration) -> None:
        """What is on its way, and was not before, set out now."""
        for item in config.channel:
            self.published_ns.setdefault(item, self.now_ns)

    def senders(self, config: Configuration, p: int, message: int) -> tuple[int | None, ...]:
        """Whose message it may be that is taken up; None: it does not matter, or there is none."""
        channels = self.semantics.channels
        comes = channels.next(config.inboxes[p]) if channels.ordered else ()
        return tuple(sender for sender, content in comes if content == message) or (None,)

    def without_spare(self, config: Configuration, p: int, message: int) -> Configuration:
        """Where messages keep an order: without copies that should have come before this one, and
        did not.
        """
        channels = self.semantics.channels
        while channels.queued or channels.ordered:
            inbox = config.inboxes[p]
            heads = channels.next(inbox)
            if any(content == message for _, content in heads):
                break
            before = [
                head for head in heads if (p, head[1]) in self.spare and (head[0], message) in inbox
            ]
            if not before:
                break
            config = config.with_inbox(p, channels.lose(inbox, before[0]))
        return config

    def _held_long(self, config: Configuration, p: int, message: int) -> bool:
        """In hand, and delivered so long ago that the broker has had time to deliver it again."""
        if all(held != message for _, held in config.cells[p].in_hand):
            return False
        published = self.published_ns.get((p, message), self.now_ns)
        return self.now_ns - published >= self.redelivery_ns

    def forgotten(self, config: Configuration, p: int) -> Configuration:
        """A copy of an acknowledged message: the broker forgets it, committed or not."""
        cell = config.cells[p]
        if cell.pending is None or cell.pending.received == NOTHING:
            return config
        if self.semantics.policy.after_work:  # it is acknowledged once more, for itself
            return config
        inbox = take(config.inboxes[p], (cell.pending.sender, cell.pending.received))
        cell = cell._replace(pending=cell.pending._replace(received=NOTHING))
        return config.with_inbox(p, inbox).with_cell(p, cell)

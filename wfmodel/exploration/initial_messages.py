"""What a system opens with, in a recorded history: asked for when the instance arrives.

The explorer's instance is there from the beginning, and so is what its participants have asked for.
A recorded one arrives, maybe after a crash, and rows tell of the messages that are on their way.
"""

from __future__ import annotations

from collections import Counter

from wfmodel.designs.table import SEND
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.instance_rules import InstanceRules


class Opened:
    """The opening of one instance, as far as its rows have not told of it."""

    def __init__(self, semantics: InstanceRules) -> None:
        self.semantics = semantics
        table = semantics.table
        self._untold = Counter(
            (table.index[name], operation[1])
            for name in table.system.opening
            for operation in table.opening(name)
            if operation[0] == SEND
        )

    def tells(self, participant: int, message: int) -> bool:
        """Whether a row SEND is about a message that is on its way already; it is told then."""
        untold = self._untold[participant, message]
        self._untold[participant, message] = max(untold - 1, 0)
        return untold > 0

    def at_arrival(self, config: Configuration) -> Configuration:
        """A process that crashed before, and is back, has lost nothing of an instance that did not
        exist, and nobody heard of it there; one that is down has.
        """
        initial, index = self.semantics.initial(), self.semantics.table.index
        config = config._replace(inboxes=initial.inboxes)
        for p in (index[name] for name in self.semantics.system.opening):
            if not config.cells[p].down:
                config = config.with_cell(p, initial.cells[p])
        return config

    def start(self, config: Configuration) -> Configuration:
        """Whoever starts it is sent word; whoever watches hears of those that are down."""
        config = self.semantics.start(config)
        for p, cell in enumerate(config.cells):
            for message, recipients in self.semantics.table.notices(p) if cell.down else ():
                config = self.semantics.posted(config, p, message, recipients)
        return config

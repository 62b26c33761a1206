"""What holds of single nodes in a global state, from what held in the state before.

A state knows as many steps as the workflow has, and there are as many states. So of a state only
the nodes are looked at about which its first edge has changed anything; the rest is shared.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterable
from typing import Any, Final, NamedTuple, TypeAlias

from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import View

Facts: TypeAlias = NodeTrie[tuple[Any, ...]]
"""Tuples that begin with the node."""
NO_FACTS: Final[Facts] = NodeTrie()


TRUTH: Final = -1
"""In place of a participant: what was done has changed, and not what somebody says."""


class Origin(NamedTuple):
    """Where a state was first met: the state before it, whose view was changed, or TRUTH, and the
    nodes about which it now says else.
    """

    number: int
    participant: int
    changed: tuple[int, ...]


class Origins:
    """Those of all states, in columns; ``numbers`` and ``participants`` by state."""

    def __init__(self) -> None:
        self.numbers, self.participants = array("q"), array("q")
        self._nodes, self._ends = array("q"), array("q", [0])

    def append(self, origin: Origin) -> None:
        """That of the next state."""
        self.numbers.append(origin.number)
        self.participants.append(origin.participant)
        self._nodes.extend(origin.changed)
        self._ends.append(len(self._nodes))

    def changed(self, number: int) -> array[int]:
        """Nodes about which a state says something else than the one before it."""
        return self._nodes[self._ends[number] : self._ends[number + 1]]


class NodeFacts:
    """Facts by state. ``judge`` says what holds of a node in the state of a number. ``heeds``:
    whose views it looks at, TRUTH included; None: at all.
    """

    def __init__(
        self,
        origins: Origins,
        judge: Callable[[int, int], tuple[tuple[Any, ...], ...]],
        heeds: Collection[int] | None = None,
    ) -> None:
        self._origins, self._judge, self._heeds = origins, judge, heeds
        self._known: list[Facts] = [NO_FACTS]
        """State 0 knows nothing."""

    def of(self, number: int) -> Facts:
        """What holds in a state; those before it are asked first, for each comes from one."""
        if number < len(self._known):
            return self._known[number]
        origins, heeds = self._origins, self._heeds
        for new in range(len(self._known), number + 1):
            found = self._known[origins.numbers[new]]
            if heeds is None or origins.participants[new] in heeds:
                for node in origins.changed(new):
                    found = found.filed(node, self._judge(new, node))
            self._known.append(found)
        return self._known[number]


def nodes_changed(before: View, after: View, told: Iterable[int]) -> set[int]:
    """Nodes about which two views say something else, or mean it otherwise: what a view says of
    a step is understood by the instance's status, and by whether the step is still its to move.
    ``told``: those of whose steps they do not say the same.
    """
    if before.status is not after.status:
        told = (node for view in (before, after) for node, _ in view.steps)
    return {*told} | ({*before.active} ^ {*after.active})

"""What holds of single nodes in a global state, from what held in the state before.

A state knows as many steps as the workflow has, and there are as many states. So of a state only
the nodes are looked at about which its first edge has changed anything; the rest is shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, TypeAlias

from wfmodel.designs.node_trie import NodeTrie
from wfmodel.designs.state import View

Facts: TypeAlias = NodeTrie[tuple[Any, ...]]
"""Tuples that begin with the node."""
NO_FACTS: Final[Facts] = NodeTrie()


class Origin(NamedTuple):
    """Where a state was first met: the state before, and the nodes about which it says else."""

    number: int
    changed: tuple[int, ...]


class NodeFacts:
    """Facts by state. ``judge`` says what holds of a node in the state of a number."""

    def __init__(
        self, origins: list[Origin], judge: Callable[[int, int], tuple[tuple[Any, ...], ...]]
    ) -> None:
        self._origins, self._judge = origins, judge
        self._known: list[Facts] = [NO_FACTS]
        """State 0 knows nothing."""

    def of(self, number: int) -> Facts:
        """What holds in a state; those before it are asked first, for each comes from one."""
        for new in range(len(self._known), number + 1):
            origin = self._origins[new]
            found = self._known[origin.number]
            for node in origin.changed:
                found = found.filed(node, self._judge(new, node))
            self._known.append(found)
        return self._known[number]


def nodes_changed(before: View, after: View) -> Iterable[int]:
    """Nodes about which two views say something else, or mean it otherwise: what a view says of
    a step is understood by the instance's status, and by whether the step is still its to move.
    """
    if before.status is not after.status:
        return {node for view in (before, after) for node, _ in view.steps} | (
            {*before.active} ^ {*after.active}
        )
    said = (*after.steps.beyond(before.steps), *before.steps.beyond(after.steps))
    return {node for node, _ in said} | ({*before.active} ^ {*after.active})

"""Items filed by the node that they are about, in a persistent trie.

What is known of an instance grows with its workflow, and there are as many states as steps: copies
of it would take the square. Here a state shares with the one before all but the path to what is
new, equal contents are one value, and what two have not in common is found without reading what
they have.

>>> one = NodeTrie([(3, "running")])
>>> two = one.filed(3, ((3, "done"),)).filed(1, ((1, "done"),))
>>> list(two), list(two.beyond(one)), two.at(2)
([(1, 'done'), (3, 'done')], [(1, 'done'), (3, 'done')], ())
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from typing import Any, Final, Generic, TypeAlias, TypeVar

Item = TypeVar("Item", bound="tuple[Any, ...]")

_BITS: Final = 4
_FAN: Final = 1 << _BITS
_MASK: Final = _FAN - 1
_GAPS: Final[tuple[Any, ...]] = ((),) * _FAN

_Branch: TypeAlias = tuple[Any, ...]
"""Up to ``_FAN`` branches or, at the bottom, buckets: the items of one node. () where nothing is;
after the last one that is not empty there is none, for there are as many copies as states.
"""


class NodeTrie(Generic[Item]):
    """A frozen set of tuples, each about a node: its first entry, or the first entry of that.

    A node's items are kept sorted, so the whole is iterated over in order. The shape depends on the
    content alone: the lowest trie that has room for the last node. So equal sets have equal roots,
    and Python compares those without descending where they are the same object.
    """

    __slots__ = ("_hash", "_root", "_shift", "_size")

    def __init__(self, items: Iterable[Item] = ()) -> None:
        found: NodeTrie[Item] = self
        self._root: _Branch = ()
        self._shift, self._size, self._hash = 0, 0, 0
        for item in items:
            node = _node_of(item)
            found = found.filed(node, tuple(sorted((*found.at(node), item))))
        if found is not self:
            self._root, self._shift = found._root, found._shift
            self._size, self._hash = found._size, found._hash

    def at(self, node: int) -> tuple[Item, ...]:
        """The items of a node, in order."""
        shift, branch = self._shift, self._root
        if node >> shift >= _FAN:
            return ()
        while shift >= 0:
            place = node >> shift & _MASK
            if place >= len(branch):
                return ()
            branch = branch[place]
            shift -= _BITS
        return branch

    def filed(self, node: int, items: tuple[Item, ...]) -> NodeTrie[Item]:
        """The same where a node has these items, in order, and no others."""
        before = self.at(node)
        if before == items:
            return self
        root, shift = self._root, self._shift
        while node >> shift >= _FAN:
            root, shift = (root,) if root else (), shift + _BITS
        made: NodeTrie[Item] = NodeTrie.__new__(NodeTrie)
        root = _with(root, shift, node, items)
        while not items and shift and len(root) < 2:
            root, shift = root[0] if root else (), shift - _BITS
        made._root, made._shift = root, shift
        made._size = self._size + len(items) - len(before)
        # A sum does not depend on the order in which items came, and needs only what is new.
        made._hash = self._hash + sum(map(hash, items)) - sum(map(hash, before))
        return made

    def with_item(self, item: Item, instead_of: Item | None = None) -> NodeTrie[Item]:
        """The same with an item, in place of another one of that node."""
        node = _node_of(item)
        others = [each for each in self.at(node) if each not in (instead_of, item)]
        return self.filed(node, tuple(sorted((*others, item))))

    def beyond(self, other: NodeTrie[Item]) -> Iterator[Item]:
        """Items that the other one has not, in order; what is shared is not looked at."""
        return _beyond(*self._side_by_side(other))

    def differing(self, other: NodeTrie[Item]) -> Iterator[int]:
        """Nodes of which the two do not have the same items, in order."""
        mine, theirs, shift = self._side_by_side(other)
        return _differing(mine, theirs, shift, 0)

    def _side_by_side(self, other: NodeTrie[Item]) -> tuple[_Branch, _Branch, int]:
        """Both roots, as if both had room for the same nodes, and where their entries begin."""
        mine, theirs, shift = self._root, other._root, self._shift
        for _ in range(shift, other._shift, _BITS):
            mine, shift = (mine,), shift + _BITS
        for _ in range(other._shift, shift, _BITS):
            theirs = (theirs,)
        return mine, theirs, shift

    def __iter__(self) -> Iterator[Item]:
        return _items(self._root, self._shift)

    def __len__(self) -> int:
        return self._size

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NodeTrie):
            return NotImplemented
        return self._hash == other._hash and self._root == other._root

    def __hash__(self) -> int:
        return hash(self._hash)

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[type[NodeTrie[Item]], tuple[tuple[Item, ...]]]:
        return NodeTrie, (tuple(self),)  # hashes of texts differ from process to process


def _node_of(item: tuple[Any, ...]) -> int:
    first = item[0]
    node: int = first[0] if isinstance(first, tuple) else first
    if node < 0:
        raise ValueError(f"nodes are numbered from 0; there is no node {node}")
    return node


def _with(branch: _Branch, shift: int, node: int, items: tuple[Any, ...]) -> _Branch:
    place, known = node >> shift & _MASK, len(branch)
    within = items
    if shift:
        within = _with(branch[place] if place < known else (), shift - _BITS, node, items)
    if place >= known:
        return (*branch, *_GAPS[: place - known], within)
    if within or place < known - 1:
        return (*branch[:place], within, *branch[place + 1 :])
    made = branch[:place]
    while made and not made[-1]:
        made = made[:-1]
    return made


def _items(branch: _Branch, shift: int) -> Iterator[Any]:
    for each in branch:
        if each:
            yield from _items(each, shift - _BITS) if shift else each


def _beyond(mine: _Branch, theirs: _Branch, shift: int) -> Iterator[Any]:
    if mine is theirs:
        return
    for place, each in enumerate(mine):
        other = theirs[place] if place < len(theirs) else ()
        if each is other or not each:
            continue
        if shift:
            yield from _beyond(each, other, shift - _BITS)
        else:
            yield from (item for item in each if item not in other)


def _differing(mine: _Branch, theirs: _Branch, shift: int, first: int) -> Iterator[int]:
    for place, (each, other) in enumerate(zip_longest(mine, theirs, fillvalue=())):
        if each is other:
            continue
        node = first + (place << shift)
        if shift:
            yield from _differing(each, other, shift - _BITS, node)
        elif each != other:
            yield node

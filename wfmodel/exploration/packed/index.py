"""An exact index of packed states: open addressing over 32-bit entries of a tag and a number.

A tag spares most looks at states that differ; equality is always decided by the words themselves.

Needs numba; nothing imports this module without it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wfmodel.native.compiler import cgutils, intrinsic, ir, numba, types
from wfmodel.semantics import fault_budget as budget

Words = NDArray[np.uint64]


class Packing(NamedTuple):
    """Where each place of a vector is: its word, its first bit, its mask."""

    word: NDArray[np.int64]
    shift: NDArray[np.uint64]
    mask: NDArray[np.uint64]


class Batch(NamedTuple):
    """Successors that are not inserted yet, and scratch."""

    words: Words
    hashes: NDArray[np.uint64]
    actions: NDArray[np.uint32]
    sources: NDArray[np.uint32]
    vector: NDArray[np.int64]
    """Of the state at hand, and behind it ``NOTES``: the flags of all its cells, and how many steps
    were noted up to what participants receive and do by themselves."""
    undo: NDArray[np.int64]
    todo: NDArray[np.int64]
    """Steps of the state at hand, noted before they are applied."""
    room: NDArray[np.int64]
    """For finding the canonical vector, where participants are not told apart."""


class StateIndex(NamedTuple):
    """States by number, and the index that finds them."""

    states: Words
    parents: NDArray[np.uint32]
    actions: NDArray[np.uint32]
    slots: NDArray[np.uint32]
    """The index: (tag, number + 1) in 32 bits; 0 is free."""
    resting: NDArray[np.uint32]
    cut: NDArray[np.uint32]
    counts: NDArray[np.int64]
    """states, next to expand, resting, cut, transitions: kept from call to call."""


NOTES: Final = 2

BLOCK: Final = 256
"""States of one block of ``rebuild``: their lines of the index fit the first cache."""

N_STATES, N_NEXT, N_RESTING, N_CUT, N_TRANSITIONS = range(5)


SOURCES: Final = (*sorted(Path(__file__).parent.glob("*.py")), Path(budget.__file__))
SOURCE: Final = hashlib.blake2b(
    b"".join(path.read_bytes() for path in SOURCES), digest_size=8
).hexdigest()
"""Of all that compiled code is made from: what is cached on disk is kept apart by it."""


def compiled(function: Any) -> Any:  # noqa: ANN401 - what numba makes of it
    """Compile without reference counts (nothing allocates; counting cost more than the search)."""
    function.__qualname__ += f"_{SOURCE}"
    return _njit(cache=True, _nrt=False)(function)


def inlined(function: Any) -> Any:  # noqa: ANN401
    """The same for what has one caller."""
    return _njit(inline="always", _nrt=False)(function)


_njit: Final[Any] = numba.njit


def _prefetch(typing_context: Any, array: Any, row: Any) -> Any:  # noqa: ANN401 - numba's own types
    """Ask for the memory of a row of an array before it is needed."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:  # noqa: ANN401
        data = context.make_array(signature.args[0])(context, builder, args[0])
        strides = cgutils.unpack_tuple(builder, data.strides)
        byte = ir.IntType(8).as_pointer()
        place = builder.gep(builder.bitcast(data.data, byte), [builder.mul(args[1], strides[0])])
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(function, [place, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, types.intp), build


prefetch: Final[Any] = intrinsic(_prefetch)


@compiled
def mixed(value: np.uint64) -> np.uint64:
    """A hash step (the finaliser of MurmurHash3)."""
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xFF51AFD7ED558CCD)
    value ^= value >> np.uint64(33)
    value *= np.uint64(0xC4CEB9FE1A85EC53)
    return value ^ (value >> np.uint64(33))


@compiled
def hashed(words: Words, row: int) -> np.uint64:
    """The hash of a packed state."""
    value = np.uint64(0x9E3779B97F4A7C15)
    for w in range(words.shape[1]):
        value = mixed(value ^ words[row, w])
    return value


@compiled
def same(states: Words, number: int, words: Words, row: int) -> bool:
    """Whether a known state is the one in a row."""
    for w in range(words.shape[1]):  # noqa: SIM110 - compiled, all() would be slower
        if states[number, w] != words[row, w]:
            return False
    return True


@compiled
def find(
    states: Words,
    index: NDArray[np.uint32],
    bits: np.uint64,
    words: Words,
    row: int,
    value: np.uint64,
) -> int:
    """The number of a state, or -1 - (the free slot where it belongs); the index has 2**bits."""
    numbers = (np.uint64(1) << bits) - np.uint64(1)
    slot = value & numbers
    tag = value >> (np.uint64(32) + bits)
    while True:
        entry = np.uint64(index[slot])
        if entry == np.uint64(0):
            return np.int64(-1) - np.int64(slot)  # type: ignore[return-value]
        if (entry >> bits) == tag:
            number = np.int64(entry & numbers) - 1
            if same(states, number, words, row):
                return number  # type: ignore[return-value]
        slot = (slot + np.uint64(1)) & numbers


@compiled
def entry_of(number: int, value: np.uint64, bits: np.uint64) -> np.uint32:
    """What the index holds for a state: part of its hash, and its number."""
    return np.uint32(((value >> (np.uint64(32) + bits)) << bits) | np.uint64(number + 1))


@compiled
def insert(found: StateIndex, batch: Batch, end: int, bits: np.uint64) -> None:
    """Number the successors of a batch that are new, in order."""
    states, index, parents, actions = found.states, found.slots, found.parents, found.actions
    words, hashes = batch.words, batch.hashes
    mask = (np.uint64(1) << bits) - np.uint64(1)
    for i in range(end):
        entry = np.uint64(index[hashes[i] & mask]) & mask
        if entry:
            prefetch(states, np.int64(entry) - 1)
    number = found.counts[N_STATES]
    for i in range(end):
        value = hashes[i]
        slot = find(states, index, bits, words, i, value)
        if slot >= 0:
            continue
        for w in range(words.shape[1]):
            states[number, w] = words[i, w]
        parents[number] = batch.sources[i]
        actions[number] = batch.actions[i]
        index[-1 - slot] = entry_of(number, value, bits)
        number += 1
    found.counts[N_STATES] = number


@compiled
def rebuild(found: StateIndex, bits: np.uint64, hashes: NDArray[np.uint64]) -> None:
    """Fill an empty index with all states; ``hashes`` is scratch.

    As in ``insert``, the places of a block of states are asked for before the first is filled: one
    by one, each would be waited for.
    """
    mask = (np.uint64(1) << bits) - np.uint64(1)
    count, block = found.counts[N_STATES], min(BLOCK, hashes.shape[0])
    for first in range(0, count, block):
        last = min(first + block, count)
        for number in range(first, last):
            value = hashed(found.states, number)
            hashes[number - first] = value
            prefetch(found.slots, np.int64(value & mask))
        for number in range(first, last):
            value = hashes[number - first]
            slot = value & mask
            while found.slots[slot] != 0:
                slot = (slot + np.uint64(1)) & mask
            found.slots[slot] = entry_of(number, value, bits)


@compiled
def repack(old: Packing, new: Packing, source: Words, target: Words, count: int) -> None:
    """Copy states from one packing to another; ``target`` is zero."""
    for row in range(count):
        for place in range(old.word.shape[0]):
            word = source[row, old.word[place]]
            value = (word >> old.shift[place]) & old.mask[place]
            target[row, new.word[place]] |= value << new.shift[place]

"""A search on disk: written atomically, read as data only, refused unless it is this search's.

It holds states as integers and the order in which tables were filled. Reading fills them again from
the System, in that order, so that every number means what it meant; a System that answers
differently is noticed, because its tables differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from wfmodel.exploration.packed.bit_layout import WORD, layout_of
from wfmodel.exploration.packed.component_arrays import ComponentArrays
from wfmodel.exploration.packed.expansion import Expansion
from wfmodel.exploration.packed.snapshot import Snapshot, column
from wfmodel.model.archives import arrays_in
from wfmodel.model.files import replacing
from wfmodel.model.json_reader import kept_json

VERSION: Final = 2
NAMES: Final = ("words", "parents", "actions", "resting", "cut")


class CheckpointError(Exception):
    """The file is no checkpoint, or one of another search; the text says which."""


def describe(expansion: Expansion, *, laps: int) -> dict[str, object]:
    """What a checkpoint must agree on with the search that resumes from it."""
    tables, reduced = expansion.tables, expansion.reduction is not None
    system = tables.table.system
    return {
        "version": VERSION,
        "design": str(system.declared or system.design),
        "participants": list(system.participants),
        "knobs": repr(system.knobs),
        "channel": str(system.channel),
        "nodes": [node.name for node in system.flow.nodes],
        "budget": tables.first_budget.describe(),
        "laps": laps,
        "interchangeable": [list(group) for group in system.symmetric] if reduced else [],
        "urgent steps first": tables.successors.urgent,
        "resolution": repr(tables.enabled_steps.resolution),
    }


def save(
    path: Path, expansion: Expansion, snapshot: Snapshot, *, laps: int, level: list[int]
) -> None:
    """Write a checkpoint; a crash while it is written leaves the one before."""
    header = {
        "search": describe(expansion, laps=laps),
        "tables": _digest(expansion),
        "widths": snapshot.layout.widths,
        "next": snapshot.next,
        "transitions": snapshot.transitions,
        "level": level,
    }
    with replacing(path) as file:
        np.savez(
            file,
            header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8),
            log=np.array(expansion.tables.log, dtype=np.int32).reshape(-1, 4),
            **{name: getattr(snapshot, name) for name in NAMES},
        )


def load(path: Path, expansion: Expansion, *, laps: int) -> tuple[Snapshot, list[int]]:
    """The search in a file, whose tables are filled again in ``expansion``; and its level.

    Raises:
        CheckpointError: the file cannot be read, or is not this search's.
    """
    try:
        text, log, *rest = arrays_in(path, ("header", "log", *NAMES))
        header, arrays = kept_json(text.tobytes()), dict(zip(NAMES, rest, strict=True))
        mine, saved = describe(expansion, laps=laps), header["search"]
        for name, value in mine.items():
            if saved.get(name) != value:
                raise CheckpointError(
                    f"{path}: the checkpoint has {name} {saved.get(name)!r}, this search {value!r}"
                )
        expansion.tables.replay(log.tolist())
        if expansion.reduction is not None:
            expansion.reduction.check.follow()
        snapshot, level = _snapshot(header, arrays), [int(number) for number in header["level"]]
        same = _digest(expansion) == header["tables"]
        if same and (why := _why_none(snapshot, level, expansion.tables.sizes())):
            raise ValueError(why)
    except _DAMAGE as error:
        raise CheckpointError(f"{path}: not a checkpoint of this search ({error})") from error
    if not same:
        raise CheckpointError(f"{path}: the machines of this system answer differently from then")
    return snapshot, level


_DAMAGE: Final = (
    *(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError),
    AssertionError,  # of a definition that is asked what no search asks
)
"""What reading raises of a file that was made otherwise than by ``save``."""


def _snapshot(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Snapshot:
    widths = tuple(header["widths"])
    if not all(type(width) is int and 0 <= width <= WORD for width in widths):
        raise ValueError(f"widths {widths!r:.60}")
    return Snapshot(
        layout_of(widths),
        **arrays,
        next=int(header["next"]),
        transitions=int(header["transitions"]),
    )


def _why_none(snapshot: Snapshot, level: list[int], sizes: list[int]) -> str:
    """Why no search is at rest so; empty where one can be. What follows does not ask again, and
    compiled code reads where a number says, whether there is anything or not.
    """
    layout, count = snapshot.layout, len(snapshot.words)
    shapes = {"words": (count, layout.size), "parents": (count,), "actions": (count,)}
    for name in NAMES:
        array = getattr(snapshot, name)
        kind = np.uint64 if name == "words" else np.uint32
        if array.dtype != kind or array.shape != shapes.get(name, (array.size,)):
            return f"{name} are not what a search keeps"
    if not count or len(layout.widths) != len(sizes) or not layout.fits(sizes):
        return "its states are of another form"
    for place, size in enumerate(sizes):
        if (column(layout, snapshot.words, place) >= size).any():
            return "a state is of parts that are not there"
    if any((getattr(snapshot, name) >= count).any() for name in ("parents", "resting", "cut")):
        return "a state is named that is not there"
    known = len(level) == 2 and 0 <= snapshot.next <= level[1] <= count
    return "" if known and level[0] >= 0 <= snapshot.transitions else "its counts are none"


def _digest(expansion: Expansion) -> str:
    """A hash of everything that is tabulated."""
    arrays = ComponentArrays(
        expansion.tables,
        urgent=expansion.urgent,
        lossy=expansion.lossy,
        doubling=expansion.doubling,
    )
    known = hashlib.blake2b(digest_size=16)
    for array in arrays.arrays():
        known.update(np.ascontiguousarray(array).tobytes())
    if expansion.reduction is not None:
        known.update(json.dumps(expansion.reduction.tabulated()).encode())
    return known.hexdigest()

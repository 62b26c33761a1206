"""Parallel and Map: states that hold machines, each a region of the model's parallel state.

A branch that fails stops the others and fails the state (``siblings: cancel``, ``join: all``). A
Map's region runs once per item; how many items there are is data, so the annotation bounds it.

Source: Amazon States Language specification, "Parallel State", "Map State".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from wfmodel.importers.asl.catalogue import (
    ASSUMED_COPIES,
    BATCHED_ITEMS,
    MAP_CONCURRENCY,
    RETRIED_SCOPE,
    TOLERATED_FAILURES,
    UNDISTINGUISHED_ERROR,
)
from wfmodel.importers.asl.errors import WILDCARDS, catches
from wfmodel.importers.asl.job import Fields, SourceState, States
from wfmodel.importers.asl.values import is_number
from wfmodel.model.source import Path
from wfmodel.model.workflow import FAILURE, Branch, Choice, Outcome, Parallel, Region

Join: TypeAlias = Literal["all", "any"] | int
Translate: TypeAlias = Callable[[SourceState, Fields, Path, Path], Region]
"""Turns the machine at a path of a state into a region at a path of the model."""

DEFAULT_ITEMS: Final = 2
"""Copies of a Map without an annotation: the fewest that show concurrency."""


def parallel(source: SourceState, translate: Translate) -> States:
    """A region for each branch."""
    branches = source.value["Branches"]
    on, extra = _caught(source)
    state = source.made(
        Parallel,
        regions=tuple(
            translate(source, branch, ("Branches", index), ("regions", index))
            for index, branch in enumerate(branches)
        ),
        siblings="cancel",
        next=source.next(),
        on=on,
        description=source.description,
    )
    return {source.name: state, **extra}


def map_items(source: SourceState, translate: Translate) -> States:
    """One region, once for each item."""
    field = "ItemProcessor" if "ItemProcessor" in source.value else "Iterator"
    on, extra = _caught(source)
    copies = _copies(source)
    join = _join(source, copies)
    state = source.made(
        Parallel,
        regions=(translate(source, source.value[field], (field,), ("regions", 0)),),
        join=join,
        siblings="cancel" if join == "all" else "wait",
        for_each=source.note.for_each or _items(source),
        copies=copies,
        next=source.next(),
        on=on,
        description=source.description,
    )
    _say_abstracted(source)
    return {source.name: state, **extra}


def _items(source: SourceState) -> str:
    """The path or expression that gives the items; ``$`` is the state's whole input."""
    value = source.value.get("ItemsPath", source.value.get("Items"))
    return value[:200] if isinstance(value, str) and value else "$"


def _copies(source: SourceState) -> int:
    items = source.note.items
    if items is None:
        message = f"how many items {source.name!r} has is only known later: {DEFAULT_ITEMS} copies"
        source.says(ASSUMED_COPIES, message, help="annotate its items")
    return DEFAULT_ITEMS if items is None else items


def _join(source: SourceState, copies: int) -> Join:
    """All copies, less those that may fail. All are waited for, whichever fail."""
    tolerated = _tolerated(source, copies)
    if tolerated == 0:
        return "all"
    needed = copies - tolerated
    message = f"{source.name!r} tolerates failures: of {copies} copies {needed} must succeed"
    field = next(name for name in source.value if name.startswith("Tolerated"))
    source.says(TOLERATED_FAILURES, message, field)
    return needed


def _tolerated(source: SourceState, copies: int) -> int:
    count = source.value.get("ToleratedFailureCount", 0)
    share = source.value.get("ToleratedFailurePercentage", 0)
    by_count = int(count) if is_number(count) else 0
    by_share = int(copies * share / 100) if is_number(share) else 0
    return min(copies, max(by_count, by_share))


def _say_abstracted(source: SourceState) -> None:
    limit = source.value.get("MaxConcurrency", 0)
    if limit != 0:
        message = f"all copies of {source.name!r} run side by side: its limit is not modelled"
        help = "give the services that it calls a capacity"
        source.says(MAP_CONCURRENCY, message, "MaxConcurrency", help=help)
    if "ItemBatcher" in source.value:
        message = f"a copy of {source.name!r} stands for one batch of items"
        source.says(BATCHED_ITEMS, message, "ItemBatcher")


def _caught(source: SourceState) -> tuple[dict[str, str], States]:
    """``failure`` leads to the one catcher, or to a choice among several by the error's name."""
    if source.value.get("Retry"):
        message = (
            f"the model does not retry {source.name!r} as a whole: it takes a failure as the last"
        )
        source.says(RETRIED_SCOPE, message, "Retry")
    caught = list(catches(source))
    if not caught:
        return {}, {}
    if caught[0][0] in WILDCARDS:
        source.comes_from(("on", FAILURE), *caught[0][2])
        return {FAILURE: caught[0][1]}, {}
    name = source.scope.free(f"{source.name} (caught)")
    source.comes_from(("on", FAILURE), "Catch")
    return {FAILURE: name}, {name: _which_error(source, name, caught)}


def _which_error(source: SourceState, name: str, caught: list[tuple[str, str, Path]]) -> Choice:
    message = f"which error {source.name!r} failed with is a choice, {name!r}"
    source.says(UNDISTINGUISHED_ERROR, message, "Catch")
    at = (*source.at[:-1], name)
    source.job.origins[at] = (*source.path, "Catch")
    named = [entry for entry in caught if entry[0] not in WILDCARDS]
    for index, (_, _, place) in enumerate(named):
        source.job.origins[(*at, "branches", index, "next")] = (*source.path, *place)
    rest = next((entry for entry in caught if entry[0] in WILDCARDS), None)
    if rest is None:
        default = source.scope.end(Outcome.FAILED, source.path, source.job)
    else:
        default = rest[1]
        source.job.origins[(*at, "default")] = (*source.path, *rest[2])
    return source.made(
        Choice,
        branches=tuple(
            source.made(Branch, next=to, when=f"error is {error}") for error, to, _ in named
        ),
        default=default,
    )

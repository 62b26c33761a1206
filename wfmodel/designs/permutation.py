"""Renaming swaps participants' names inside states, messages and timers, and touches nothing else.

>>> renamed(("voted", frozenset({"rm1"})), {"rm1": "rm2", "rm2": "rm1"})
('voted', frozenset({'rm2'}))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeAlias

from wfmodel.designs.node_trie import NodeTrie

Names: TypeAlias = Mapping[str, str]
"""New name by old name; who is not in it keeps its name."""

Rename: TypeAlias = Callable[[Any, Names], Any]
"""A value with the names in it replaced. New names may also be stand-ins, several of them equal:
what is returned then is only compared, and never given to a machine."""


def renamed(value: Any, names: Names) -> Any:  # noqa: ANN401 - states are the user's own kind
    """The value with every name in it replaced, in strings, tuples, frozensets and dataclasses.

    A string is a name where it equals one. Whatever else a value is made of stays as it is.
    """
    if type(value) is str:
        return names.get(value, value)
    if isinstance(value, tuple):
        parts = [renamed(each, names) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, NodeTrie):
        return NodeTrie(renamed(each, names) for each in value)
    if isinstance(value, frozenset):
        return frozenset(renamed(each, names) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        old = {each.name: getattr(value, each.name) for each in fields(value) if each.init}
        new = {name: renamed(part, names) for name, part in old.items()}
        return value if new == old else type(value)(**new)
    return value


def checked_groups(
    name: str, groups: tuple[tuple[str, ...], ...], known: tuple[str, ...]
) -> tuple[tuple[str, ...], ...]:
    """The groups, if each has at least two members, all participants, none in two places.

    Raises:
        ValueError: they are not so; the text names the system, the group and what is wrong.
    """
    met: set[str] = set()
    for group in groups:
        if isinstance(group, str) or len(group) < 2:
            raise ValueError(f"the system {name!r}: a group has two members or more, not {group!r}")
        for who in group:
            if who not in known:
                there = ", ".join(known)
                raise ValueError(
                    f"the system {name!r} has no participant {who!r} to be interchangeable;"
                    f" there are {there}"
                )
            if who in met:
                raise ValueError(f"the system {name!r}: {who!r} is in two groups, or twice in one")
            met.add(who)
    return groups

"""The variables of a program as TLA+ functions: ``channel_2_17`` is ``channel[2, 17]``.

A kind of variable is one function over its indices; what has no index is a variable of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from wfmodel.exploration.export.program import Program

NAME: Final = re.compile(r"([a-z_]+?)((?:_\d+)*)")


class Variables:
    """``groups``: the indices of each TLA+ variable in order, none for a plain number."""

    def __init__(self, program: Program) -> None:
        self.queues = frozenset(program.queues)
        started: dict[str, int | str] = dict(program.start)
        for queue, items in program.first:
            started[queue] = f"<<{', '.join(map(str, items))}>>"
        self.started = started
        plain = {name for name in program.variables if not _split(name)[1]}
        self.places: dict[str, tuple[str, str]] = {}
        self.groups: dict[str, list[str]] = {}
        for name in (*program.variables, *program.queues):
            kind, index = _split(name)
            group = f"{kind}_of" if index and kind in plain else kind
            self.places[name] = (group, index)
            self.groups.setdefault(group, [])
            if index:
                self.groups[group].append(name)

    def refer(self, name: str) -> str:
        """A variable of the program, as an expression."""
        group, index = self.places[name]
        return f"{group}[{index}]" if index else group

    def domains(self) -> Iterator[str]:
        """A definition for each function's domain."""
        for group, names in self.groups.items():
            if names:
                yield f"{_domain(group)} == {{{', '.join(self._key(name) for name in names)}}}"

    def types(self) -> Iterator[str]:
        """What each variable is."""
        for group, names in self.groups.items():
            kind = "Seq(Nat)" if self.queues.intersection(names) else "Nat"
            yield f"{group} \\in " + (f"[{_domain(group)} -> {kind}]" if names else kind)

    def start(self) -> Iterator[str]:
        """What each variable begins with."""
        for group, names in self.groups.items():
            if not names:
                yield f"{group} = {self.started.get(group, 0)}"
                continue
            empty = "<<>>" if self.queues.intersection(names) else "0"
            set_ = [f"i = {self._key(name)} -> {v}" for name in names if (v := self._begins(name))]
            value = f"CASE {' [] '.join((*set_, f'OTHER -> {empty}'))}" if set_ else empty
            yield f"{group} = [i \\in {_domain(group)} |-> {value}]"

    def assigned(self, changes: Mapping[str, str]) -> Iterator[str]:
        """Primed variables; in a change ``@`` is the value before."""
        by_group: dict[str, dict[str, str]] = {}
        for name, after in changes.items():
            group, index = self.places[name]
            by_group.setdefault(group, {})[index] = after
        for group, updates in by_group.items():
            if "" in updates:
                yield f"{group}' = {updates[''].replace('@', group)}"
            else:
                each = ", ".join(f"![{index}] = {after}" for index, after in updates.items())
                yield f"{group}' = [{group} EXCEPT {each}]"

    def untouched(self, changes: Collection[str], apart: Collection[str]) -> tuple[str, ...]:
        """TLA+ variables that none of these changes, without those of ``apart``."""
        touched = {self.places[name][0] for name in changes} | set(apart)
        return tuple(group for group in self.groups if group not in touched)

    def _begins(self, name: str) -> int | str:
        return self.started.get(name, 0)

    def _key(self, name: str) -> str:
        index = self.places[name][1]
        return f"<<{index}>>" if "," in index else index


def _domain(group: str) -> str:
    return f"Of_{group}"


def _split(name: str) -> tuple[str, str]:
    """The kind, and the indices as TLA+ writes them."""
    found = NAME.fullmatch(name)
    assert found is not None, name
    return found[1], ", ".join(found[2].split("_")[1:])

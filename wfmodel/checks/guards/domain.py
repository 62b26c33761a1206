"""Which values the paths of a choice can have.

What is declared counts: the type and the values of a data item. Of anything else we know only what
the guards ask: a path that is compared with numbers holds numbers, and one that is asked for its
presence may be absent. Values of a kind that no guard asks about are left out: otherwise every
choice would have the gap that its number might be a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from wfmodel.model.guards import (
    ABSENT,
    OBJECT,
    Compare,
    Condition,
    Const,
    Matches,
    Scalar,
    Test,
    Var,
    kind_of,
    parts_of,
)
from wfmodel.model.workflow import DataItem

_KINDS_OF_TYPE: Final = {
    "string": "string",
    "number": "number",
    "integer": "number",
    "boolean": "boolean",
}
KIND_TESTED: Final = {
    "present": "absent",
    "is_null": "null",
    "is_number": "number",
    "is_string": "string",
    "is_boolean": "boolean",
}
"""The kind of value that a test tells from all others."""
_TESTS_OF_KIND: Final = ("is_number", "is_string", "is_boolean")
OTHER: Final = "string"
"""The kind of a value of which nothing is asked but whether it is there."""


@dataclass(slots=True)
class Domain:
    """The values of one path."""

    kinds: set[str] = field(default_factory=set)
    integer: bool = False
    values: tuple[Scalar, ...] = ()
    """The only values, where they are declared; besides ``absent`` and ``null``."""
    constants: dict[tuple[str, Scalar], None] = field(default_factory=dict)
    """Kind and value: in Python ``True == 1``."""
    patterns: bool = False
    compared: bool = False
    """With another path."""
    asked: bool = False
    """Whether a guard asks of what kind the value is: then it may be of another."""


def domain_of(conditions: Iterable[Condition], data: Mapping[str, DataItem]) -> dict[str, Domain]:
    """Path to domain, for all paths that the conditions read, in order of appearance."""
    domains: dict[str, Domain] = {}
    pairs: list[tuple[str, str]] = []
    for condition in conditions:
        for part in parts_of(condition):
            _note(part, domains, pairs)
    _spread(domains, pairs)
    for domain in domains.values():
        if domain.asked and len(domain.kinds - {"absent", "null"}) == 1:
            domain.kinds.add(OTHER if OTHER not in domain.kinds else "number")
    for outer, inner in nested(domains):
        domains[outer].kinds.add("object")
        domains[inner].kinds.add("absent")
    for path, domain in domains.items():
        declared = data.get(path)
        if declared is not None:
            _restrict(domain, declared)
        if domain.kinds <= {"absent", "null"}:
            domain.kinds.add(OTHER)
    return domains


def nested(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a path and one inside it, which is there only where the outer is an object."""
    known = list(paths)
    for outer in known:
        inside = (f"{outer}.", f"{outer}[")
        yield from ((outer, inner) for inner in known if inner.startswith(inside))


def consistent(values: Mapping[str, Scalar], pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether values can be those of one piece of data."""
    return all(values[outer] is OBJECT or values[inner] is ABSENT for outer, inner in pairs)


def _note(part: Condition, domains: dict[str, Domain], pairs: list[tuple[str, str]]) -> None:
    match part:
        case Compare(_, Var(one), Var(other)):
            pairs.append((one, other))
            for path in (one, other):
                domains.setdefault(path, Domain()).compared = True
        case Compare(_, Var(path), Const(value)) | Compare(_, Const(value), Var(path)):
            domain = domains.setdefault(path, Domain())
            domain.kinds.add(kind_of(value))
            domain.constants[kind_of(value), value] = None
        case Test(name, Var(path)):
            domain = domains.setdefault(path, Domain())
            domain.kinds.add(KIND_TESTED[name])
            domain.asked |= name in _TESTS_OF_KIND
        case Matches(Var(path)):
            domain = domains.setdefault(path, Domain())
            domain.kinds.add("string")
            domain.patterns = True


def _spread(domains: dict[str, Domain], pairs: list[tuple[str, str]]) -> None:
    """Paths compared with each other hold values of the same kinds; of unknown ones, numbers."""
    changed = True
    while changed:
        changed = False
        for one, other in pairs:
            both = (domains[one].kinds | domains[other].kinds) - {"absent", "null"}
            for domain in (domains[one], domains[other]):
                if not both <= domain.kinds:
                    domain.kinds |= both
                    changed = True
    for one, other in pairs:
        for path in (one, other):
            if domains[path].kinds <= {"absent", "null"}:
                domains[path].kinds.add("number")


def _restrict(domain: Domain, declared: DataItem) -> None:
    extra = domain.kinds & {"absent", "null", "object"}
    if declared.values:
        domain.values = declared.values
        domain.kinds = extra | {kind_of(value) for value in declared.values}
    elif declared.type in _KINDS_OF_TYPE:
        kind = _KINDS_OF_TYPE[declared.type]
        domain.kinds = extra | {kind}
    domain.integer = declared.type == "integer"

"""Hybrid: an orchestrator inside each group of steps, events between the groups.

A group is what domain-driven design calls a bounded context. Its orchestrator commands services and
waits for their replies; a token that leaves the group is handed to the next group's orchestrator as
an event. With one group of all steps this is orchestration.

>>> hybrid = Hybrid(groups={"stock": ("reserve", "ship"), "money": ("charge",)})
>>> str(hybrid)
'hybrid:stock=reserve,ship;money=charge'

Read ``placement`` next: a design is who controls what, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass as plain
from typing import ClassVar, Final

from pydantic.dataclasses import dataclass

from wfmodel.designs.faults import ALL_PARTICIPANTS, ALL_SERVICES
from wfmodel.designs.placement import Misfit, Placement, first_owner, services_of
from wfmodel.model.failures import Name
from wfmodel.model.flow import Flow, Node, NodeKind
from wfmodel.model.source import Path
from wfmodel.model.spelling import nearest
from wfmodel.model.strict import STRICT
from wfmodel.model.workflow import SubWorkflow

WORK: Final = (NodeKind.TASK, NodeKind.COMPENSATION)
"""Nodes that must be in a group: there is something to command."""

COPY: Final = re.compile(r"\[\d+\](?=/|$)")
"""The number of a region's copy: a step is named with it, or without for all copies."""

MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Hybrid:
    """Groups by name, each with its steps. The order of groups and of steps means nothing.

    A step is named as in a story or a fault: ``step``, ``fork.region/step``, ``call/step``. The
    name of a fork, a region or a called workflow stands for all inside that is not named itself.
    """

    groups: Mapping[Name, tuple[Name, ...]]
    name: ClassVar[str] = "hybrid"

    def __hash__(self) -> int:
        """A mapping has none of its own."""
        return hash(frozenset(self.groups.items()))

    def __str__(self) -> str:
        """As the command line reads it."""
        groups = ";".join(f"{name}={','.join(steps)}" for name, steps in self.groups.items())
        return f"{self.name}:{groups}"

    @classmethod
    def parse(cls, text: str) -> Hybrid:
        """``stock=reserve,ship;money=charge``.

        Raises:
            ValueError: it is not written so.
        """
        groups: dict[str, tuple[str, ...]] = {}
        for part in filter(None, map(str.strip, text.split(";"))):
            group, sign, steps = part.partition("=")
            named = tuple(step.strip() for step in steps.split(",") if step.strip())
            if not (sign and group.strip() and named):
                raise ValueError(f"expected GROUP=STEP,STEP;GROUP=STEP; got {part!r}")
            if group.strip() in groups:
                raise ValueError(f"group {group.strip()!r} is given twice")
            groups[group.strip()] = named
        if not groups:
            raise ValueError("expected GROUP=STEP,STEP;GROUP=STEP; got nothing")
        return cls(groups=groups)

    def misfits(self, flow: Flow) -> Iterable[Misfit]:
        """Names that are taken, that mean nothing or come twice, and steps in no group."""
        grouped = _Grouped.of(flow, self.groups)
        found = (
            *_misnamed_groups(self.groups, grouped),
            *_misnamed_steps(self.groups, grouped),
            *_without_group(grouped),
        )
        if not found and not any(self.groups.values()):
            return (Misfit(("groups",), "there is no group that has a step", key=True),)
        return found

    def place(self, flow: Flow) -> Placement:
        """Every step belongs to its group's orchestrator, which has the group's name."""
        owners = _Grouped.of(flow, self.groups).owners()
        groups = tuple(dict.fromkeys(owner for owner in owners if owner is not None))

        def owner(node: Node) -> str | None:
            return owners[node.index]

        starter = first_owner(flow, owner) or groups[0]
        return Placement(groups, owner, starter, groups, "group")


@plain(frozen=True, slots=True)
class _Grouped:
    """A flow, what its nodes may be called, and the group that lists each name."""

    flow: Flow
    names: tuple[tuple[str, ...], ...]
    listed: Mapping[str, str]

    @classmethod
    def of(cls, flow: Flow, groups: Mapping[str, tuple[str, ...]]) -> _Grouped:
        """Of names that come twice the first counts."""
        listed: dict[str, str] = {}
        for group, steps in groups.items():
            for step in steps:
                listed.setdefault(step, group)
        return cls(flow, _names_of(flow), listed)

    @property
    def known(self) -> set[str]:
        """Every name that a group may list."""
        return {name for names in self.names for name in names}

    def group_of(self, node: Node) -> str | None:
        """The group that lists a node by the most telling of its names."""
        names = self.names[node.index]
        return next((self.listed[name] for name in names if name in self.listed), None)

    def owners(self) -> tuple[str | None, ...]:
        """The group of each node.

        A node without work that is not listed but names a service belongs to the group that has
        all of this service's steps, if one has; else a receive whose event a step causes to the
        group of that step, since somebody has to hear it before it is waited for.
        """
        groups = [self.group_of(node) for node in self.flow.nodes]
        of_service: dict[str | None, set[str | None]] = {}
        for node, group in zip(self.flow.nodes, groups, strict=True):
            if node.kind in WORK:
                of_service.setdefault(node.service, set()).add(group)
        for node in self.flow.nodes:
            users = of_service.get(node.service, set())
            if groups[node.index] is None and node.service is not None and len(users) == 1:
                groups[node.index] = next(iter(users))
        for node in self.flow.nodes:
            if groups[node.index] is None and node.cause is not None:
                groups[node.index] = groups[node.cause]
        return tuple(groups)


def _names_of(flow: Flow) -> tuple[tuple[str, ...], ...]:
    """What a group may call each node, the most telling name first: its own, then what it is in."""
    forks = {
        scope.name.rstrip("/"): flow.nodes[scope.fork].name
        for scope in flow.scopes
        if scope.fork is not None
    }
    calls = {node.name for node in flow.nodes if isinstance(node.state, SubWorkflow)}

    def names(node: Node) -> Iterator[str]:
        if node.kind is NodeKind.COMPENSATION and node.undoes is not None:
            node = flow.nodes[node.undoes]
        yield node.name
        around, _, last = node.name.rpartition("/")
        yield f"{COPY.sub('', around)}/{last}" if around else last
        while around:
            if around in forks or around in calls:
                yield from (around, COPY.sub("", around))
            if around in forks:
                yield from (forks[around], COPY.sub("", forks[around]))
            around = around.rpartition("/")[0]

    return tuple(() if node.implicit else tuple(dict.fromkeys(names(node))) for node in flow.nodes)


# ------------------------------------------------------------------------------ what does not fit


def _misnamed_groups(groups: Mapping[str, tuple[str, ...]], grouped: _Grouped) -> Iterator[Misfit]:
    taken = {*services_of(grouped.flow), *grouped.flow.workflow.services}
    known, own = grouped.known, set(grouped.owners())
    for group, steps in groups.items():
        left = group not in own and known.issuperset(steps)
        if group in taken:
            message = f"group {group!r} has a service's name; its orchestrator needs its own"
        elif group in (ALL_PARTICIPANTS, ALL_SERVICES):
            message = f"group {group!r} has a name that faults use for several participants"
        elif not steps:
            message = f"group {group!r} is empty: name its steps"
        elif left and all(grouped.listed[step] == group for step in steps):
            message = f"group {group!r} is left empty: all that it names is named elsewhere, too"
        else:
            continue
        yield Misfit(("groups", group), message, key=True)


def _misnamed_steps(groups: Mapping[str, tuple[str, ...]], grouped: _Grouped) -> Iterator[Misfit]:
    known, seen = grouped.known, dict[str, str]()
    handlers = {n.name for n in grouped.flow.nodes if n.kind is NodeKind.COMPENSATION}
    for group, steps in groups.items():
        for place, step in enumerate(steps):
            path: Path = ("groups", group, place)
            if step in handlers - known:
                yield Misfit(path, f"{step!r} is not named: a handler goes with its step")
            elif step not in known:
                yield Misfit(path, _unknown(step, known))
            elif step in seen:
                yield Misfit(path, f"step {step!r} is in group {seen[step]!r} already")
            seen.setdefault(step, group)


def _unknown(step: str, known: Iterable[str]) -> str:
    meant = nearest(step, known)
    if meant is not None:
        return f"unknown step {step!r}; did you mean {meant!r}?"
    return f"unknown step {step!r}; there are {', '.join(sorted(known)[:20])}"


def _without_group(grouped: _Grouped) -> Iterator[Misfit]:
    tasks = (node for node in grouped.flow.nodes if node.kind is NodeKind.TASK)
    names = [node.name for node in tasks if grouped.group_of(node) is None]
    if names:
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        shown = ", ".join(map(repr, names[:MOST_NAMED]))
        verb, noun = ("are", "steps") if len(names) > 1 else ("is", "step")
        yield Misfit(("groups",), f"{noun} {shown}{more} {verb} in no group", key=True)

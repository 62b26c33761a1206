"""How parts of a DAG run side by side: where they fork, and what their join must know of them.

A join of the model knows one thing: whether enough of its regions ended as hoped. So the parts of
a fork must be such that what is left after them depends on one such question only. Where it depends
on more, one part is held back until the others have ended: every end stays what it is in Airflow,
and the wait is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, Literal

from wfmodel.importers.airflow.residual import Dag, PendingTask, Residual
from wfmodel.importers.airflow.trigger_rules import MET_BY_ONE

MOST_STEPS: Final = 50_000
"""Things left that are looked at for one DAG; beyond it is refused."""


class TooManyCombinationsError(Exception):
    """The ends of the tasks combine to more than is looked at, or to more states than are made."""


@dataclass(frozen=True, slots=True)
class Fork:
    """Parts that run side by side, then ``met`` if enough end as hoped, else ``missed``.

    ``hoped`` holds, for each part, those of its ends that count for the join. ``early``: the join
    need not wait for the parts that can change nothing any more.
    """

    parts: tuple[Residual, ...]
    hoped: tuple[frozenset[Residual], ...]
    join: Literal["all", "any"] | int
    early: bool
    met: Residual
    missed: Residual


@dataclass(slots=True)
class Planner:
    """Decides what comes next of what is left; counts its work, and remembers added waits."""

    dag: Dag
    added: dict[str, set[str]] = field(default_factory=dict)
    """For each task the tasks that it waits for in the model only."""
    late: dict[str, set[str]] = field(default_factory=dict)
    """Tasks that one of these would be enough for, and that wait for all in the model."""
    unawaited: dict[str, set[str]] = field(default_factory=dict)
    """For each task that starts early those of which all but one need not have ended then."""
    steps: int = 0
    _outcomes: dict[Residual, frozenset[Residual]] = field(default_factory=dict)

    def next(self, left: Residual, same: Callable[[Residual], Hashable]) -> str | Fork:
        """The task that comes next, or the fork; ``same`` gives what is equal for what follows."""
        while True:
            parts = components(left)
            ready = left.ready
            if len(parts) == 1 and len(ready) == 1:
                return ready[0]
            rest = replace(left, pending=())
            if len(parts) == 1:
                parts, rest = self._cut(left)
            fork = self._fork(parts, rest, same)
            if fork is not None:
                self._note(fork, rest)
                return fork
            left = self._held(left, parts)

    def outcomes(self, left: Residual) -> frozenset[Residual]:
        """Every way in which a part can end: without pending tasks, but with what it told."""
        known = self._outcomes.get(left)
        if known is not None:
            return known
        found, seen, stack = set[Residual](), {left}, [left]
        while stack:
            here = stack.pop()
            self._count()
            parts = components(here)
            if not parts:
                found.add(here)
            elif len(parts) > 1:
                found |= self._combined(here, parts)
            else:
                task = here.ready[0]
                for way in self.dag.ways(task):
                    after = self.dag.ended(here, task, way)
                    if after not in seen:
                        seen.add(after)
                        stack.append(after)
        self._outcomes[left] = frozenset(found)
        return self._outcomes[left]

    def _count(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TooManyCombinationsError

    def _combined(self, here: Residual, parts: Iterable[Residual]) -> set[Residual]:
        ends = {replace(here, pending=())}
        for part in parts:
            ends = {
                self.dag.joined(end, one, part.tasks) for end in ends for one in self.outcomes(part)
            }
        return ends

    def _cut(self, left: Residual) -> tuple[tuple[Residual, ...], Residual]:
        """Parts that can run before anything joins them, as late a join as keeps them apart."""
        home = _homes(left)
        sources = [e for e in left.pending if e.task not in home]
        free = frozenset(e.task for e in sources if all(name in home for name in e.before))
        needed = _before(left, free) | frozenset(left.ready)
        inside = {name: root for name, root in home.items() if name in needed}
        roots = dict.fromkeys(inside[e.task] for e in left.pending if e.task in inside)
        groups = [frozenset(n for n, home in inside.items() if home == root) for root in roots]
        rest = part_of(left, left.tasks - frozenset(inside))
        return tuple(part_of(left, names) for names in groups), replace(
            rest, outside=left.outside, told=left.told, failed=left.failed
        )

    def _fork(
        self,
        parts: tuple[Residual, ...],
        rest: Residual,
        same: Callable[[Residual], Hashable],
    ) -> Fork | None:
        """The fork, if one question decides what is left after it."""
        ends = [sorted(self.outcomes(part), key=_order) for part in parts]
        layers = self._layers(parts, rest, ends)
        kinds = {same(after) for after in layers[-1]}
        if len(kinds) > 2:
            return None
        well = self._well(parts, rest)
        if len(kinds) == 1:
            every = tuple(map(frozenset, ends))
            if self._is_early(parts, ends, rest, list(every), well):
                return Fork(parts, every, "any", True, well, well)
            return Fork(parts, every, 0, False, well, well)
        other = min((a for a in layers[-1] if same(a) != same(well)), key=_order)
        for join, target in (("all", well), ("any", other)):
            reach = _leading(layers, {a for a in layers[-1] if same(a) == same(target)})
            if not self._leads_only(parts, rest, reach, same, target):
                continue
            # What leads nowhere else leads to ``other`` for an "any": the rest is hoped for.
            missed = [frozenset(each) - found for each, found in zip(ends, reach, strict=True)]
            hoped, decisive = (reach, missed) if join == "all" else (missed, missed)
            final = other if join == "all" else well
            early = self._is_early(parts, ends, rest, decisive, final)
            if early and join == "all":  # a join can be met before all have ended, not missed
                return Fork(parts, tuple(missed), "any", True, other, well)
            return Fork(parts, tuple(hoped), join, early, well, other)  # type: ignore[arg-type]
        return None

    def _layers(
        self, parts: tuple[Residual, ...], rest: Residual, ends: list[list[Residual]]
    ) -> list[dict[Residual, dict[Residual, Residual]]]:
        """What is left after the first parts, after none first; each with what each end makes."""
        layers: list[dict[Residual, dict[Residual, Residual]]] = [{rest: {}}]
        for part, each in zip(parts, ends, strict=True):
            after: dict[Residual, dict[Residual, Residual]] = {}
            for left, steps in layers[-1].items():
                self._count()
                for end in each:
                    steps[end] = self.dag.joined(left, end, part.tasks)
                    after[steps[end]] = {}
            layers.append(after)
        return layers

    def _leads_only(
        self,
        parts: tuple[Residual, ...],
        rest: Residual,
        ends: list[frozenset[Residual]],
        same: Callable[[Residual], Hashable],
        target: Residual,
    ) -> bool:
        """Whether these ends, in any combination, lead to the target."""
        listed = [sorted(each, key=_order) for each in ends]
        found = self._layers(parts, rest, listed)[-1]
        return {same(after) for after in found} == {same(target)}

    def _well(self, parts: tuple[Residual, ...], rest: Residual) -> Residual:
        """What is left if every task that runs succeeds, the first branch being taken."""
        for part in parts:
            end = part
            while end.pending:
                task = end.ready[0]
                end = self.dag.ended(end, task, self.dag.ways(task)[0])
            rest = self.dag.joined(rest, end, part.tasks)
        return rest

    def _is_early(
        self,
        parts: tuple[Residual, ...],
        ends: list[list[Residual]],
        rest: Residual,
        decisive: list[frozenset[Residual]],
        final: Residual,
    ) -> bool:
        """Whether each decisive end decides by itself, whatever the other parts still do."""
        pairs = list(zip(parts, ends, decisive, strict=True))
        return bool(final.pending) and all(
            all(self.dag.joined(rest, end, part.tasks) == final for end in decides)
            and all(self.dag.joined(final, end, part.tasks) == final for end in each)
            for part, each, decides in pairs
        )

    def _held(self, left: Residual, parts: tuple[Residual, ...]) -> Residual:
        """One part waits for the others: the one with the most ends, the last of these."""
        most = max(range(len(parts)), key=lambda i: (len(self.outcomes(parts[i])), i))
        held = parts[most].tasks
        others = frozenset[str]().union(*(p.tasks for i, p in enumerate(parts) if i != most))
        last = _last(left, others)
        for name in parts[most].ready:
            self.added.setdefault(name, set()).update(last)
        return replace(
            left,
            pending=tuple(
                replace(e, holds=e.holds | others) if e.ready and e.task in held else e
                for e in left.pending
            ),
        )

    def _note(self, fork: Fork, rest: Residual) -> None:
        """Tasks after a fork that in Airflow would not wait for all of it."""
        inside = frozenset[str]().union(*(part.tasks for part in fork.parts))
        everything = tuple(e for part in fork.parts for e in part.pending) + rest.pending
        if fork.early:
            for task in fork.met.ready:
                self.unawaited.setdefault(task, set()).update(_last(Residual(everything), inside))
        whole = Residual(everything)
        for entry in rest.pending:
            if entry.before <= inside:
                extra = _last(whole, inside) - _before(whole, {entry.task})
                if extra:
                    self.added.setdefault(entry.task, set()).update(extra)
            if self.dag.nodes[entry.task].rule in MET_BY_ONE and not fork.early:
                among = [entry.waits & part.tasks for part in fork.parts]
                if sum(map(bool, among)) > 1:
                    self.late.setdefault(entry.task, set()).update(*among)


def components(left: Residual) -> tuple[Residual, ...]:
    """Parts that have nothing to do with each other, in order of their first task."""
    home = {entry.task: entry.task for entry in left.pending}
    for entry in left.pending:
        for other in entry.before & left.tasks:
            home[_root(home, entry.task)] = _root(home, other)
    groups: dict[str, set[str]] = {}
    for entry in left.pending:
        groups.setdefault(_root(home, entry.task), set()).add(entry.task)
    if len(groups) == 1:
        return (left,)
    return tuple(part_of(left, frozenset(names)) for names in groups.values())


def _root(above: dict[str, str], name: str) -> str:
    """What is above a name and has nothing above it but itself; ways there become shorter."""
    while above[name] != name:
        above[name] = above[above[name]]
        name = above[name]
    return name


def part_of(left: Residual, names: frozenset[str]) -> Residual:
    """These tasks only; the others are outside, and nothing has been told yet."""
    return Residual(
        tuple(e for e in left.pending if e.task in names), left.outside | (left.tasks - names)
    )


def _homes(left: Residual) -> dict[str, str]:
    """The root of the group that a task belongs to, for tasks that need one group only.

    Groups that a task joins become one as long as others remain, so that what is joined last is
    joined last here too.
    """
    root = {name: name for name in left.ready}
    home = {name: name for name in left.ready}
    while True:
        _grow(left, home, root)
        joins = [
            sorted({_root(root, home[n]) for n in e.before})
            for e in left.pending
            if e.task not in home and all(n in home for n in e.before)
        ]
        groups = {_root(root, name) for name in root}
        merged = dict(root)
        for names in joins:
            for one, two in pairwise(names):
                merged[_root(merged, two)] = _root(merged, one)
        if not joins or len({_root(merged, name) for name in groups}) < 2:
            return {name: _root(root, where) for name, where in home.items()}
        root.update(merged)


def _grow(left: Residual, home: dict[str, str], root: dict[str, str]) -> None:
    """Tasks whose predecessors all belong to one group join it; ``pending`` is in order."""
    for entry in left.pending:
        if entry.task not in home and all(name in home for name in entry.before):
            roots = {_root(root, home[name]) for name in entry.before}
            if len(roots) == 1:
                home[entry.task] = roots.pop()


def _before(left: Residual, names: Iterable[str]) -> frozenset[str]:
    """Tasks that end before one of these starts, and these."""
    entries: dict[str, PendingTask] = {entry.task: entry for entry in left.pending}
    found, stack = set[str](), list(names)
    while stack:
        name = stack.pop()
        if name in entries and name not in found:
            found.add(name)
            stack += entries[name].before
    return frozenset(found)


def _last(left: Residual, names: frozenset[str]) -> frozenset[str]:
    """Those of these tasks that none of these waits for."""
    waited = frozenset[str]().union(*(e.before for e in left.pending if e.task in names))
    return names - waited


def _leading(
    layers: list[dict[Residual, dict[Residual, Residual]]], good: set[Residual]
) -> list[frozenset[Residual]]:
    """For each part, those of its ends after which what is ``good`` can still be reached."""
    found: list[frozenset[Residual]] = []
    for layer in reversed(layers[:-1]):
        found.append(
            frozenset(e for steps in layer.values() for e, to in steps.items() if to in good)
        )
        good = {left for left, steps in layer.items() if good & set(steps.values())}
    return found[::-1]


def _order(left: Residual) -> tuple[object, ...]:
    """Any order, the same in every run."""
    told = sorted((name, str(seen or "")) for name, seen in left.told)
    pending = [(e.task, sorted(e.waits), sorted(e.holds), sorted(e.seen)) for e in left.pending]
    return left.failed, told, pending

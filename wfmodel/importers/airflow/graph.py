"""From a serialised DAG to what decides about order: trigger rules, setups, skips, instances.

Mapped tasks and mapped task groups become one node each, with a DAG of their own behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations_with_replacement, islice
from typing import Final

from wfmodel.importers.airflow.dag_findings import MAPPED_GROUP, RACED_SKIP
from wfmodel.importers.airflow.forks import Planner, part_of
from wfmodel.importers.airflow.operators import Skipping, can_fail, ends_by_itself, skipping
from wfmodel.importers.airflow.residual import AS_UPSTREAM, Dag, DagNode, EndState, Residual
from wfmodel.importers.airflow.serialised import Group, Operator, SerialisedDag
from wfmodel.importers.airflow.trigger_rules import WATCH
from wfmodel.importers.annotations import NOTHING, StateAnnotation
from wfmodel.model.findings import Finding

EXITS: Final = ":exits"
"""Stands, outside of a mapped part, for whoever looks at how an instance ended; no task_id."""


_NEVER_SKIP: Final = ("all_done", "always", "none_failed", "none_failed_min_one_success")
"""Trigger rules that skip only where something was skipped before, if at all."""

_AS_STATE: Final = {seen: end for end, seen in AS_UPSTREAM.items()}


def told_states(end: Residual) -> frozenset[EndState]:
    """In which states an instance has ended, by what it told those outside."""
    return frozenset(_AS_STATE[seen] for _, seen in end.told if seen in _AS_STATE)


@dataclass(frozen=True, slots=True)
class Body:
    """What runs once for each instance: a DAG, what is left of it at first, its planner."""

    dag: Dag
    start: Residual
    copies: int

    def ends(self) -> Mapping[frozenset[EndState], frozenset[Residual]]:
        """In which states one instance can end, and by which ends of its tasks."""
        found: dict[frozenset[EndState], set[Residual]] = {}
        for end in Planner(self.dag).outcomes(self.start):
            found.setdefault(told_states(end), set()).add(end)
        return {states: frozenset(ends) for states, ends in found.items()}

    def together(self) -> tuple[frozenset[EndState], ...]:
        """In which states all instances can end together, all succeeded first."""
        single = sorted(self.ends(), key=_order)
        chosen = {
            frozenset[EndState]().union(*some)
            for some in combinations_with_replacement(single, min(self.copies, len(single), 3))
        }
        return tuple(sorted(chosen, key=_order))


@dataclass(frozen=True, slots=True)
class DagGraph:
    """The order of a DAG, and the bodies of its mapped nodes."""

    dag: Dag
    bodies: Mapping[str, Body]
    findings: tuple[Finding, ...]


class Relations:
    """Who is before and after whom in a serialised DAG."""

    def __init__(self, operators: Mapping[str, Operator]) -> None:
        self.operators = operators

    @cached_property
    def upstream(self) -> Mapping[str, tuple[str, ...]]:
        """Tasks directly before each."""
        found: dict[str, list[str]] = {name: [] for name in self.operators}
        for name, operator in self.operators.items():
            for other in dict.fromkeys(operator.downstream):
                found[other].append(name)
        return {name: tuple(names) for name, names in found.items()}

    @cached_property
    def all_upstream(self) -> Mapping[str, frozenset[str]]:
        """All tasks before each; operators are in an order in which they can run."""
        return _all_reached(self.operators, self.upstream)

    @cached_property
    def all_downstream(self) -> Mapping[str, frozenset[str]]:
        """All tasks after each."""
        below = {name: operator.downstream for name, operator in self.operators.items()}
        return _all_reached(reversed(below), below)

    def is_teardown(self, name: str) -> bool:
        """Whether a task tears down."""
        return bool(self.operators[name].get("is_teardown"))

    def setups_of(self, name: str) -> tuple[str, ...]:
        """Setups further up in whose scope a task runs.

        These are those without a teardown, or with one that comes after the task.
        """
        if self.is_teardown(name):
            return ()
        teardowns = {other for other in self.all_downstream[name] if self.is_teardown(other)}
        return tuple(
            other
            for other in self.operators
            if other in self.all_upstream[name]
            and other not in self.upstream[name]
            and self.operators[other].get("is_setup")
            and self._covers(other, teardowns)
        )

    def _covers(self, setup: str, teardowns: set[str]) -> bool:
        own = {o for o in self.operators[setup].downstream if self.is_teardown(o)}
        return not own or bool(own & teardowns)

    def scope_of(self, name: str) -> tuple[str, ...]:
        """Tasks between a teardown and its setups, which it waits for."""
        if not self.is_teardown(name):
            return ()
        setups = [o for o in self.upstream[name] if self.operators[o].get("is_setup")]
        between = self.all_upstream[name] - frozenset(self.upstream[name])
        inside = frozenset[str]().union(*(self.all_downstream[setup] for setup in setups))
        return tuple(other for other in self.operators if other in between & inside)

    def counts(self) -> frozenset[str]:
        """Tasks whose end decides how the run ends."""

        def ignorable(name: str) -> bool:
            fails = self.operators[name].get("on_failure_fail_dagrun")
            return self.is_teardown(name) and not fails

        leaves = {
            name
            for name, operator in self.operators.items()
            if not ignorable(name) and all(ignorable(other) for other in operator.downstream)
        }
        ends = {name for name, operator in self.operators.items() if not operator.downstream}
        return frozenset(leaves or ends)

    def skips(self, name: str) -> tuple[frozenset[str], ...]:
        """Which tasks a task skips when it succeeds: one set for each way it can go on."""
        below = self.operators[name].downstream
        nothing = frozenset[str]()
        match skipping(self.operators[name]):
            case Skipping.BRANCH if below:
                return tuple(
                    frozenset(below) - {chosen} - self.all_downstream[chosen] for chosen in below
                )
            case Skipping.ALL:
                every = self.all_downstream[name]
                return nothing, frozenset(n for n in every if not self.is_teardown(n))
            case Skipping.DIRECT:
                return nothing, frozenset(n for n in below if not self.is_teardown(n))
            case _:
                return (nothing,)


def _all_reached(
    names: Iterable[str], next_to: Mapping[str, Iterable[str]]
) -> Mapping[str, frozenset[str]]:
    """For each of these all that it leads to; what is next to a name comes before it."""
    found: dict[str, frozenset[str]] = {}
    for name in names:
        found[name] = frozenset(next_to[name]).union(*(found[other] for other in next_to[name]))
    return found


def graph_of(
    dag: SerialisedDag, copies: Mapping[str, int], notes: Mapping[str, StateAnnotation]
) -> DagGraph:
    """The order of a DAG; ``copies`` is how many instances each mapped task or group has."""
    relations = Relations(dag.operators)
    counts = relations.counts()
    nodes = {
        name: DagNode(
            rule=operator.get("trigger_rule", "all_success"),
            upstream=relations.upstream[name],
            setups=relations.setups_of(name),
            after=relations.scope_of(name),
            is_setup=bool(operator.get("is_setup")),
            can_fail=can_fail(operator, notes.get(name, NOTHING)),
            can_skip=ends_by_itself(notes.get(name, NOTHING)),
            skips=relations.skips(name),
            counts=name in counts,
        )
        for name, operator in dag.operators.items()
    }
    bodies: dict[str, Body] = {}
    findings = list(_races(dag, relations, nodes))
    grouped: set[str] = set()
    for group in sorted(dag.mapped_groups, key=lambda g: -len(g.tasks)):
        why = _unsaid(group, nodes, dag, grouped)
        if why:
            message = f"the mapped task group {group.name!r} {why}"
            findings.append(MAPPED_GROUP.at(group.path, message))
        elif group.tasks:
            grouped |= set(group.tasks)
            nodes, bodies[group.name] = _contracted(group, nodes, copies[group.name])
    for name, operator in dag.operators.items():
        if operator.get("_is_mapped") and name not in grouped:
            alone = Group(name, operator.path, (name,))
            nodes, bodies[name] = _contracted(alone, nodes, copies[name])
    return DagGraph(Dag(_sorted(nodes)), bodies, tuple(findings))


def _races(
    dag: SerialisedDag, relations: Relations, nodes: Mapping[str, DagNode]
) -> Iterator[Finding]:
    """Tasks about which two others may decide, one to skip it, and neither before the other."""
    sources = _skip_sources(nodes)
    for name, node in nodes.items():
        above = relations.all_upstream
        for other in sorted(frozenset[str]().union(*node.skips)):
            mine = relations.all_downstream[name] | {name}
            free = [n for n in nodes[other].upstream if n not in mine]
            if free or nodes[other].rule == "always":
                by = f"{free[0]!r} may decide" if free else "its rule decides"
                message = f"{name!r} may skip {other!r}, about which {by} before: the first counts"
                yield RACED_SKIP.at(dag.operators[other].path, message)
        seen = (*node.upstream, *node.setups)
        raced = (
            (one, two)
            for one in (seen if node.rule == "all_success" or node.setups else ())
            for two in seen
            if one != two and not sources[one] <= above[two] and _may_fail(two, nodes, above)
        )
        for one, two in islice(raced, 1):
            message = f"{name!r} is skipped by {one!r} or fails by {two!r}: the first counts"
            yield RACED_SKIP.at(dag.operators[name].path, message)


def _may_fail(name: str, nodes: Mapping[str, DagNode], above: Mapping[str, frozenset[str]]) -> bool:
    return any(nodes[other].can_fail for other in (name, *above[name]))


def _skip_sources(nodes: Mapping[str, DagNode]) -> Mapping[str, frozenset[str]]:
    """For each task the tasks whose end can be the moment in which it is skipped."""
    found: dict[str, set[str]] = {name: set() for name in nodes}
    for name, node in nodes.items():
        for other in frozenset[str]().union(*node.skips):
            found[other].add(name)
    for name, node in nodes.items():  # upstream tasks come first
        if node.can_skip:
            found[name].add(name)
        above = [found[other] for other in (*node.upstream, *node.setups)]
        if node.rule == "all_success":
            found[name].update(*above)
        elif node.rule not in _NEVER_SKIP or any(above):
            found[name] |= set(node.upstream)
    return {name: frozenset(sources) for name, sources in found.items()}


def _unsaid(
    group: Group, nodes: Mapping[str, DagNode], dag: SerialisedDag, grouped: set[str]
) -> str:
    """Why a mapped group cannot be said; empty if it can."""
    inside = set(group.tasks)
    if inside & grouped or group.name in nodes:
        return "is inside of another mapped group"
    if any(dag.operators[name].get("_is_mapped") for name in inside):
        return "holds mapped tasks"
    here = {name: nodes[name] for name in group.tasks}
    if any(n.setups or n.after or n.is_setup for n in here.values()):
        return "holds setups or teardowns"
    if any(node.rule != "all_success" for node in here.values()):
        return "holds trigger rules other than all_success"
    if any(skip - inside for node in here.values() for skip in node.skips):
        return "skips tasks outside of it"
    outer = {frozenset(node.upstream) - inside for node in here.values()} - {frozenset()}
    first = [name for name, node in here.items() if not set(node.upstream) & inside]
    if len(outer) > 1 or any(set(here[n].upstream) - inside for n in inside - set(first)):
        return "waits for different tasks in different places"
    if outer and any(not here[name].upstream for name in first):
        return "waits for other tasks in some of its places only"
    readers = {
        frozenset(node.upstream) & inside for n, node in nodes.items() if n not in inside
    } - {frozenset()}
    exits = _exits(group, nodes)
    if any(read != exits for read in readers):
        return "is left from different places"
    return ""


def _exits(group: Group, nodes: Mapping[str, DagNode]) -> frozenset[str]:
    """Tasks of a group whose ends are seen outside: read there, or deciding about the run."""
    inside = set(group.tasks)
    read = {n for name, node in nodes.items() if name not in inside for n in node.upstream}
    return frozenset(n for n in inside if n in read or nodes[n].counts)


def _contracted(
    group: Group, nodes: Mapping[str, DagNode], copies: int
) -> tuple[dict[str, DagNode], Body]:
    """The nodes with one in place of a group, and what runs in each of its instances."""
    inside, exits = set(group.tasks), _exits(group, nodes)
    here = {name: nodes[name] for name in group.tasks}
    body = _body(here, exits, copies)
    first = next(node for node in here.values() if not set(node.upstream) & inside)
    one = replace(
        first,
        counts=any(node.counts for node in here.values()),
        can_skip=False,
        skips=(frozenset(),),
        ends=body.together(),
    )
    found: dict[str, DagNode] = {}
    for name, node in nodes.items():
        if name not in inside:
            found[name] = replace(
                node,
                upstream=_replaced(node.upstream, inside, group.name),
                setups=_replaced(node.setups, inside, group.name),
                after=_replaced(node.after, inside, group.name),
                skips=tuple(
                    frozenset(_replaced(sorted(skip), inside, group.name)) for skip in node.skips
                ),
            )
        elif group.name not in found:
            found[group.name] = one
    return found, body


def _body(here: Mapping[str, DagNode], exits: frozenset[str], copies: int) -> Body:
    inner = {
        name: replace(
            node,
            upstream=tuple(n for n in node.upstream if n in here),
            setups=(),
            after=(),
            skips=node.skips if len(here) > 1 else (frozenset(),),
            counts=False,
            rule=node.rule if len(here) > 1 else "all_success",
        )
        for name, node in here.items()
    }
    dag = Dag({**inner, EXITS: DagNode(WATCH, tuple(sorted(exits)) or tuple(sorted(here)))})
    every = frozenset(here)
    return Body(dag, part_of(dag.start(), every), copies)


def _replaced(names: Iterable[str], inside: set[str], by: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(by if name in inside else name for name in names))


def _sorted(nodes: Mapping[str, DagNode]) -> dict[str, DagNode]:
    """Nodes in an order in which they can run; putting a group together may have disturbed it."""
    found: dict[str, DagNode] = {}
    waiting = dict(nodes)
    while waiting:
        free = [
            name
            for name, node in waiting.items()
            if not any(n in waiting for n in (*node.upstream, *node.setups, *node.after))
        ]
        for name in free:
            found[name] = waiting.pop(name)
        if not free:
            found |= waiting  # a group that waits for what waits for it: its rule finds it
            break
    return found


def _order(states: frozenset[EndState]) -> tuple[int, list[EndState]]:
    return (0 if states == {EndState.SUCCESS} else len(states), sorted(states))

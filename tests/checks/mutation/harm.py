"""Whether a mutant does harm, decided without the checker: every run, every value, plain graphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

import networkx as nx
import yaml

from tests.checks.enumeration import enumerate_runs
from tests.checks.game import Marking, moves, start
from wfmodel.model.flow import Flow, NodeKind, build_flow
from wfmodel.model.guards import ABSENT, Scalar, holds, parse_guard, paths_of
from wfmodel.model.workflow import DONE, Choice, Effect, Task, Workflow

MOST_MOMENTS = 400_000


def harms(workflow: Workflow) -> set[str]:
    """What is wrong, in words; empty: nothing that these oracles can see."""
    flow = build_flow(workflow, expand_copies=False)
    found = {f"leads nowhere: {problem.name}" for problem in flow.problems}
    if found:
        return found
    found |= set(_graph(flow)) | set(_choices(flow, workflow))
    verdicts = enumerate_runs(flow, most=MOST_MOMENTS)
    if verdicts is None:
        raise ValueError(f"{workflow.name} has too many runs to enumerate")
    found |= {f"left behind, aborted: {name}" for name in verdicts.w2}
    found |= {f"left behind, failed: {name}" for name in verdicts.w1}
    found |= {f"compensates what is not done: {name}" for name in verdicts.w3}
    found |= {f"compensation fails silently: {name}" for name in verdicts.w6}
    if verdicts.w8:
        found.add("ends badly after the pivot")
    return found | set(_histories(flow))


def _graph(flow: Flow) -> Iterator[str]:
    """States that nothing leads to, and states that lead nowhere."""
    graph = nx.DiGraph()
    for node in flow.nodes:
        graph.add_node(node.index)
        for edge in node.edges:
            graph.add_edge(node.index, edge.target)
        for region in node.regions:
            graph.add_edge(node.index, flow.initial_of(region))
    reached = {flow.initial} | nx.descendants(graph, flow.initial)
    for node in flow.nodes:
        if node.state is None or node.kind is NodeKind.COMPENSATION:
            continue
        if node.index not in reached:
            yield f"unreachable: {node.name}"
        goes_on = any(edge.event == DONE for edge in node.edges)
        if node.kind in (NodeKind.TASK, NodeKind.WAIT, NodeKind.FORK) and not goes_on:
            yield f"dead end: {node.name}"


def _choices(flow: Flow, workflow: Workflow) -> Iterator[str]:
    """Values that no branch takes, and branches that no value takes."""
    for node in flow.nodes:
        if not isinstance(node.state, Choice) or not all(b.guard for b in node.state.branches):
            continue
        guards = [parse_guard(branch.guard) for branch in node.state.branches]
        paths = list(dict.fromkeys(path for guard in guards for path in paths_of(guard)))
        taken = set()
        for values in product(*(_values(path, node.state, workflow) for path in paths)):
            truth = [holds(guard, dict(zip(paths, values, strict=True))) for guard in guards]
            taken.add(truth.index(True) if True in truth else len(guards))
        if len(guards) in taken and node.state.default is None:
            yield f"no branch: {node.name}"
        for number in range(len(guards)):
            if number not in taken:
                yield f"never taken: {node.name} {number}"
        if len(guards) not in taken and node.state.default is not None:
            yield f"default never taken: {node.name}"


_CONSTANT = re.compile(r"""-?\d+(?:\.\d+)?|'[^']*'|"[^"]*"|true|false|null""")


def _values(path: str, choice: Choice, workflow: Workflow) -> tuple[Scalar, ...]:
    """Values of the kinds that the path is compared with in the text; booleans, where with none."""
    declared = workflow.data.get(path)
    if declared is not None and declared.values:
        return declared.values
    text = " ".join(branch.guard for branch in choice.branches)
    spellings = (re.escape(path), re.escape(f"at({path!r})"))
    found: list[Scalar] = []
    for spelling in spellings:
        for constant in re.findall(rf"{spelling} *(?:[=!<>]=|<|>) *({_CONSTANT.pattern})", text):
            value = yaml.safe_load(constant)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            found += [value - 1, value, value + 1] if number else [value]
            found += ["another"] if isinstance(value, str) else []
    if not found or any(isinstance(value, bool) for value in found):
        found += [True, False]
    if any(f"present({spelling}" in text for spelling in (path, f"at({path!r}")):
        found.append(ABSENT)
    if any(f"is_null({spelling}" in text for spelling in (path, f"at({path!r}")):
        found.append(None)
    return tuple(dict.fromkeys(found))


def _histories(flow: Flow) -> Iterator[str]:
    """Orders of compensations, and steps that cannot be undone before a pivot: along every run."""
    first: tuple[Marking, tuple[int, ...], bool] = (start(flow), (), False)
    seen, work = {first}, [first]
    while work:
        marking, done, undoing = work.pop()
        for move in moves(flow, marking):
            node, after, began = move.node, done, undoing
            if node.kind is NodeKind.TASK and move.event == DONE:
                if node.undoes is not None:
                    began = True
                    if node.undoes in done:
                        later = done[done.index(node.undoes) + 1 :]
                        if any(_compensated_ahead(flow, node.index, step) for step in later):
                            yield f"out of order: {node.name}"
                        after = tuple(step for step in done if step != node.undoes)
                elif node.index not in done:
                    after = (*done, node.index)
                    yield from _too_early(flow, done, node.index)
            moment = (move.after, after, began)
            if moment not in seen:
                if len(seen) > MOST_MOMENTS:
                    raise ValueError("too many histories to enumerate")
                seen.add(moment)
                work.append(moment)


def _compensated_ahead(flow: Flow, compensation: int, step: int) -> bool:
    """Whether the step is compensated after this compensation, by a state of its own."""
    graph = nx.DiGraph((n.index, e.target) for n in flow.nodes for e in n.edges)
    ahead = nx.descendants(graph, compensation)
    return any(flow.nodes[index].undoes == step for index in ahead)


def _too_early(flow: Flow, done: tuple[int, ...], index: int) -> Iterator[str]:
    state = flow.nodes[index].state
    pivot = isinstance(state, Task) and state.effect is Effect.PIVOT
    before = [flow.nodes[step].state for step in done]
    passed = any(isinstance(s, Task) and s.effect is Effect.PIVOT for s in before)
    for step, other in zip(done, before, strict=True):
        early = isinstance(other, Task) and other.effect is Effect.RETRIABLE
        if pivot and early and not passed:
            yield f"cannot be undone, before the pivot: {flow.nodes[step].name}"

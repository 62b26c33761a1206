"""Plain graph questions about a flow: what is reachable, what is strongly connected.

Everything is iterative and in order of declaration: no recursion limit, no unstable order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from wfmodel.checks.effort import Effort
from wfmodel.model.flow import Flow, FlowProblem, Node
from wfmodel.model.source import Path
from wfmodel.model.spelling import nearest
from wfmodel.model.workflow import SubWorkflow

Successors = Callable[[int], Iterable[int]]


def search_from(starts: Iterable[int], successors: Successors) -> dict[int, int]:
    """Breadth-first search: each node found, and the node it was found from (a start: itself)."""
    found = {start: start for start in starts}
    queue = deque(found)
    while queue:
        index = queue.popleft()
        for target in successors(index):
            if target not in found:
                found[target] = index
                queue.append(target)
    return found


def strong_components(nodes: Iterable[int], successors: Successors) -> list[tuple[int, ...]]:
    """Strongly connected components among ``nodes``, members sorted (Tarjan 1972, iterative)."""
    inside = set(nodes)
    search = _Tarjan(inside, successors)
    for node in sorted(inside):
        if node not in search.number:
            search.visit(node)
    return search.components


class _Tarjan:
    def __init__(self, inside: set[int], successors: Successors) -> None:
        self.inside = inside
        self.successors = successors
        self.number: dict[int, int] = {}
        self.low: dict[int, int] = {}
        self.path: list[int] = []
        self.on_path: set[int] = set()
        self.components: list[tuple[int, ...]] = []

    def visit(self, root: int) -> None:
        work = [(root, self._open(root))]
        while work:
            node, rest = work[-1]
            target = next(rest, None)
            if target is None:
                work.pop()
                self._close(node)
                if work:
                    parent = work[-1][0]
                    self.low[parent] = min(self.low[parent], self.low[node])
            elif target not in self.number:
                work.append((target, self._open(target)))
            elif target in self.on_path:
                self.low[node] = min(self.low[node], self.number[target])

    def _open(self, node: int) -> Iterator[int]:
        self.number[node] = self.low[node] = len(self.number)
        self.path.append(node)
        self.on_path.add(node)
        return iter([t for t in self.successors(node) if t in self.inside])

    def _close(self, node: int) -> None:
        if self.low[node] != self.number[node]:
            return
        members: list[int] = []
        while not members or members[-1] != node:
            members.append(self.path.pop())
        self.on_path.difference_update(members)
        self.components.append(tuple(sorted(members)))


def marks_ahead(
    nodes: Iterable[int], successors: Successors, marks: Mapping[int, int]
) -> dict[int, int]:
    """Per node, the marks (bits) of all nodes that one step or more leads to."""
    ahead: dict[int, int] = {}
    for members in strong_components(nodes, successors):  # successors' components come first
        inside = set(members)
        targets = [t for member in members for t in successors(member)]
        bits = 0
        for target in targets:
            bits |= marks.get(target, 0) | (0 if target in inside else ahead.get(target, 0))
        if len(members) > 1:
            for member in members:
                bits |= marks.get(member, 0)
        ahead |= dict.fromkeys(members, bits)
    return ahead


COMPARISON: Final = 2
"""Steps that the comparison of two names counts for."""

MOST_COMPARED: Final = 60_000
"""So many names are compared with misspelt ones, in all."""

MOST_SUGGESTIONS: Final = 100
"""So many nearest names are looked for: a file of nothing but errors stays quick."""


def suggestions(flow: Flow, effort: Effort) -> dict[FlowProblem, str]:
    """Per problem, the name that was most likely meant."""
    meant: dict[FlowProblem, str | None] = {}
    compared = 0
    for problem in flow.problems[:MOST_SUGGESTIONS]:
        compared += len(problem.candidates)
        if compared > MOST_COMPARED:
            break
        effort.spend(COMPARISON * len(problem.candidates))
        meant[problem] = nearest(problem.name, problem.candidates)
    return {problem: name for problem, name in meant.items() if name is not None}


def repairs(flow: Flow, meant: dict[FlowProblem, str]) -> dict[int, tuple[int, ...]]:
    """Per node, where it would most likely go on if the names that lead nowhere were mended.

    Without them one misspelt name would also make the states behind it look unreachable.
    """
    by_path: dict[Path, list[int]] = {}
    for node in flow.nodes:
        by_path.setdefault(node.path, []).append(node.index)
    found: dict[int, tuple[int, ...]] = {}
    for problem, name in meant.items():
        if problem.kind == "unknown-target":
            state = next(p for p in _prefixes(problem.path) if p in by_path)
            for index in by_path[state]:
                found[index] = (*found.get(index, ()), *_sibling(flow, index, name))
    for node in flow.nodes:
        if isinstance(node.state, SubWorkflow) and not node.edges:
            names = (node.state.next or "", *node.state.on.values())
            targets = (target for name in names for target in _sibling(flow, node.index, name))
            found[node.index] = (*found.get(node.index, ()), *targets)
    return found


def _sibling(flow: Flow, index: int, name: str) -> tuple[int, ...]:
    target = flow.by_name.get(prefix_of(flow.nodes[index]) + name)
    return () if target is None else (target,)


def prefix_of(node: Node) -> str:
    """What precedes a state's own name in its node's name: the region or call that it is in."""
    return node.name.removesuffix(str(node.path[-1])) if node.path else ""


def _prefixes(path: Path) -> Iterator[Path]:
    """Longest first, the path itself excluded."""
    return (path[:length] for length in range(len(path) - 1, -1, -1))

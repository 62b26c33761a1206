"""One forward pass over a flow: what can hold on entering each node, merged over all ways there.

Nodes are worked on in reverse post-order, so a flow without loops takes one visit per node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import TypeVar

from wfmodel.checks.context import Context
from wfmodel.model.flow import Node

T = TypeVar("T")


def solve(
    context: Context,
    start: T,
    empty: T,
    flow_out: Callable[[Node, T], Iterable[tuple[int, T]]],
    merge: Callable[[T, T], T],
) -> list[T]:
    """The least value per node; ``empty`` where no run comes."""
    nodes = context.flow.nodes
    values = [empty] * len(nodes)
    first = context.flow.scopes[0].initial
    if first is None:
        return values
    rank = context.once(_ranks)
    at_rank = sorted(range(len(rank)), key=rank.__getitem__)
    values[first] = start
    queue, waiting = [rank[first]], {first}
    while queue:
        index = at_rank[heappop(queue)]
        waiting.discard(index)
        context.effort.spend(3)
        for target, value in flow_out(nodes[index], values[index]):
            context.effort.spend(4)
            merged = merge(values[target], value)
            if merged != values[target]:
                values[target] = merged
                if target not in waiting:
                    waiting.add(target)
                    heappush(queue, rank[target])
    return values


def _ranks(context: Context) -> list[int]:
    """Reverse post-order: each node's rank."""
    size = len(context.flow.nodes)
    rank, seen, left = [0] * size, [False] * size, size
    for root in range(size):
        if seen[root]:
            continue
        seen[root] = True
        stack = [(root, iter(context.successors(root)))]
        while stack:
            index, targets = stack[-1]
            target = next((t for t in targets if not seen[t]), None)
            if target is None:
                stack.pop()
                left -= 1
                rank[index] = left
            else:
                seen[target] = True
                stack.append((target, iter(context.successors(target))))
    return rank

"""Statuses of all steps at all nodes at once: one forward data-flow pass over bit sets.

A filter, not a verdict. It never misses a status that a run can bring about; at joins it may
allow one that no run can. So what it calls clean is clean, and what it suspects is handed to the
exact search (``offending_run``), which confirms it with a run. Without forks it is exact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_

from wfmodel.checks.context import Context
from wfmodel.checks.dataflow import solve
from wfmodel.checks.saga import STANDING, TRANSITIONS, EffectStatus, Saga, StepRole, effectful_steps
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import DONE, Parallel

Sets = tuple[int, ...]
"""Per status, the bit set of steps that can have it."""

_EMPTY: Sets = (0,) * len(EffectStatus)


@dataclass(frozen=True)
class Statuses:
    """Per node, the statuses that each step can have on entering it."""

    steps: tuple[Node, ...]
    bits: Mapping[int, int]
    at: tuple[Sets, ...]

    def suspects(
        self, nodes: frozenset[int], statuses: frozenset[EffectStatus]
    ) -> tuple[Node, ...]:
        """Steps that may have one of the statuses at one of the nodes."""
        bits = 0
        for node in nodes if self.steps else ():
            for status in statuses:
                bits |= self.at[node][status]
        return tuple(step for bit, step in enumerate(self.steps) if bits >> bit & 1)

    def can_be(self, step: int, node: Node, statuses: frozenset[EffectStatus]) -> bool:
        """Whether a step (by its node's index) may have one of the statuses at a node."""
        bit = self.bits.get(step, 0)
        return bit != 0 and any(self.at[node.index][status] & bit for status in statuses)


def statuses_of(saga: Saga) -> Statuses:
    """The pass, made once for a context."""
    known = saga.context.once(_of_context)
    if saga.excusing not in known:
        known[saga.excusing] = _Pass(saga).run()
    return known[saga.excusing]


def _of_context(_: Context) -> dict[bool, Statuses]:
    """What ``statuses_of`` has computed, by whether runs are excused."""
    return {}


class _Pass:
    def __init__(self, saga: Saga) -> None:
        self.saga = saga
        self.context: Context = saga.context
        self.steps = effectful_steps(self.context)
        self.bits = {step.index: 1 << number for number, step in enumerate(self.steps)}
        self.everything = (1 << len(self.steps)) - 1
        self.inside = self._by_scope(self.steps)
        self.handled = self._by_scope(tuple(s for s in self.steps if s.handler is not None))

    def _by_scope(self, steps: tuple[Node, ...]) -> list[int]:
        """Per scope, the steps in it and in the scopes inside it."""
        own = [0] * len(self.context.flow.scopes)
        for step in steps:
            own[step.scope] |= self.bits[step.index]
        return [reduce(or_, (own[inner] for inner in inside)) for inside in self.context.nested]

    def run(self) -> Statuses:
        start = (self.everything, *_EMPTY[1:])
        at = solve(self.context, start, _EMPTY, self._flow_out, _merge) if self.steps else []
        return Statuses(self.steps, self.bits, tuple(at))

    def _flow_out(self, node: Node, sets: Sets) -> Iterator[tuple[int, Sets]]:
        """What each node that can come next is entered with."""
        if node.kind is NodeKind.FORK:
            for first in self.context.flow.starts_of(node):
                yield first, sets
        else:
            for edge in self.context.edges[node.index]:
                yield edge.target, self._after(node, edge.event, sets)
        yield from self._out_of_region(node, sets)

    def _out_of_region(self, node: Node, sets: Sets) -> Iterator[tuple[int, Sets]]:
        """From a region's end to what follows its fork; from anywhere, if it may be cut short."""
        fork = self.context.flow.scopes[node.scope].fork
        if fork is None:
            return
        holder = self.context.flow.nodes[fork]
        assert isinstance(holder.state, Parallel)
        spares = holder.state.needed < holder.state.width and holder.state.siblings != "wait"
        for edge in self.context.edges[fork]:
            if edge.event == DONE and spares:
                late = reduce(or_, (sets[each] for each in STANDING)) & self.inside[node.scope]
                yield (
                    edge.target,
                    (
                        *sets[: EffectStatus.LATE],
                        sets[EffectStatus.LATE] | late,
                        *sets[EffectStatus.LATE + 1 :],
                    ),
                )
            elif node.kind is NodeKind.FINAL or holder.state.siblings == "cancel":
                yield edge.target, sets

    def _after(self, node: Node, event: str, sets: Sets) -> Sets:
        if self.saga.excuses(node, event):
            return (*(0,) * EffectStatus.EXCUSED, union(sets))
        role, mask = self._touched(node)
        change = TRANSITIONS.get((role, self.saga.says(node, event))) if role and mask else None
        if change is None:
            return sets
        out = [s & ~mask for s in sets]
        for status, becomes in change.items():
            out[becomes] |= sets[status] & mask
        return tuple(out)

    def _touched(self, node: Node) -> tuple[StepRole | None, int]:
        if node.kind is NodeKind.ROLLBACK:
            return StepRole.ROLLBACK, self.handled[node.scope]
        if node.undoes is not None:
            role = StepRole.SWEEP if self.saga.sweeps(node) else StepRole.UNDO
            return role, self.bits.get(node.undoes, 0)
        return StepRole.STEP, self.bits.get(node.index, 0)


def _merge(a: Sets, b: Sets) -> Sets:
    return tuple(x | y for x, y in zip(a, b, strict=True))


def union(sets: Sets) -> int:
    """Steps with any status."""
    return reduce(or_, sets, 0)

"""What follows a vector: the steps of ``Successors``, in the same order, over tabulated tables.

This is the pure-Python twin of ``compiled_successors.expand``; both must give the same successors
in the same order, so that both number the states alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from wfmodel.exploration.symmetry import Reduction
from wfmodel.semantics.component_tables import (
    ANSWER,
    CLASSES,
    DETECT,
    FLUSH,
    FREE,
    PROGRESS,
    STRIKE,
    URGENT,
    ComponentTables,
    Made,
    Own,
)
from wfmodel.semantics.fault_budget import FAULTS, FaultBudget
from wfmodel.semantics.numbering import Vector

Arc: TypeAlias = tuple[int, Vector]
"""(number of the step, what follows)."""

TIMEOUTS = FAULTS.index("timeouts")
LOSSES = FAULTS.index("losses")
DUPLICATES = FAULTS.index("duplicates")


class Expanded(NamedTuple):
    """``rests``: nothing can happen. ``cut``: a loop has gone round too often, not looked into."""

    arcs: list[Arc]
    rests: bool
    cut: bool


class Expansion:
    """The successor function over vectors; ``symmetry.Reduced`` leads to canonical ones."""

    reduction: Reduction | None = None

    def __init__(self, tables: ComponentTables) -> None:
        self.tables = tables
        self.n = tables.size
        self.urgent = tables.successors.urgent
        self.lossy = not tables.successors.semantics.policy.at_least_once
        self.doubling = not tables.channels.stays

    def of(self, vector: Vector) -> Expanded:
        """All successors of a vector, whether it rests, and whether it is cut."""
        n, tables = self.n, self.tables
        owns = [tables.own(p, vector[p]) for p in range(n)]
        if any(own.beyond for own in owns):
            return Expanded([], rests=False, cut=True)
        arcs = self._arcs(vector, owns)
        return Expanded(arcs, not arcs, cut=False)

    def _arcs(self, vector: Vector, owns: list[Own]) -> list[Arc]:
        budget = self.tables.budgets.values[vector[-1]]
        if self.urgent and not budget.interrupts and all(own.still for own in owns):
            for p, own in enumerate(owns):
                if own.moves[URGENT]:
                    return [self._apply(vector, p, own.moves[URGENT][0])]
        arcs = [
            *self.internal(vector, owns, flush=budget.forgets),
            *self.progress(vector, owns),
        ]
        detections = FREE if not arcs or any(own.paused for own in owns) else TIMEOUTS
        if detections == FREE or budget.timeouts:
            arcs += self.detections(vector, owns, detections)
        arcs += self.faults(vector, owns, budget)
        return arcs

    def internal(self, vector: Vector, owns: list[Own], *, flush: bool) -> Iterator[Arc]:
        """Publications and commits; flushes."""
        for p, own in enumerate(owns):
            yield from self._affordable(vector, p, own.moves[URGENT])
            if flush:
                yield from self._affordable(vector, p, own.moves[FLUSH])

    def progress(self, vector: Vector, owns: list[Own]) -> Iterator[Arc]:
        """Messages taken up, restarts, work that ends, what comes from outside."""
        tables, n = self.tables, self.n
        for p, own in enumerate(owns):
            contents = tables.inbox(p, vector[n + p])
            for parcel, comes in zip(contents.parcels, contents.next, strict=True):
                move = tables.receive(p, vector[p], parcel) if comes else None
                if move is not None:
                    yield self._apply(vector, p, move)
            yield from self._affordable(vector, p, own.moves[PROGRESS])
        for p, own in enumerate(owns):
            yield from self._affordable(vector, p, own.moves[ANSWER])

    def detections(self, vector: Vector, owns: list[Own], cost: int) -> Iterator[Arc]:
        """Failure detectors that run out, ``FREE`` or as ``TIMEOUTS``."""
        for p, own in enumerate(owns):
            moves = (move._replace(cost=cost) for move in own.moves[DETECT])
            yield from self._affordable(vector, p, moves)

    def faults(self, vector: Vector, owns: list[Own], budget: FaultBudget) -> Iterator[Arc]:
        """Of processes, then messages lost and doubled, as far as ``budget`` has any."""
        if budget.interrupts:
            for kind in range(STRIKE, CLASSES):
                for p, own in enumerate(owns):
                    yield from self._affordable(vector, p, own.moves[kind])
        if budget.losses and self.lossy:
            yield from self._losses(vector, owns)
        if budget.duplicates and self.doubling:
            yield from self._duplicates(vector)

    def _losses(self, vector: Vector, owns: list[Own]) -> Iterator[Arc]:
        tables, n = self.tables, self.n
        for p, own in enumerate(owns):
            left = tables.spend(vector[-1], LOSSES, p)
            contents = tables.inbox(p, vector[n + p])
            for parcel, count in zip(contents.parcels, contents.counts, strict=True):
                if left >= 0 and (parcel != own.hidden or count > 1):
                    action, inbox = tables.lose(p, vector[n + p], parcel)
                    yield action, self._with(vector, n + p, inbox, left)

    def _duplicates(self, vector: Vector) -> Iterator[Arc]:
        tables, n = self.tables, self.n
        for p in range(n):
            left = tables.spend(vector[-1], DUPLICATES, p)
            for parcel in tables.inbox(p, vector[n + p]).parcels if left >= 0 else ():
                action, inbox = tables.double(p, vector[n + p], parcel)
                yield action, self._with(vector, n + p, inbox, left)

    def _with(self, vector: Vector, place: int, number: int, budget: int) -> Vector:
        return (*vector[:place], number, *vector[place + 1 : -1], budget)

    def _affordable(self, vector: Vector, p: int, moves: Iterable[Made]) -> Iterator[Arc]:
        for move in moves:
            if move.cost == FREE or self.tables.spend(vector[-1], move.cost, p) >= 0:
                yield self._apply(vector, p, move)

    def _apply(self, vector: Vector, p: int, move: Made) -> Arc:
        tables, n = self.tables, self.n
        after = list(vector)
        after[p] = move.cell
        if move.taken >= 0:
            after[n + p] = tables.take(p, after[n + p], move.taken)
        for q, parcel in move.sent:
            after[n + q] = tables.put(q, after[n + q], parcel)
        if move.landing >= 0:
            after[2 * n] = tables.land(after[2 * n], move.landing)
        if move.cost != FREE:
            after[-1] = tables.spend(after[-1], move.cost, p)
        return move.action, tuple(after)

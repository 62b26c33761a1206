"""The reduction: a canonical vector for each orbit, the set of all that differ in who is who.

Members of a group are sorted by how everything looks to them. Ties that an exchange leaves as they
are need no decision. Others are decided by refinement (who looks different to whom), and at last by
trying each, and taking the smallest vector: so an orbit has one canonical vector, exactly. (The
method is that of canonical labelling: McKay & Piperno, J. Symb. Comput. 60, 2014.)
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import pairwise
from typing import TypeAlias

from wfmodel.designs.table import Interned, Table
from wfmodel.exploration.symmetry.interchangeable import Interchangeable
from wfmodel.exploration.symmetry.seeing import Seeing
from wfmodel.exploration.symmetry.swapping import Swapping, placed
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.fault_budget import FaultBudget
from wfmodel.semantics.numbering import Numbering, Vector

Filled: TypeAlias = Callable[[int, int, int], None]
Ranks: TypeAlias = dict[int, int]
"""Of each member the rank among those of its group; equal where they are not told apart."""


class Reduction:
    """Canonical vectors of one system, over its numbers."""

    def __init__(self, table: Table, numbering: Numbering) -> None:
        self.table = table
        self.numbering = numbering
        self.n = len(table.names)
        self.groups = tuple(
            tuple(table.index[name] for name in group) for group in table.system.symmetric
        )
        self.members = tuple(p for group in self.groups for p in group)
        self.check = Interchangeable(table, self.groups)
        self._others = [p for p in range(self.n) if p not in self.members]
        self._group_of = {p: group for group in self.groups for p in group}
        self._swapping = Swapping(table)
        self._seeing = Seeing(table, self.groups)
        self._swaps: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
        self._views: dict[tuple[int, int, int], int] = {}
        self._view_numbers: Interned[Hashable] = Interned()
        self.on_swap: Filled = _unheard
        self.on_look: Filled = _unheard
        """Told of each entry of the two tables that is filled: which vector is canonical depends
        on their order."""

    def words(self) -> str:
        """Who is taken as one, and how surely they may be."""
        groups = " and ".join(
            f"{self.table.names[group[0]]} … {self.table.names[group[-1]]}" for group in self.groups
        )
        sample = " (checked on a sample of their reactions)" if self.check.sampled else ""
        return f"states that differ in who is who of {groups} are one{sample}"

    @classmethod
    def wanted(cls, table: Table, numbering: Numbering, *, symmetry: bool) -> Reduction | None:
        """The reduction of a system that declares a symmetry, where it is asked for."""
        return cls(table, numbering) if symmetry and table.system.symmetric else None

    def of(self, config: Configuration, budget: FaultBudget) -> tuple[Configuration, FaultBudget]:
        """The canonical configuration of an orbit, and its budget."""
        canonical = self.canonical(self.numbering.vector(config, budget))
        return self.numbering.configuration(canonical), self.numbering.budget(canonical)

    # ---------------------------------------------------------------------------- canonical

    def canonical(self, vector: Vector) -> Vector:
        """The one vector that stands for all that differ from it in who is who."""
        vector = self.swapped(vector, 0, 0)
        return self._smallest(vector, self._ranks({p: self._look(vector, p) for p in self.members}))

    def _smallest(self, vector: Vector, ranks: Ranks) -> Vector:
        tie = self._open_tie(vector, ranks)
        if tie is not None:
            ranks = self._refined(vector, ranks)
            tie = self._open_tie(vector, ranks)
        if tie is None:
            return self._sorted(vector, ranks)
        tried: list[int] = []
        found: list[Vector] = []
        for member in tie:
            if any(self.swapped(vector, member, other) == vector for other in tried):
                continue
            tried.append(member)
            before = {p: 2 * rank + (p != member) for p, rank in ranks.items()}
            found.append(self._smallest(vector, before))
        return min(found)

    def _open_tie(self, vector: Vector, ranks: Ranks) -> list[int] | None:
        """Members that are not told apart, and are not the same either; the first of them."""
        for group in self.groups:
            together: dict[int, list[int]] = {}
            for p in group:
                together.setdefault(ranks[p], []).append(p)
            for rank in sorted(together):
                tie = together[rank]
                if any(self.swapped(vector, one, other) != vector for one, other in pairwise(tie)):
                    return tie
        return None

    def _sorted(self, vector: Vector, ranks: Ranks) -> Vector:
        """Everybody of a group in the order of the ranks."""
        for group in self.groups:
            order = sorted(group, key=lambda p: ranks[p])
            for rank, place in enumerate(group):
                member = order[rank]
                vector = vector if place == member else self.swapped(vector, place, member)
                order = [placed(p, place, member) for p in order]
        return vector

    # --------------------------------------------------------------------------------- ranks

    def _look(self, vector: Vector, me: int) -> tuple[int, ...]:
        """How everything but the other members looks to one."""
        n = self.n
        places = (me, n + me, *self._others, *(n + p for p in self._others), 2 * n + 1)
        return tuple(self.look(place, vector[place], me) for place in places)

    def _refined(self, vector: Vector, ranks: Ranks) -> Ranks:
        """Ranks that also tell apart to whom the other members look different."""
        n = self.n
        seen = {
            (me, p): (self.look(p, vector[p], me), self.look(n + p, vector[n + p], me))
            for me in self.members
            for p in self.members
            if p != me
        }
        while True:
            finer = self._ranks(
                {
                    me: (
                        ranks[me],
                        tuple(
                            sorted(
                                (
                                    self.groups.index(self._group_of[p]),
                                    ranks[p],
                                    *seen[me, p],
                                    *seen[p, me],
                                )
                                for p in self.members
                                if p != me
                            )
                        ),
                    )
                    for me in self.members
                }
            )
            if finer == ranks:
                return ranks
            ranks = finer

    def _ranks(self, keys: dict[int, tuple[object, ...]]) -> Ranks:
        found = {}
        for group in self.groups:
            order = sorted({keys[p] for p in group})
            ranks = {key: rank for rank, key in enumerate(order)}
            found.update({p: ranks[keys[p]] for p in group})
        return found

    # --------------------------------------------------------------- tables, filled lazily

    def swapped(self, vector: Vector, i: int, j: int) -> Vector:
        """The vector after ``i`` and ``j`` are exchanged; its normal form where they are one."""
        n, after = self.n, list(vector)
        known = self._swaps.setdefault((i, j), {})
        for place, part in enumerate(vector):
            if place == 2 * n:
                continue
            found = known.get((place, part))
            after[place] = self.swap(place, part, i * n + j) if found is None else found
        for at in (0, n):
            after[at + i], after[at + j] = after[at + j], after[at + i]
        return tuple(after)

    def swap(self, place: int, part: int, pair: int) -> int:
        """A part after ``i`` and ``j`` are exchanged; ``pair`` is i * participants + j."""
        known = self._swaps.setdefault(divmod(pair, self.n), {})
        if (place, part) not in known:
            known[place, part] = self._swap(place, part, *divmod(pair, self.n))
            self.on_swap(place, part, pair)
        return known[place, part]

    def _swap(self, place: int, part: int, i: int, j: int) -> int:
        n, numbering, swapping = self.n, self.numbering, self._swapping
        if place < n:
            cell = swapping.cell(place, numbering.cells[place].values[part], i, j)
            return numbering.cells[placed(place, i, j)].number(cell)
        if place < 2 * n:
            inbox = swapping.inbox(numbering.inboxes[place - n].values[part], i, j)
            return numbering.inboxes[placed(place - n, i, j)].number(inbox)
        return numbering.budgets.number(swapping.budget(numbering.budgets.values[part], i, j))

    def look(self, place: int, part: int, me: int) -> int:
        """How a part looks to a member; equal numbers where it looks the same."""
        key = (place, part, me)
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = self._view_numbers.number(self._seen(place, part, me))
            self.on_look(*key)
        return found

    def tabulated(self) -> list[list[int]]:
        """Both tables, entry by entry, in the order in which they were filled."""
        swaps = [
            [*pair, *key, to] for pair, known in self._swaps.items() for key, to in known.items()
        ]
        return [*swaps, *([*key, number] for key, number in self._views.items())]

    def _seen(self, place: int, part: int, me: int) -> Hashable:
        n, numbering, seeing = self.n, self.numbering, self._seeing
        if place < n:
            return seeing.cell(place, numbering.cells[place].values[part], me)
        if place < 2 * n:
            return seeing.inbox(place - n, numbering.inboxes[place - n].values[part], me)
        return seeing.budget(numbering.budgets.values[part], me)


def _unheard(_place: int, _part: int, _third: int) -> None:
    """Nobody keeps a log."""


def reduction_of(space: object) -> Reduction | None:
    """The reduction that a state space was searched with; None where everybody was told apart."""
    found: Reduction | None = getattr(space, "reduction", None)
    return found

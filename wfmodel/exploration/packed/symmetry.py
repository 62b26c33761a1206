"""The packed search reduced by symmetry: of every orbit only the canonical vector is a state.

A canonical vector is looked up part by part, but which members are to be exchanged is decided anew
for each. ``compiled_symmetry`` does the same in compiled code, where the tables have what it needs.
"""

from __future__ import annotations

from wfmodel.exploration.packed.expansion import Expanded, Expansion
from wfmodel.exploration.symmetry import Reduction
from wfmodel.semantics.component_tables import LOOK, SWAP, ComponentTables
from wfmodel.semantics.numbering import Vector


class Reduced(Expansion):
    """The successor function over canonical vectors."""

    def __init__(self, tables: ComponentTables, reduction: Reduction) -> None:
        super().__init__(tables)
        self.reduction: Reduction = reduction
        tables.also(reduction.swap, reduction.look)
        reduction.on_swap = lambda *keys: tables.log.append((SWAP, *keys))
        reduction.on_look = lambda *keys: tables.log.append((LOOK, *keys))
        reduction.check.check_beginning(tables.first_budget)

    def of(self, vector: Vector) -> Expanded:
        """All successors of a vector, each as the one that stands for its orbit.

        Raises:
            NotInterchangeable: participants are declared interchangeable and are not.
        """
        found = super().of(vector)
        self.reduction.check.follow()
        canonical = self.reduction.canonical
        arcs = [(action, canonical(after)) for action, after in found.arcs]
        return found._replace(arcs=arcs)


def expansion_of(tables: ComponentTables, *, symmetry: bool) -> Expansion:
    """The successor function that a search needs: reduced where its system declares a symmetry."""
    reduction = Reduction.wanted(tables.table, tables, symmetry=symmetry)
    return Expansion(tables) if reduction is None else Reduced(tables, reduction)

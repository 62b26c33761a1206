"""How an instance ended, judged from outside: what participants believe against what was done.

What it cannot see: an instance that would still be moved by something outside of it (an operator),
and harm done on the way that was undone before the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wfmodel.designs.state import Status
from wfmodel.designs.table import Table
from wfmodel.exploration.configuration import Configuration, Effect


class Verdict(StrEnum):
    """Classes of ends; the first that applies, in this order."""

    SPLIT = "split-verdict"
    """Two participants hold different verdicts."""
    LOST = "lost"
    """Nobody holds a verdict, and nothing more will happen."""
    DUPLICATED = "duplicated-effect"
    """A visit's effect stands more than once."""
    ORPHANED = "orphaned-effect"
    """Aborted, yet the effect of a step that something can undo still stands."""
    COMMITTED = "committed"
    """Succeeded."""
    COMPENSATED = "compensated"
    """Aborted, and what can be undone is."""
    FAILED = "failed"
    """Ended ``failed``, as the workflow says."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The verdicts that participants hold, and each step's standing effects."""

    statuses: tuple[Status, ...]
    effects: tuple[tuple[int, int], ...]
    """(step, how often its effect stands over all visits), without zeros."""


def ending_of(table: Table, config: Configuration) -> Ending:
    """Who believes what, and what stands."""
    views = (table.view(p, cell.volatile) for p, cell in enumerate(config.cells))
    statuses = sorted({view.status for view in views if view.status.is_final})
    return Ending(tuple(statuses), _standing(config.effects))


def _standing(effects: Iterable[Effect]) -> tuple[tuple[int, int], ...]:
    net: dict[int, int] = {}
    for effect in effects:
        net[effect.node] = net.get(effect.node, 0) + effect.net
    return tuple(sorted((node, count) for node, count in net.items() if count))


def verdict_of(table: Table, config: Configuration) -> Verdict:
    """The class of a configuration in which nothing more happens."""
    ending = ending_of(table, config)
    if len(ending.statuses) > 1:
        return Verdict.SPLIT
    if not ending.statuses:
        return Verdict.LOST
    if any(effect.net > 1 for effect in config.effects):
        return Verdict.DUPLICATED
    if ending.statuses[0] is Status.ABORTED:
        undoable = {node.undoes for node in table.system.flow.nodes}
        left = any(step in undoable for step, _ in ending.effects)
        return Verdict.ORPHANED if left else Verdict.COMPENSATED
    return Verdict.COMMITTED if ending.statuses[0] is Status.SUCCEEDED else Verdict.FAILED

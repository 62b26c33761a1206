"""Rows of effects that land outside, in the middle of an attempt, and those that leave no row."""

from __future__ import annotations

from collections.abc import Iterator

from wfmodel.designs.history import Kind, Row
from wfmodel.designs.messages import WorkDone
from wfmodel.model.workflow import DONE
from wfmodel.semantics.after import Refused
from wfmodel.semantics.configuration import Configuration, Landing, put
from wfmodel.semantics.instance_rules import InstanceRules


def kind_of(semantics: InstanceRules, node: int) -> int:
    """What the row of a node's effect is called."""
    return int(Kind.EFFECT if semantics.flow.nodes[node].undoes is None else Kind.UNDO)


def landed_outside(
    semantics: InstanceRules, config: Configuration, p: int, effect: tuple[int, Landing]
) -> Iterator[Configuration]:
    """What may follow if the row is that of an effect outside: it does not say which attempt's."""
    for work in dict.fromkeys(config.cells[p].work):
        try:
            after, landed = semantics.land(config, p, work)
        except Refused:
            continue
        if landed is not None and effect == (kind_of(semantics, work[0]), landed):
            yield after
    for work in dict.fromkeys(config.cells[p].late):
        after, landed = semantics.land_late(config, p, work)
        if landed is not None and effect == (kind_of(semantics, work[0]), landed):
            yield after


def landed_unseen(
    semantics: InstanceRules, config: Configuration, p: int, content: object
) -> Configuration:
    """Whoever is outside knew the key: the effect was there, and no row tells of it.

    Raises:
        Refused: a row is missing.
    """
    if not isinstance(content, WorkDone) or content.outcome != DONE:
        return config
    work = (content.node, content.epoch, content.attempt)
    if not semantics.cell_rules.lands_outside(content.node) or work in config.cells[p].landed:
        return config
    after, landed = semantics.land(config, p, work)
    if landed is None:
        return after
    if semantics.flow.nodes[content.node].undoes is None:
        raise Refused("its effect outside is not recorded")
    # It found nothing to undo when it landed; there is something by now.
    cell = config.cells[p]
    return config.with_cell(p, cell._replace(landed=put(cell.landed, work)))


def died(semantics: InstanceRules, config: Configuration, row: Row, ended: object) -> Configuration:
    """What follows if the row is that of a worker's death.

    Raises:
        Refused: there is no such attempt.
    """
    assert isinstance(ended, WorkDone)
    p, landed = row.participant, ended.outcome == DONE
    if landed:
        config = landed_unseen(semantics, config, p, ended)
    work = (ended.node, ended.epoch, ended.attempt)
    return semantics.die(config, p, work, landed=landed, known=row.b == 1)

"""What a finished step leaves behind in the services' stores, which no crash takes away.

The stores recognise a repeated idempotency key, (node, epoch), where the design deduplicates or
the step is idempotent; otherwise a repeated attempt lands again. Whoever is outside knows a key
only if the step is declared idempotent. With tombstones a store also knows what was to be undone
before it was done, and refuses it.
"""

from __future__ import annotations

from wfmodel.designs.anomalies import EffectCount
from wfmodel.designs.knobs import Knobs
from wfmodel.designs.system import System
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.state_events import is_at_row, lands_outside
from wfmodel.model.workflow import Compensation, Task
from wfmodel.semantics.configuration import EffectStore, Landing


def land(
    system: System, world: EffectStore, landing: Landing
) -> tuple[EffectStore, Landing | None]:
    """Apply a visit's effect; also the (step, epoch) whose record changed, None if none did."""
    node, epoch = landing
    undoes = system.flow.nodes[node].undoes
    if is_at_row(system.flow.nodes[node].state):
        return world, None
    if undoes is None:
        return _do(system, world, node, epoch)
    return _undo(system, world, landing, undoes)


def lands_once(node: Node, knobs: Knobs) -> bool:
    """Whether an effect of a node is recognised by its key when it comes again."""
    idempotent = isinstance(node.state, Task | Compensation) and node.state.idempotent
    return idempotent or (knobs.deduplicate and not lands_outside(node.state))


def _once(system: System, node: int) -> bool:
    return lands_once(system.flow.nodes[node], system.knobs)


def _do(
    system: System, world: EffectStore, node: int, epoch: int
) -> tuple[EffectStore, Landing | None]:
    old = next((effect for effect in world.effects.at(node) if effect.epoch == epoch), None)
    if old is not None and _once(system, node):
        return world, None
    handler = system.flow.nodes[node].handler
    noted = () if handler is None else world.applied.at(handler)
    if system.knobs.tombstones and (handler, epoch) in noted:
        return world, None
    new = EffectCount(node, epoch, 1, 0) if old is None else old._replace(landed=old.landed + 1)
    return _record(world, old, new), (node, epoch)


def _undo(
    system: System, world: EffectStore, landing: Landing, step: int
) -> tuple[EffectStore, Landing | None]:
    node, epoch = landing
    if landing in world.applied.at(node) and _once(system, node):
        return world, None
    standing = [e for e in world.effects.at(step) if e.net > 0]
    if system.flow.nodes[node].kind is NodeKind.COMPENSATION:
        standing = [e for e in standing if e.epoch == epoch]
    if not standing:
        return (_noted(world, landing) if system.knobs.tombstones else world), None
    old = standing[-1]
    undone = _record(world, old, old._replace(undone=old.undone + 1))
    return _noted(undone, landing), (old.node, old.epoch)


def _noted(world: EffectStore, landing: Landing) -> EffectStore:
    """The same where a compensation's visit has had its say."""
    return world._replace(applied=world.applied.with_item(landing))


def _record(world: EffectStore, old: EffectCount | None, new: EffectCount) -> EffectStore:
    return world._replace(effects=world.effects.with_item(new, old))

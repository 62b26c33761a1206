"""What a finished step leaves behind in the services' stores, which no crash takes away.

The stores recognise a repeated idempotency key, (node, epoch), where the design deduplicates or
the step is idempotent; otherwise a repeated attempt lands again.
"""

from __future__ import annotations

from wfmodel.designs.system import System
from wfmodel.exploration.configuration import Configuration, Effect, Landing, put
from wfmodel.model.flow import NodeKind
from wfmodel.model.workflow import Compensation, Task


def land(
    system: System, config: Configuration, landing: Landing
) -> tuple[Configuration, Landing | None]:
    """Apply a visit's effect; also the (step, epoch) whose record changed, None if none did."""
    node, epoch = landing
    undoes = system.flow.nodes[node].undoes
    if undoes is None:
        return _do(system, config, node, epoch)
    return _undo(system, config, landing, undoes)


def _once(system: System, node: int) -> bool:
    state = system.flow.nodes[node].state
    assert isinstance(state, Task | Compensation)
    return system.knobs.deduplicate or state.idempotent


def _do(
    system: System, config: Configuration, node: int, epoch: int
) -> tuple[Configuration, Landing | None]:
    old = next((e for e in config.effects if (e.node, e.epoch) == (node, epoch)), None)
    if old is not None and _once(system, node):
        return config, None
    new = Effect(node, epoch, 1, 0) if old is None else old._replace(landed=old.landed + 1)
    return _record(config, old, new), (node, epoch)


def _undo(
    system: System, config: Configuration, landing: Landing, step: int
) -> tuple[Configuration, Landing | None]:
    node, epoch = landing
    if landing in config.applied and _once(system, node):
        return config, None
    standing = [e for e in config.effects if e.node == step and e.net > 0]
    if system.flow.nodes[node].kind is NodeKind.COMPENSATION:
        standing = [e for e in standing if e.epoch == epoch]
    if not standing:
        return config, None
    old = standing[-1]
    undone = _record(config, old, old._replace(undone=old.undone + 1))
    if landing not in undone.applied:
        undone = undone._replace(applied=put(undone.applied, landing))
    return undone, (old.node, old.epoch)


def _record(config: Configuration, old: Effect | None, new: Effect) -> Configuration:
    others = tuple(effect for effect in config.effects if effect != old)
    return config._replace(effects=put(others, new))

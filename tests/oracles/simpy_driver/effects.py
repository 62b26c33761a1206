"""The truth: what services have done and undone, whoever remembers it."""

from __future__ import annotations

from tests.oracles.simpy_driver.cells import Instance, Process
from tests.oracles.simpy_driver.run import Run
from wfmodel.designs.history import Kind
from wfmodel.designs.knobs import Knobs
from wfmodel.model.flow import Node, NodeKind
from wfmodel.model.workflow import Compensation, Lands, Task


def lands_once(node: Node, knobs: Knobs) -> bool:
    """Whether an effect of a node is recognised by its key when it comes again."""
    state = node.state
    if not isinstance(state, Task | Compensation):
        return knobs.deduplicate
    return state.idempotent or (knobs.deduplicate and state.lands is Lands.WITH_COMMIT)


class Effects:
    """Lands effects and takes them back; an idempotency key lands once."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.nodes = run.flow.nodes
        self.once = [lands_once(node, run.knobs) for node in self.nodes]

    def land(self, instance: Instance, process: Process, node: int, epoch: int) -> None:
        """An attempt at a step has succeeded."""
        undoes = self.nodes[node].undoes
        if undoes is not None:
            self._undo(instance, process, node, undoes, epoch)
            return
        key, landed = (node, epoch), instance.landed
        if key in landed and self.once[node]:
            return
        if self.run.knobs.tombstones and (self.nodes[node].handler, epoch) in instance.applied:
            return
        landed[key] = landed.get(key, 0) + 1
        self._row(Kind.EFFECT, instance, process, node, epoch)

    def _undo(self, instance: Instance, process: Process, node: int, step: int, epoch: int) -> None:
        """A handler takes back its visit's effect; an explicit compensation the latest one."""
        landed, key = instance.landed, (node, epoch)
        if key in instance.applied and self.once[node]:
            return
        if self.nodes[node].kind is not NodeKind.COMPENSATION:
            epoch = max((e for (n, e), net in landed.items() if n == step and net), default=-1)
        if landed.get((step, epoch), 0) > 0:
            landed[step, epoch] -= 1
            instance.applied.add(key)
            self._row(Kind.UNDO, instance, process, step, epoch)
        elif self.run.knobs.tombstones:
            instance.applied.add(key)

    def _row(self, kind: Kind, instance: Instance, process: Process, node: int, epoch: int) -> None:
        now = self.run.env.now
        self.run.row((now, kind, instance.index, process.index, node, epoch))

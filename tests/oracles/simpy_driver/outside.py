"""What no participant decides: which branch a choice takes, and what the outside world answers.

Draws belong to (instance, node, epoch), so both designs take the same branch and hear the same.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.oracles.simpy_driver.broker import Broker
from tests.oracles.simpy_driver.cells import Cell, Occurrence
from tests.oracles.simpy_driver.run import OUTSIDE, Run
from wfmodel.designs.messages import Chosen, External
from wfmodel.designs.table import SEND
from wfmodel.model.workflow import Choice, Receive
from wfmodel.simulation.randomness import uniform


class Outside:
    """Answers ``Choose`` and ``Expect``."""

    def __init__(self, run: Run, broker: Broker) -> None:
        self.run = run
        self._post = broker.post
        self._on_external = (self._external,)

    def choose(self, cell: Cell, node: int, epoch: int) -> None:
        """Take a branch; the machine hears of it when its present reaction is over."""
        flow_node = self.run.flow.nodes[node]
        assert isinstance(flow_node.state, Choice)
        u = uniform(self.run.streams.base("choice", flow_node.name), cell.instance.index, epoch)
        branches = (edge.event for edge in flow_node.edges)
        taken = _pick(u, branches, flow_node.state.probabilities())
        assert taken is not None
        cell.inbox.append((self.run.table.event(Chosen(node, epoch, taken)), None))

    def expect(self, cell: Cell, node: int, epoch: int) -> None:
        """The outside will answer, or not."""
        flow_node, instance = self.run.flow.nodes[node], cell.instance
        state, base = flow_node.state, self.run.streams.base
        assert isinstance(state, Receive)
        u = uniform(base("external", flow_node.name), instance.index, epoch)
        event = _pick(u, state.events, state.probabilities())
        if event is None:
            return
        u = uniform(base("external-delay", flow_node.name), instance.index, epoch)
        value = (instance, cell.process.index, External(node, epoch, event))
        self.run.env.after(state.delay.quantile(u), self._on_external, value)

    def _external(self, event: Occurrence) -> None:
        instance, recipient, content = event.value
        table = self.run.table
        message = table.message(content)
        operation = (SEND, message, table.received(message), (recipient,))
        self._post(OUTSIDE, instance, operation)


def _pick(u: float, names: Iterable[str], odds: tuple[float, ...]) -> str | None:
    """The name in whose share of (0, 1) ``u`` falls; None beyond the last."""
    total, name = 0.0, None
    for name, share in zip(names, odds, strict=True):
        total += share
        if u < total:
            return name
    return name if total > 1 - 1e-9 else None

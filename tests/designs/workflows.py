"""One world for two designs: what the workflow leaves open is a function of a seed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from wfmodel.designs.messages import LAPS
from wfmodel.model.flow import Node
from wfmodel.model.workflow import DONE, TIMEOUT
from wfmodel.testing import SERVICES, workflows

__all__ = ["SERVICES", "Fixed", "workflows"]


@dataclass(frozen=True)
class Fixed:
    """One world: every outcome, branch and answer is a function of the visit and of ``seed``."""

    seed: int
    laps: int = 2

    def _number(self, *key: object) -> int:
        return zlib.crc32(repr((self.seed, key)).encode())

    def outcomes(self, node: Node, epoch: int, attempt: int) -> tuple[str, ...]:
        """Success two times out of three."""
        names = tuple(node.state.failures)
        number = self._number("work", node.name, epoch, attempt)
        if not names or number % 3:
            return (DONE,)
        return (names[number // 3 % len(names)],)

    def branches(self, node: Node, epoch: int) -> tuple[str, ...]:
        """Any branch, but out of a loop after some laps."""
        edges = node.edges
        if epoch % LAPS >= self.laps:
            edges = tuple(edge for edge in edges if not edge.back) or edges
        return (edges[self._number("choice", node.name, epoch) % len(edges)].event,)

    def answers(self, node: Node, epoch: int) -> tuple[str, ...]:
        """One event, or the time-out."""
        names = (*node.state.events, *((TIMEOUT,) if node.state.timeout is not None else ()))
        return (names[self._number("answer", node.name, epoch) % len(names)],)

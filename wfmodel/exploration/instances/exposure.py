"""Which of the instances in flight a process's fault can harm: by what they are at when it comes.

With faults of processes alone, what can happen to one instance can happen to all of them at once,
if all are at the same point; so the largest number at once does not tell designs apart. This does:
of the points at which a crash can find an instance, at which ones may it then end lost? An
orchestrator without a store loses an instance at any step, a service only those that are at it.

What it cannot see: how long an instance is at a step, so how many of those in flight are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from wfmodel.designs.anomalies import CLEAN, Terminal
from wfmodel.exploration.instances.timeline_search import Lives
from wfmodel.semantics.successors import StepKind


@dataclass(frozen=True)
class Exposure:
    """The first fault of one process; ``points``: what an instance is at, to how it may end then.

    A point names the steps that are being worked on; none: something is on its way, or being
    committed. Ends are the clean ones and every anomaly, alone or among others.
    """

    participant: str
    fault: StepKind
    points: Mapping[tuple[str, ...], frozenset[Terminal]]

    def at(self, terminal: Terminal) -> tuple[tuple[str, ...], ...]:
        """The points from which an instance may end so."""
        return tuple(point for point, ends in self.points.items() if terminal in ends)

    @property
    def anomalies(self) -> tuple[Terminal, ...]:
        """What may come of it, in the order of ``Terminal``."""
        return tuple(t for t in Terminal if t not in CLEAN and self.at(t))


def exposures(lives: Lives) -> tuple[Exposure, ...]:
    """Of every participant and kind of process fault; ``lives`` must tell strikes apart.

    A point is listed where some run from it comes to an end.
    """
    found: dict[tuple[int, StepKind], dict[frozenset[int], set[Terminal]]] = {}
    for number in lives.ends:
        strike = lives.strike(number)
        if strike is not None:
            key = (strike.fault.participant, strike.fault.kind)
            points = found.setdefault(key, {})
            points.setdefault(strike.steps, set()).update(lives.ends_as(number))
    nodes, names = lives.table.system.flow.nodes, lives.table.names
    return tuple(
        Exposure(
            names[participant],
            kind,
            {
                tuple(nodes[node].name for node in sorted(steps)): frozenset(ends)
                for steps, ends in sorted(points.items(), key=lambda each: sorted(each[0]))
            },
        )
        for (participant, kind), points in sorted(found.items())
    )

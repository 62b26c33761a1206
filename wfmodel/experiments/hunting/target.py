"""What is hunted: something that a run shows or does not show.

An anomaly of an instance at its end, a property in the explorer's words, or your own predicate over
the history. A run that did not come to rest is not at its end, and shows no anomaly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.history import History
from wfmodel.designs.system import System
from wfmodel.experiments.hunting.history_to_schedule import Untellable, retell
from wfmodel.exploration.properties import AtMost, Violated, decide, parse_property
from wfmodel.metrics import tracks_of
from wfmodel.metrics.instance_paths import came_to_rest


@dataclass(frozen=True, slots=True)
class Sighting:
    """An instance that shows it, what it shows, and the property in its textual form (or none)."""

    instance: int
    what: str
    claim: str = ""


class Target(Protocol):
    """What is looked for in every run."""

    @property
    def title(self) -> str:
        """What is looked for, in words."""
        ...

    def seen(self, system: System, history: History) -> Sighting | None:
        """The first instance that shows it."""
        ...


@dataclass(frozen=True, slots=True)
class AnomalyTarget:
    """Any of these terminal anomalies."""

    anomalies: Anomaly = ~Anomaly(0)

    @property
    def title(self) -> str:
        """The anomalies by name."""
        if self.anomalies == ~Anomaly(0):
            return "any anomaly"
        return " or ".join(each.terminal.value for each in Anomaly if each in self.anomalies)

    def seen(self, system: System, history: History) -> Sighting | None:
        """The first instance that ends with one of them; the first of them names it."""
        if not came_to_rest(history):
            return None
        tracks = tracks_of(history)
        flags = tracks.anomalies & int(self.anomalies)
        places = np.flatnonzero(flags)
        if not len(places):
            return None
        found = Anomaly(int(flags[places[0]]))
        name = next(each for each in Anomaly if each in found).terminal.value
        return Sighting(int(tracks.ids[places[0]]), name, f"never_ends: {name}")


@dataclass(frozen=True, slots=True)
class ClaimTarget:
    """A property as ``wfmodel explore --property`` takes it; a run is looked for that breaks it.

    Each run is retold to the explorer; what cannot be retold breaks nothing.
    """

    claim: str

    @property
    def title(self) -> str:
        """The claim."""
        return f"against {self.claim!r}"

    def seen(self, system: System, history: History) -> Sighting | None:
        """The first instance whose run breaks it.

        Raises:
            ValueError: the claim says nothing, names what the system does not have, or is about
                several instances at one moment.
        """
        asked = parse_property(self.claim, system)
        if isinstance(asked, AtMost) and asked.most:
            raise ValueError(
                f"{self.claim!r} is about several instances at one moment, and a hunt looks at each"
                " by itself: wfmodel explore --instances N decides it"
            )
        for instance in range(history.instances()):
            try:
                _, space = retell(system, history, instance)
            except Untellable:
                continue
            [answer] = decide(space, [asked])
            if isinstance(answer, Violated):
                return Sighting(instance, answer.title, self.claim)
        return None


@dataclass(frozen=True, slots=True)
class PredicateTarget:
    """Your own question: the number of an instance that shows it, or None."""

    title: str
    predicate: Callable[[History], int | None]

    def seen(self, system: System, history: History) -> Sighting | None:
        """The instance that the predicate names."""
        instance = self.predicate(history)
        return None if instance is None else Sighting(instance, self.title)

"""How much may go wrong in one exploration: every fault costs, and what is spent stays spent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from wfmodel.designs.fault_costs import COSTS

UNLIMITED: Final = -1
"""For ``timeouts``: they may fire at any moment, at no cost."""

FORGETTING: Final = tuple(kind for kind, cost in COSTS.items() if cost.forgets)
"""Kinds after which a process has lost what is volatile."""
STALLING: Final = tuple(kind for kind, cost in COSTS.items() if cost.stalls)
"""Kinds after which a process goes on with what it knew."""
REWINDING: Final = tuple(kind for kind, cost in COSTS.items() if cost.rewinds)
"""Kinds after which a store holds what it held before."""


class Bound(NamedTuple):
    """How many faults of one kind may still strike one participant."""

    kind: str
    participant: str
    left: int


class FaultBudget(NamedTuple):
    """Faults left. The default is a world in which nothing goes wrong but what the workflow says.

    Bounds are total and not simultaneous: a crash that is over stays spent. ``timeouts`` bounds
    time-outs and watchdogs that fire *early*, while something is on its way; when nothing else
    can happen, time passes and they fire at no cost. With ``UNLIMITED`` they fire at any moment.
    ``failures`` bounds injected failures of steps that do not declare them. ``duplicates`` covers a
    redelivery that overtakes its acknowledgement as well as a broker that delivers twice. While a
    participant is paused, time passes for the others: their detectors fire at no cost.

    ``bounds`` narrow some totals for single participants; ``each`` adds them. For losses and
    duplicates that is the recipient, for failures who works, for time-outs who waits.
    """

    crashes: int = 0
    losses: int = 0
    duplicates: int = 0
    timeouts: int = 0
    failures: int = 0
    pauses: int = 0
    restores: int = 0
    worker_crashes: int = 0
    bounds: tuple[Bound, ...] = ()

    @property
    def forgets(self) -> bool:
        """Whether a process may yet lose what is volatile."""
        return any(getattr(self, kind) > 0 for kind in FORGETTING)

    @property
    def interrupts(self) -> bool:
        """Whether something may yet come between two steps of a process."""
        return self.forgets or self.stalls

    @property
    def stalls(self) -> bool:
        """Whether a process may yet stand still, and go on with what it knew."""
        return any(getattr(self, kind) > 0 for kind in STALLING)

    @property
    def rewinds(self) -> bool:
        """Whether a store may yet hold again what it held before."""
        return any(getattr(self, kind) > 0 for kind in REWINDING)

    @property
    def totals(self) -> tuple[int, ...]:
        """What is left of each kind: less after every fault, and the same whoever is called who."""
        return self[:-1]

    def spend(self, name: str, participant: str | None = None) -> FaultBudget | None:
        """What is left after one more of these faults at a participant; None if there was none."""
        left = int(getattr(self, name))
        if left == UNLIMITED and name == "timeouts":
            return self
        if left <= 0:
            return None
        bounds = self.bounds
        for place, bound in enumerate(bounds):
            if bound.kind == name and bound.participant == participant:
                if bound.left <= 0:
                    return None
                less = bound._replace(left=bound.left - 1)
                bounds = (*bounds[:place], less, *bounds[place + 1 :])
        return self._replace(**{name: left - 1}, bounds=bounds)

    def each(self, kind: str, participants: Iterable[str], most: int) -> FaultBudget:
        """The same with at most so many faults of a kind at each of some participants.

        Raises:
            ValueError: there is no such kind of fault, or ``most`` is negative.
        """
        if kind not in FAULTS:
            raise ValueError(f"no fault {kind!r}; there are {', '.join(FAULTS)}")
        if most < 0:
            raise ValueError(f"a bound is at least 0, not {most}")
        more = [Bound(kind, name, most) for name in participants]
        kept = [b for b in self.bounds if all((b.kind, b.participant) != m[:2] for m in more)]
        return self._replace(bounds=tuple(sorted([*kept, *more])))

    def describe(self) -> str:
        """The budget in words, with the choice about time-outs that it makes."""
        faults = [
            f"{left} {COSTS[name].many if left > 1 else COSTS[name].one}"
            for name in FAULTS
            if (left := getattr(self, name)) > 0
        ]
        faults += self._bounds_in_words()
        when = (
            "at any moment"
            if self.timeouts == UNLIMITED
            else "for nothing only when nothing else can move"
        )
        return f"{', '.join(faults) or 'no faults'}; time-outs fire {when}"

    def _bounds_in_words(self) -> list[str]:
        """Participants with the same bound in one breath."""
        at: dict[tuple[str, int], list[str]] = {}
        for bound in self.bounds:
            at.setdefault((bound.kind, bound.left), []).append(bound.participant)
        return [
            f"at most {left} {COSTS[kind].many} at"
            f" {'each of ' if len(names) > 1 else ''}{', '.join(names)}"
            for (kind, left), names in at.items()
        ]


FAULTS: Final = tuple(name for name in FaultBudget._fields if name != "bounds")
"""Kinds of faults that a budget bounds, by field."""
assert set(FAULTS) == set(COSTS)

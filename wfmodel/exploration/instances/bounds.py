"""How much may go wrong in several instances: a total over all, and less for each single one.

A process fault strikes every instance at once, so only the faults that concern one message or one
attempt can be bounded per instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

from wfmodel.designs.fault_costs import COSTS, PROCESS_FAULTS
from wfmodel.semantics.fault_budget import FAULTS, UNLIMITED, FaultBudget

OWN_FAULTS: Final = tuple(kind for kind in FAULTS if kind not in PROCESS_FAULTS)
"""Faults that concern one instance."""

Own: TypeAlias = tuple[tuple[str, int], ...]
"""(kind, left): what one instance may still meet, of the kinds that are bounded per instance."""


def shared_budget(
    total: FaultBudget | None, each: Mapping[str, int] | None, instances: int
) -> tuple[FaultBudget, Own]:
    """The total over all instances, and each one's own bounds where they are narrower.

    A kind that is bounded per instance and has no total may strike every instance so often.

    Raises:
        ValueError: there is no such kind, it strikes all instances at once, a bound is negative, or
            there is no instance.
    """
    if instances < 1:
        raise ValueError(f"at least one instance is explored, not {instances}")
    budget, own = total or FaultBudget(), []
    for kind, most in sorted((each or {}).items()):
        if kind in PROCESS_FAULTS:
            raise ValueError(f"{kind} strike every instance at once: bound their total")
        if kind not in OWN_FAULTS:
            raise ValueError(
                f"no fault {kind!r} of one instance; there are {', '.join(OWN_FAULTS)}"
            )
        if most < 0:
            raise ValueError(f"a bound is at least 0, not {most}")
        if not getattr(budget, kind):
            budget = _with(budget, kind, most * instances)
        left = getattr(budget, kind)
        if left == UNLIMITED or most < left:
            own.append((kind, most))
    return budget, tuple(own)


def spend_own(own: Own, kind: str) -> Own | None:
    """What is left to an instance after one more fault of a kind; None if there was none."""
    for place, (bounded, left) in enumerate(own):
        if bounded == kind:
            return None if left <= 0 else (*own[:place], (kind, left - 1), *own[place + 1 :])
    return own


def alone(total: FaultBudget, own: Own) -> FaultBudget:
    """What one instance may meet if the others meet nothing: its budget when it runs alone."""
    for kind, left in own:
        if getattr(total, kind) == UNLIMITED or left < getattr(total, kind):
            total = _with(total, kind, left)
    return total


def _with(budget: FaultBudget, kind: str, left: int) -> FaultBudget:
    return FaultBudget(**{**budget._asdict(), kind: left})


Spent: TypeAlias = tuple[int, ...]
"""How many faults of each of ``OWN_FAULTS``, then of each participant's bound on one of these."""


def own_left(budget: FaultBudget) -> Spent:
    """The parts of a budget that instances spend for themselves; 0 for what has no bound."""
    kinds = [max(0, getattr(budget, kind)) for kind in OWN_FAULTS]
    return (*kinds, *(bound.left for bound in budget.bounds if bound.kind in OWN_FAULTS))


def spent(before: FaultBudget, after: FaultBudget) -> Spent:
    """What an instance has met for itself."""
    return tuple(a - b for a, b in zip(own_left(before), own_left(after), strict=True))


def fit_together(total: FaultBudget, each: FaultBudget, left: Iterable[FaultBudget]) -> bool:
    """Whether a total pays for what instances have met, of which each began with ``each``."""
    sums = zip(*(spent(each, after) for after in left), strict=True)
    unlimited = [getattr(total, kind) == UNLIMITED for kind in OWN_FAULTS]
    unlimited += [False] * (len(own_left(total)) - len(unlimited))
    return all(
        free or sum(met) <= most
        for met, most, free in zip(sums, own_left(total), unlimited, strict=True)
    )


def own_words(own: Own) -> str:
    """The bounds of each instance in words; empty where there are none."""
    return ", ".join(f"at most {left} {COSTS[kind].many} in each instance" for kind, left in own)

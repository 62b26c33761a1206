"""The questions that are asked of a choice's guards, and the values that answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from wfmodel.checks.effort import Effort
from wfmodel.checks.guards import smt
from wfmodel.checks.guards.domain import domain_of
from wfmodel.checks.guards.enumeration import TruthTable, valuations
from wfmodel.model.guards import (
    ABSENT,
    Condition,
    Opaque,
    Scalar,
    Special,
    Valuation,
    parse_guard,
    parts_of,
)
from wfmodel.model.workflow import Choice, DataItem

MOST_GUARDS: Final = 60
"""Pairs of more guards than these are not asked for overlaps; the other questions are."""


class _Answers(Protocol):
    def find(self, yes: tuple[int, ...], no: tuple[int, ...]) -> Valuation | bool:
        """Values at which all of ``yes`` hold and none of ``no``; whether that is open."""
        ...


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What is certain about a choice's guards; numbers are positions of branches."""

    never: tuple[int, ...] = ()
    """Guards that no value fulfils."""
    always: tuple[int, ...] = ()
    """Guards that every value fulfils."""
    shadowed: tuple[int, ...] = ()
    """Guards that hold only where an earlier one does."""
    overlaps: tuple[tuple[int, int, str], ...] = ()
    """Pairs that hold together, and for which values."""
    gap: str | None = None
    """Values for which no guard holds."""
    complete: bool = False
    """Some guard always holds."""
    undecided: tuple[tuple[int, str], ...] = ()
    """Guards of which something stays open, and why."""


@dataclass(frozen=True)
class _Open:
    """Where neither trying nor the solver answers."""

    def find(self, yes: tuple[int, ...], no: tuple[int, ...]) -> Valuation | bool:
        return True


def decide(
    choice: Choice, data: Mapping[str, DataItem], effort: Effort | None = None
) -> Verdicts | None:
    """What can be said of a choice; None where no branch has a guard to decide.

    A branch without a guard but with words is open; one with neither always holds.
    """
    budget = effort or Effort()
    if not any(branch.guard for branch in choice.branches):
        return None
    guards = tuple(_guard(branch.guard, branch.when) for branch in choice.branches)
    return _decided(guards, data, budget)


def _decided(guards: Sequence[Condition], data: Mapping[str, DataItem], effort: Effort) -> Verdicts:
    domains = domain_of(guards, data)
    tried = valuations(domains)
    answers: _Answers
    if tried is not None:
        answers, why = TruthTable(guards, tried, effort), ""
    elif smt.is_there():
        answers, why = smt.Solver(guards, domains, effort), "the solver gave up"
    else:
        answers, why = _Open(), smt.MISSING
    return _asked(guards, answers, why)


def _guard(text: str, words: str) -> Condition:
    if text:
        return parse_guard(text)
    return Opaque(words) if words else parse_guard("true")


def _asked(guards: Sequence[Condition], answers: _Answers, why: str) -> Verdicts:
    numbers = range(len(guards))
    open_at: set[int] = set()
    never, always, shadowed = [], [], []
    overlaps: list[tuple[int, int, str]] = []
    for i in numbers:
        first = answers.find((i,), ())
        if first is False:
            never.append(i)
            continue
        if answers.find((), (i,)) is False:
            always.append(i)
        reached = answers.find((i,), tuple(range(i)))
        if reached is False:
            shadowed.append(i)
        if True in (first, reached):
            open_at.add(i)
    dead = {*never, *shadowed}
    for j in numbers if len(guards) <= MOST_GUARDS else ():
        for i in range(j):
            both = answers.find((i, j), ()) if not {i, j} & dead else False
            if both is True:
                open_at |= {i, j}
            elif both is not False:
                overlaps.append((i, j, in_words(both)))
    left = answers.find((), tuple(numbers))
    if left is True:
        alive = set(numbers) - set(never)
        open_at |= {i for i in alive if _has_opaque(guards[i])} or alive
    return Verdicts(
        tuple(never),
        tuple(always),
        tuple(shadowed),
        tuple(overlaps),
        None if isinstance(left, bool) else in_words(left),
        left is False,
        tuple((i, _reason(guards[i], why)) for i in sorted(open_at)),
    )


def _reason(guard: Condition, why: str) -> str:
    opaque = [part.words for part in parts_of(guard) if isinstance(part, Opaque)]
    if opaque:
        return f"{opaque[0]!r} cannot be translated"
    return why or "it depends on a guard that cannot be translated"


def _has_opaque(guard: Condition) -> bool:
    return any(isinstance(part, Opaque) for part in parts_of(guard))


def guard_text(choice: Choice, number: int) -> str:
    """A branch's guard as it is written; cut where it is long."""
    text = choice.branches[number].label
    return text if len(text) <= 80 else f"{text[:77]}..."


def in_words(values: Valuation) -> str:
    """``total = 100, currency = 'EUR'``; of no paths, ``always``."""
    return ", ".join(f"{path} {_said(value)}" for path, value in values.items()) or "any value"


def _said(value: Scalar) -> str:
    if isinstance(value, Special):
        return "absent" if value is ABSENT else "an object"
    if isinstance(value, bool):
        return f"= {str(value).lower()}"
    return "= null" if value is None else f"= {value!r}"

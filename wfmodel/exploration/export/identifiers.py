"""The variables of an export: one name per fact, the same in every target language."""

from __future__ import annotations

from wfmodel.exploration.export.program import AnyOf, Expression, Relation
from wfmodel.semantics.configuration import Landing, Work


def at(what: str, *numbers: int) -> str:
    """A variable or definition of these indices: ``channel_2_17``."""
    return "_".join((what, *map(str, numbers)))


def channel(p: int, message: int) -> str:
    """How many of a message are on their way to a participant."""
    return at("channel", p, message)


def row(p: int, sender: int) -> str:
    """Where order is kept: what a sender has on its way to a participant; 0 is the outside."""
    return at("row", p, sender + 1)


def work(p: int, item: Work) -> str:
    """How many workers are on an attempt."""
    return at("work", p, *item)


def choice(p: int, visit: tuple[int, int]) -> str:
    """How many answers to a choice are to come."""
    return at("choice", p, *visit)


def expected(p: int, visit: tuple[int, int]) -> str:
    """How often the outside has been told that its event is awaited."""
    return at("expected", p, *visit)


def landed(visit: Landing) -> str:
    """How often a visit's effect was done."""
    return at("landed", *visit)


def undone(visit: Landing) -> str:
    """How often it was taken back."""
    return at("undone", *visit)


def applied(visit: Landing) -> str:
    """1 if this visit of a compensation has taken an effect back."""
    return at("applied", *visit)


def is_(variable: str, value: int | str) -> Relation:
    """It equals."""
    return Relation(variable, "=", value)


def positive(variable: str) -> Relation:
    """It is above zero."""
    return Relation(variable, ">", 0)


def one_of(variable: str, values: tuple[int, ...]) -> Expression:
    """It equals one of these."""
    return AnyOf(tuple(is_(variable, value) for value in values))

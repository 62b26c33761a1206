"""What every declared class has in common: unknown keys are refused, and in what words."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from pydantic import ConfigDict, ValidationError
from pydantic_core import ErrorDetails

STRICT: Final = ConfigDict(extra="forbid", defer_build=True)
"""The validator is made when it is first used: a command uses few of them."""


class Refusal(NamedTuple):
    """One thing that a value is not: where in it, why, and what is there."""

    place: str
    why: str
    given: Any

    def __str__(self) -> str:
        """With its place, where that is not the whole."""
        return f"{self.place}: {self.why}" if self.place else self.why


def words_of(detail: ErrorDetails) -> str:
    """pydantic's words, without the prefix that it gives to those of ours."""
    return detail["msg"].removeprefix("Value error, ")


def first_refusal(error: ValidationError) -> Refusal:
    """The first thing that is wrong."""
    detail = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in detail["loc"])
    return Refusal(place, words_of(detail), detail["input"])

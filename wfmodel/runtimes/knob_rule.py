"""How parameters of an engine become one knob: five forms, and no expressions beyond them.

>>> KnobRule(sum=("heartbeat", "sleep")).value({"heartbeat": 5, "sleep": 1})
6
>>> KnobRule(least=("heartbeat", "limit")).value({"heartbeat": None, "limit": 7})
7
>>> KnobRule(choice="late", values={"true": "after-work"}).value({"late": "true"})
'after-work'
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from pydantic import model_validator
from pydantic.dataclasses import dataclass

from wfmodel.model.strict import STRICT

Known: TypeAlias = Mapping[str, int | str | None]
"""Parameters by name: nanoseconds, a word, or None where the engine has no default."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class KnobRule:
    """One of: ``fixed`` (a value), ``parameter``, ``sum`` or ``least`` of parameters, or a
    ``choice`` of a parameter's words with ``values``. ``why`` says what makes it so.
    """

    fixed: bool | str | None = None
    parameter: str | None = None
    sum: tuple[str, ...] = ()
    least: tuple[str, ...] = ()
    choice: str | None = None
    values: Mapping[str, str] | None = None
    why: str = ""

    @model_validator(mode="after")
    def _one_form(self) -> KnobRule:
        given = (self.fixed is not None, self.parameter, self.sum, self.least, self.choice)
        if sum(map(bool, given)) != 1 or bool(self.choice) != bool(self.values):
            raise ValueError("one of: fixed, parameter, sum, least, choice with values")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that it reads."""
        single = (self.parameter or self.choice,)
        return (*self.sum, *self.least, *(name for name in single if name is not None))

    def value(self, known: Known) -> bool | int | str | None:
        """The knob's value; None: the engine leaves it open, and so does the runtime."""
        if self.fixed is not None:
            return self.fixed
        if self.choice is not None:
            assert self.values is not None
            return self.values[str(known[self.choice])]
        if self.parameter is not None:
            return known[self.parameter]
        lengths = [known[name] for name in self.names]
        present = [each for each in lengths if isinstance(each, int)]
        if not present or (self.sum and len(present) < len(lengths)):
            return None
        return min(present) if self.least else sum(present)

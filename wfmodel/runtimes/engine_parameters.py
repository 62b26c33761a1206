"""What is known of an engine: its file, read once and held to its shape.

>>> engine_named("airflow").parameters["scheduler.scheduler_heartbeat_sec"].default
5
>>> engine_named("airflow").uses("scheduler.scheduler_heartbeat_sec")
('lease.renewed',)
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Final, TypeAlias

from pydantic import Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from wfmodel.model.spelling import nearest
from wfmodel.model.strict import STRICT
from wfmodel.model.units import NANOSECONDS, format_duration, parse_duration
from wfmodel.model.yaml_reader import read_yaml
from wfmodel.runtimes.knob_rule import KnobRule

FOLDER: Final = Path(__file__).with_name("engines")
ENGINES: Final = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
"""Names of all engines."""

Given: TypeAlias = bool | int | float | str | None
"""A parameter's value as a manual or a scenario writes it."""


COUNT: Final = "count"
"""The unit of a parameter that is no time."""


class Quantity(int):
    """A number of things, to be told from a number of nanoseconds."""


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class Parameter:
    """A setting of an engine. Where no knob follows from it, ``elsewhere`` says what to write
    instead, or ``missing`` which concept the model lacks.
    """

    does: str
    source: Annotated[str, Field(pattern="^https://")]
    default: Given = None
    unit: str = ""
    unlimited: int | None = None
    """Of a count: the value that stands for no limit."""
    required: bool = False
    elsewhere: str = ""
    missing: str = ""

    def read(self, value: Given) -> int | str | None:
        """Nanoseconds of a time (a bare number is in the parameter's own unit), a count, or a word;
        None: no default, or no limit.

        Raises:
            ValueError: it is no such value.
        """
        if value is None:
            return None
        if not self.unit:
            return str(value).lower() if isinstance(value, bool) else str(value)
        if self.unit == COUNT:
            if isinstance(value, bool) or not isinstance(value, int):
                raise ValueError(f"expected a whole number; got {value!r}")
            return None if value == self.unlimited else Quantity(value)
        if isinstance(value, bool):
            raise ValueError(f"expected a time, such as {self._example()}; got {value!r}")
        if isinstance(value, str):
            return parse_duration(value)
        return parse_duration(int(Decimal(str(value)) * NANOSECONDS[self.unit]))

    def _example(self) -> str:
        return f"2{self.unit} or 2 (in its unit, {self.unit})"

    def shown(self, value: Given) -> str:
        """A value as a page shows it."""
        read = self.read(value)
        if read is None:
            return "none"
        return in_words(read)


def in_words(value: int | str) -> str:
    """A time with its unit; a count or a word as it is."""
    if isinstance(value, str | Quantity):
        return str(value)
    return format_duration(value)


@dataclass(frozen=True, slots=True, config=STRICT, kw_only=True)
class KnownEngine:
    """A file of ``engines``. ``knobs`` are by name; a part of a knob is ``lease.look``."""

    title: str
    version: str
    covers: tuple[str, ...]
    leaves_out: tuple[str, ...]
    knobs: Mapping[str, KnobRule]
    parameters: Mapping[str, Parameter]

    @model_validator(mode="after")
    def _each_parameter_is_placed(self) -> KnownEngine:
        for knob, rule in self.knobs.items():
            for name in rule.names:
                if name not in self.parameters:
                    raise ValueError(f"{knob}: there is no parameter {name!r}")
        for name, each in self.parameters.items():
            said = (bool(self.uses(name)), bool(each.elsewhere), bool(each.missing))
            if sum(said) != 1:
                raise ValueError(f"{name}: a knob uses it, or elsewhere, or missing says why not")
        return self

    def uses(self, name: str) -> tuple[str, ...]:
        """The knobs that follow from a parameter."""
        return tuple(knob for knob, rule in self.knobs.items() if name in rule.names)

    @property
    def used(self) -> dict[str, Parameter]:
        """The parameters that knobs follow from."""
        return {name: each for name, each in self.parameters.items() if self.uses(name)}

    def words(self, name: str) -> tuple[str, ...]:
        """The words that a parameter may have; none: it is a time or a count."""
        for rule in self.knobs.values():
            if rule.choice == name and rule.values is not None:
                return tuple(rule.values)
        return ()


def engine_named(name: str) -> KnownEngine:
    """The engine of a name.

    Raises:
        ValueError: there is none.
    """
    if name not in ENGINES:
        meant = nearest(name, ENGINES)
        hint = f"did you mean {meant!r}?" if meant else f"there are {', '.join(ENGINES)}"
        raise ValueError(f"unknown runtime {name!r}; {hint}")
    return _read(name)


@cache
def _read(name: str) -> KnownEngine:
    path = FOLDER / f"{name}.yaml"
    value, _ = read_yaml(path.read_text(encoding="utf-8"), path.name)
    return TypeAdapter(KnownEngine).validate_python(value)

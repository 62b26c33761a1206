"""A design in a declared class: a name, ``{hybrid: {groups: {...}}}``, or one made in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeAlias

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from wfmodel.designs.known_designs import DECLARED, EVERY, design_of
from wfmodel.designs.placement import Design

NAMED: Final = "named"
EXPECTED: Final = f"expected a design's name, or a mapping with {' or '.join(DECLARED)}"


class _Read:
    """How pydantic reads, writes and describes a design; errors keep their places."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        named = core_schema.no_info_after_validator_function(_by_name, core_schema.str_schema())
        choices: dict[str, CoreSchema] = {
            name: core_schema.no_info_after_validator_function(
                _unwrapped(name),
                core_schema.typed_dict_schema(
                    {
                        name: core_schema.typed_dict_field(
                            handler.generate_schema(each.kind), required=False
                        )
                    },
                    extra_behavior="forbid",
                ),
            )
            for name, each in DECLARED.items()
        }
        either = core_schema.tagged_union_schema({NAMED: named, **choices}, _tag)
        written = core_schema.plain_serializer_function_ser_schema(as_data)
        return core_schema.no_info_before_validator_function(
            _wrapped, either, serialization=written
        )


def _by_name(text: str) -> str | Design:
    """A name stays the name that it is; a line becomes what it declares."""
    design = design_of(text)
    return design.name if design.name in EVERY else design


def _unwrapped(name: str) -> Callable[[dict[str, Any]], Design]:
    def value(data: dict[str, Any]) -> Design:
        if name not in data:
            raise ValueError(EXPECTED)
        made: Design = data[name]
        return made

    return value


def _wrapped(value: Any) -> Any:  # noqa: ANN401 - whatever a file or a program gives
    if isinstance(value, str | dict):
        return value
    if any(value == each for each in EVERY.values()):
        return str(value)
    made = (name for name, each in DECLARED.items() if isinstance(value, each.kind))
    name = next(made, None)
    if name is None:
        raise ValueError(EXPECTED)
    return {name: value}


def _tag(value: Any) -> str:  # noqa: ANN401 - whatever a file or a program gives
    if not isinstance(value, dict):
        return NAMED
    return next((name for name in DECLARED if name in value), next(iter(DECLARED)))


def as_data(design: str | Design) -> object:
    """A design as a file has it."""
    if isinstance(design, str) or design.name in EVERY:
        return str(design)
    return {design.name: TypeAdapter(type(design)).dump_python(design, mode="json")}


DesignField: TypeAlias = Annotated[str | Design, _Read()]
"""Of a scenario's variants."""

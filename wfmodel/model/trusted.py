"""Declared classes made without their validator, by a reader that has checked the values itself.

A validator is built when it is first used, which takes longer than to check a file. Where what a
person wrote goes in, the class itself is called: it is the one that refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")


def trusted(kind: type[T], /, **given: Any) -> T:  # noqa: ANN401 - fields of any declared class
    """An instance of a declared class whose fields are known to be right.

    Values are kept as they are: nothing is converted, so they have the types that fields end with.
    """
    made, declared = object.__new__(kind), kind.__mro__[0]
    defaults = _defaults(declared)
    assert given.keys() <= defaults.keys(), f"{kind.__name__} has no {given.keys() - defaults}"
    for name, default in defaults.items():
        object.__setattr__(made, name, given[name] if name in given else default())
    return made


@lru_cache(64)
def _defaults(kind: Any) -> dict[str, Callable[[], Any]]:  # noqa: ANN401 - a declared class
    """How each field's default is got; a required field has none, and says so."""
    fields = kind.__pydantic_fields__
    return {name: _default(kind, name, field) for name, field in fields.items()}


def _default(kind: type[Any], name: str, field: Any) -> Callable[[], Any]:  # noqa: ANN401 - pydantic's
    if field.is_required():

        def missing() -> Any:  # noqa: ANN401 - never returns
            raise TypeError(f"{kind.__name__} needs {name}")

        return missing
    return lambda: field.get_default(call_default_factory=True)

"""Payload templates: the free-form JSON that a state sends or keeps.

What they shape is data, which the model does not follow; but an entry that AWS would refuse is
said. In JSONPath a key that ends in ``.$`` holds a path; in JSONata a text in ``{% %}`` is an
expression.

Source: AWS Step Functions Developer Guide, "Manipulate parameters in workflows", "Transforming data
with JSONata".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wfmodel.importers.asl.catalogue import (
    CONFLICTING_FIELDS,
    FOREIGN_EXPRESSION,
    MALFORMED_EXPRESSION,
    WRONG_TYPE,
)
from wfmodel.importers.asl.values import (
    JSONATA,
    expression,
    is_expression,
    is_substitution,
    json_path,
    kind_of,
    parts_in,
    shown,
)
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path


def payload(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A template: JSON of any shape whose paths and expressions are well-formed."""
    for part, at in parts_in(value, path):
        if isinstance(part, Mapping):
            yield from _template(part, at) if language != JSONATA else _foreign_keys(part, at)
        elif isinstance(part, str) and language == JSONATA:
            yield from _expression(part, at)
        elif is_expression(part):
            message = f"in JSONPath {shown(part)} is only text"
            yield FOREIGN_EXPRESSION.at(at, message, help="QueryLanguage: JSONata evaluates it")


def _foreign_keys(part: Mapping[str, object], at: Path) -> Iterator[Finding]:
    """Keys of JSONPath in a template of JSONata, where they are names like any other."""
    for key, inner in part.items():
        is_path = isinstance(inner, str) and inner.startswith(("$", "States."))
        if str(key).endswith(".$") and is_path:
            message = f"in JSONata {shown(key)} is only a name, and {shown(inner)} only text"
            yield FOREIGN_EXPRESSION.at((*at, str(key)), message, help="write {% … %}")


def payload_object(value: object, path: Path, language: str) -> Iterator[Finding]:
    """A template whose outermost part is an object."""
    if not isinstance(value, Mapping):
        yield WRONG_TYPE.at(path, f"{path[-1]} is an object; got {kind_of(value)}")
    else:
        yield from payload(value, path, language)


def payload_arguments(value: object, path: Path, language: str) -> Iterator[Finding]:
    """What a state hands over in JSONata: an object, or an expression that gives one."""
    if not (isinstance(value, Mapping) or is_expression(value) or is_substitution(value)):
        message = f"{path[-1]} is an object or an expression; got {shown(value)}"
        yield WRONG_TYPE.at(path, message)
    else:
        yield from payload(value, path, language)


def payload_items(value: object, path: Path, language: str) -> Iterator[Finding]:
    """What a Map goes through: written out, or an expression that gives it."""
    there = isinstance(value, list | tuple | Mapping) or is_expression(value)
    if not (there or is_substitution(value)):
        yield WRONG_TYPE.at(path, f"{path[-1]} is a list or an expression; got {shown(value)}")
    else:
        yield from payload(value, path, language)


def _template(part: Mapping[str, object], at: Path) -> Iterator[Finding]:
    for key, inner in part.items():
        name = str(key)
        if not name.endswith(".$"):
            continue
        if not isinstance(inner, str):
            message = f"{name} holds a path; got {shown(inner)}"
            yield WRONG_TYPE.at((*at, name), message)
        else:
            yield from json_path(inner, (*at, name), "")
        if name.removesuffix(".$") in part:
            message = f"{name} and {name.removesuffix('.$')} conflict"
            yield CONFLICTING_FIELDS.at((*at, name), message)


def _expression(value: str, at: Path) -> Iterator[Finding]:
    if value.startswith("{%") != value.endswith("%}"):
        yield MALFORMED_EXPRESSION.at(at, f"an expression stands in {{% %}}; got {shown(value)}")
    elif is_expression(value):
        yield from expression(value, at, JSONATA)

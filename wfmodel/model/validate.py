"""From a Document to a declared class: every error at once, each a finding at its place.

pydantic validates; this file gives its errors our words: the key, the nearest valid spelling, the
alternatives. It serves workflows, annotations and scenarios alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from wfmodel.model.findings import Edit, Finding, Fix
from wfmodel.model.limits import refusal
from wfmodel.model.source import Document, Path
from wfmodel.model.spelling import certain, describe, hint
from wfmodel.model.strict import words_of
from wfmodel.model.units import FROM_FILE
from wfmodel.model.workflow import ROLLBACK

Value = TypeVar("Value")


def adapter(kind: type[Value]) -> TypeAdapter[Value]:
    """The validator of a declared class, built once."""
    found: TypeAdapter[Value] = _adapter(kind)  # type: ignore[arg-type]
    return found


MOST_ERRORS: Final = 1_000
"""So many errors of a file are told: each is put into words, with what may have been meant."""


@cache
def _adapter(kind: Any) -> Any:  # noqa: ANN401 - the cache cannot relate the two types
    return TypeAdapter(kind)


@cache
def _schema(kind: type) -> dict[str, Any]:
    return adapter(kind).json_schema()


def parse_as(
    document: Document, kind: type[Value], path: Path = ()
) -> tuple[Value | None, tuple[Finding, ...]]:
    """The document's value (or the part at ``path``) as an object of a declared class."""
    value = _at(document.value, path)
    if not isinstance(value, Mapping):
        message = f"expected a mapping of keys; got {describe(value)}"
        return None, (refusal("L113", message, document.locate(path)),)
    try:
        return adapter(kind).validate_python(value, context=FROM_FILE), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        found = (*_findings(document, kind, path, value, details[:MOST_ERRORS]),)
        rest = len(details) - MOST_ERRORS
        if rest > 0:
            message = f"{rest:,} errors more; mend some of those that are told, and check again"
            found += (refusal(found[-1].code, message, document.locate(path)),)
        return None, found


def _at(value: Any, path: Path) -> Any:  # noqa: ANN401 - whatever a file holds
    for part in path:
        value = value[part]
    return value


def _findings(
    document: Document, kind: type, base: Path, value: object, details: Iterable[ErrorDetails]
) -> Iterable[Finding]:
    """One finding per place: alternatives of a union that all failed are told together."""
    told: dict[tuple[str, Path, str], list[str]] = {}
    for detail in details:
        code, path, message = _translate(detail, value, _schema(kind))
        apart = message if code == "L111" else ""  # two missing keys are two findings
        messages = told.setdefault((code, path, apart), [])
        if message not in messages:
            messages.append(message)
    for (code, path, _), messages in told.items():
        at_key = code == "L110" or code == "L111"
        span = document.locate((*base, *path), key=at_key)
        fix = _respelt(value, kind, base, path) if code == "L110" else None
        yield replace(refusal(code, " or ".join(messages), span), path=(*base, *path), fix=fix)


def _respelt(value: object, kind: type, base: Path, path: Path) -> Fix | None:
    """A misspelt key, where only one key can have been meant, which is neither there already nor
    meant by another misspelt one.
    """
    holder, keys = _at(value, path[:-1]), tuple(_keys(_schema(kind), value, path[:-1]))
    known = [key for key in keys if key not in holder]
    meant = certain(str(path[-1]), known)
    others = (str(key) for key in holder if key not in keys and key != path[-1])
    if meant is None or any(certain(other, known) == meant for other in others):
        return None
    return Fix(f"write {meant!r}", (Edit((*base, *path), meant, key=True),))


def _translate(
    detail: ErrorDetails, value: object, schema: dict[str, Any]
) -> tuple[str, Path, str]:
    path, missing = _real_path(detail["loc"], value)
    match detail["type"]:
        case "unexpected_keyword_argument" | "extra_forbidden":
            known = _keys(schema, value, path[:-1])
            return "L110", path, _unlike("key", str(path[-1]), known)
        case "missing" | "missing_argument":
            name = str(missing or detail["loc"][-1])
            where = f" of {path[-1]!r}" if path else ""
            return "L111", path, f"key {name!r}{where} is missing"
        case "union_tag_invalid":
            context = detail.get("ctx", {})
            expected = [tag.strip(" '") for tag in str(context["expected_tags"]).split(",")]
            tag, name = str(context["tag"]), _tag_name(context)
            no_kind = NO_KINDS.get(tag, "") if name == "kind" else ""
            return "L112", (*path, name), _unlike(name, tag, expected) + no_kind
        case "union_tag_not_found":
            name = _tag_name(detail.get("ctx", {}))
            return "L111", path, f"key {name!r} of {path[-1] if path else 'it'!r} is missing"
        case _:
            return "L113", path, _said(detail) + ENDLESS.get(str(path[-1]) if path else "", "")


NO_KINDS: Final = {
    ROLLBACK: f"; {ROLLBACK!r} is a built-in target of transitions, and needs no state of its own"
}
ENDLESS: Final = {"attempts": "; null: until it succeeds"}
"""Per key, how to write what people look for a word for."""


def _tag_name(context: Mapping[str, object]) -> str:
    name = str(context.get("discriminator", "kind")).strip("'")
    return "distribution" if "(" in name else name


LONGEST_MESSAGE: Final = 400
"""Of a message that quotes what the file says."""

A_MAPPING = re.compile(r"a (valid )?dictionary( or an instance of \w+)?")
"""What pydantic calls a mapping: the words differ between its versions, and where classes are."""


def _said(detail: ErrorDetails) -> str:
    """pydantic's words, without its prefix and with the value where it is short."""
    message = words_of(detail)
    message = A_MAPPING.sub("a mapping", message[0].lower() + message[1:])
    if len(message) > LONGEST_MESSAGE:  # it quotes a value
        message = f"{message[:LONGEST_MESSAGE]}..."
    given = detail["input"]
    if detail["type"] in ("enum", "literal_error") and isinstance(given, str):
        known = re.findall(r"'([^']+)'", str(detail.get("ctx", {}).get("expected", "")))
        return f"{message}; got {describe(given)}{hint(given, known)}"
    if "got" in message or not isinstance(given, str | int | float | bool | None):
        return message
    if isinstance(given, str) and repr(given) in message:
        return message
    return f"{message}; got {describe(given)}"


def _unlike(what: str, given: str, known: Iterable[str]) -> str:
    names = list(known)
    listed = f" ({what}s here: {', '.join(names)})" if names else ""
    likely = hint(given, names)
    if given in READ_AS and READ_AS[given] in names:
        likely = f"; did you mean {READ_AS[given]!r}, which many readers of YAML take for {given}?"
    return f"unknown {what} {describe(given)}{likely}{listed}"


READ_AS: Final = {"true": "on", "True": "on"}
"""What YAML 1.1 makes of a key; a file that was converted to JSON has it so."""


def _real_path(loc: tuple[int | str, ...], value: object) -> tuple[Path, str | None]:
    """pydantic's location without the tags of unions; and the last part, if it is not there."""
    path: list[str | int] = []
    missing: str | None = None
    for part in loc:
        inside = isinstance(value, Mapping) and part in value
        inside = inside or (
            isinstance(value, list | tuple) and isinstance(part, int) and part < len(value)
        )
        if inside:
            value = value[part]  # type: ignore[index]
            path.append(part)
            missing = None
        else:
            missing = str(part)
    return tuple(path), missing


def _keys(schema: dict[str, Any], value: object, path: Path) -> list[str]:
    """Keys that the schema knows at a path of the value."""
    node = _resolve(schema, schema, value)
    for part in path:
        value = value[part]  # type: ignore[index]
        properties = node.get("properties", {})
        inner = properties.get(part) or node.get("additionalProperties") or node.get("items") or {}
        node = _resolve(inner if isinstance(inner, dict) else {}, schema, value)
    return list(node.get("properties", {}))


def _resolve(node: dict[str, Any], schema: dict[str, Any], value: object) -> dict[str, Any]:
    """Follow references, and of alternatives take the one that the value's tag names."""
    while True:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
            continue
        options = [option for option in node.get("oneOf", node.get("anyOf", ())) if option]
        if not options:
            return node
        resolved = [_resolve(option, schema, value) for option in options]
        node = next((option for option in resolved if _fits(option, value)), resolved[0])


def _fits(option: dict[str, Any], value: object) -> bool:
    properties = option.get("properties")
    if not isinstance(value, Mapping) or properties is None:
        return False
    for tag in ("kind", "distribution"):
        constant = properties.get(tag, {}).get("const")
        if constant is not None:
            return bool(value.get(tag) == constant)
    return True

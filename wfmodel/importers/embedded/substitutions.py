"""``${...}`` as one plain token of the same length: no quote, brace, blank or colon inside.

So positions stay right, a quote in ``${var.names["pay"]}`` does not end the JSON text around it,
and the colons of ``${AWS::Region}`` do not divide the ARN that it is a part of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from wfmodel.importers.asl.templates import MARK
from wfmodel.model.json_reader import read_json
from wfmodel.model.limits import MOST_BYTES, RefusedError

_SIMPLE: Final = re.compile(r'\$\{([^{}"\s\\]*)\}')
_UNFIT: Final = re.compile(r'[{}"\s\\:\[\]()]')
_ONE: Final = re.compile(r"\s*\$\{[^{}]*\}\s*\Z")
_LONGEST: Final = 200


def flat(text: str) -> str:
    """A text with CloudFormation's substitutions, each as a token of its length."""
    return _SIMPLE.sub(lambda match: f"${{{_plain(match[1])}}}", text)


def token(name: str) -> str:
    """The token of a name or expression that stands outside of a text."""
    return f"${{{_plain(name[:_LONGEST]) or '_'}}}"


def same_length(expression: str) -> str:
    """An expression, from its ``${`` to its ``}``, as a token of its length."""
    return f"${{{_plain(expression[2:-1])}}}"


def is_one(text: str) -> bool:
    """Whether a text is one token and nothing else."""
    return _ONE.match(text) is not None


def constants_of(value: object) -> Mapping[str, str]:
    """Names that a template itself fills in, ``DefinitionSubstitutions``, with plain values.

    A long value is left out: a name may stand in as many places as the file has room for.
    """
    if not isinstance(value, Mapping):
        return {}
    texts = {
        str(name): inner if isinstance(inner, str) else json.dumps(inner)
        for name, inner in value.items()
        if isinstance(inner, str | int | float)
    }
    return {
        name: text for name, text in texts.items() if "${" not in text and len(text) <= _LONGEST
    }


def filled(value: object, constants: Mapping[str, str]) -> object:
    """A value with constants in place of their names; depth is bounded by reading.

    A number in place of a whole text is left out: whether it stays a text, the template decides.
    Where the constants would come to more text than a file may be, the rest of the names stays.
    """
    left = MOST_BYTES

    def constant(name: str) -> str | None:
        nonlocal left
        found = constants.get(name)
        left -= len(found or "")
        return found if left >= 0 else None

    return _filled(value, constant)


def _filled(value: object, constant: Callable[[str], str | None]) -> object:
    if isinstance(value, dict):
        return {key: _filled(inner, constant) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, constant) for inner in value]
    if not isinstance(value, str):
        return value
    if value.startswith(MARK):
        return _json(constant(value.removeprefix(MARK)), value)
    whole = _SIMPLE.fullmatch(value)
    if whole and not isinstance(_json(constant(whole[1]), value), str):
        return value

    def put(match: re.Match[str]) -> str:
        found = constant(match[1])
        return match[0] if found is None else found

    return _SIMPLE.sub(put, value)


def _json(text: str | None, otherwise: str) -> object:
    """What a text means where JSON wants a value."""
    try:
        return otherwise if text is None else read_json(text, "")
    except RefusedError:
        return otherwise


def of_function(value: object) -> str | None:
    """The token of a CloudFormation function, ``${Pay}`` of ``{"Ref": "Pay"}``; None of others."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    [(key, inner)] = value.items()
    if key == "Fn::Sub":
        template = inner[0] if isinstance(inner, list) and inner else inner
        return flat(template) if isinstance(template, str) else token(key)
    if key == "Fn::GetAtt":
        return token(_attribute(inner))
    if key == "Ref" and isinstance(inner, str):
        return token(inner)
    return token(key) if key == "Ref" or key.startswith("Fn::") else None


def _attribute(value: object) -> str:
    """``Pay`` of ``Pay.Arn``; every other attribute keeps its name."""
    parts = value if isinstance(value, list) else str(value).split(".")
    return ".".join(part for part in parts if isinstance(part, str)).removesuffix(".Arn")


def _plain(text: str) -> str:
    return _UNFIT.sub("_", text)

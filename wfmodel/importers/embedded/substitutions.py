"""``${...}`` as one plain token of the same length: no quote, brace, blank or colon inside.

So positions stay right, a quote in ``${var.names["pay"]}`` does not end the JSON text around it,
and the colons of ``${AWS::Region}`` do not divide the ARN that it is a part of.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

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


def of_texts(value: object, given: Mapping[str, str]) -> object:
    """A value whose texts have the given substitutions filled in; depth is bounded by reading."""
    if not given:
        return value
    if isinstance(value, str):
        return _SIMPLE.sub(lambda match: given.get(match[1], match[0])[:_LONGEST], value)
    if isinstance(value, dict):
        return {key: of_texts(inner, given) for key, inner in value.items()}
    if isinstance(value, list):
        return [of_texts(inner, given) for inner in value]
    return value


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

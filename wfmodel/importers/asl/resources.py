"""A Resource says who does the work: this file alone turns it into service, action and pattern.

>>> read_resource("arn:aws:states:::dynamodb:putItem", {})
Resource(service='dynamodb', action='putItem', callback=False)
>>> read_resource("arn:aws:states:::lambda:invoke", {"FunctionName": "${Pay}"})
Resource(service='Pay', action='invoke', callback=False)

Sources: AWS Step Functions Developer Guide, "Integrating services" (optimized and SDK integrations,
patterns ``.sync`` and ``.waitForTaskToken``); Amazon States Language specification, "Task State".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

UNKNOWN_SERVICE: Final = "unknown-service"
"""Service of a task whose Resource says nothing (an expression, an empty text)."""

_SUBSTITUTION: Final = re.compile(r"\$\{([^{}]*)\}")
_INVOKED: Final = {
    ("lambda", "invoke"): "FunctionName",
    ("states", "startExecution"): "StateMachineArn",
    ("sfn", "startExecution"): "StateMachineArn",
}
"""Integrations that call one participant by name: the service is that participant."""

_CALLBACK: Final = "waitForTaskToken"
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class Resource:
    """Who does a task's work, what it is called, and whether its completion comes from outside."""

    service: str
    action: str | None = None
    callback: bool = False


def read_resource(resource: object, payload: object) -> Resource:
    """Service and action of a task; ``payload`` is its Parameters or Arguments.

    Never fails: what says nothing is ``UNKNOWN_SERVICE``.
    """
    text = _plain(resource)
    parts = text.split(":")
    if len(parts) < 6 or parts[0] != "arn":
        return Resource(_name(text))
    kind, rest = parts[2], parts[5:]
    if kind == "states" and rest[0] != "activity" and len(rest) > 1:
        return _integration(rest, payload)
    if rest[0] in ("function", "activity", "task") and len(rest) > 1:
        return Resource(_name(rest[1]), "invoke" if rest[0] == "function" else rest[0])
    return Resource(_name(":".join(rest)))


def _integration(rest: list[str], payload: object) -> Resource:
    """``lambda:invoke``, ``aws-sdk:s3:getObject``, ``batch:submitJob.sync``, ``…sync:2``."""
    if rest[0] == "aws-sdk" and len(rest) > 2:
        rest = rest[1:]
    service, (action, _, pattern) = rest[0], rest[1].partition(".")
    field = _INVOKED.get((service, action))
    if field is not None and isinstance(payload, Mapping):
        service = _participant(payload.get(field)) or service
    return Resource(_name(service), _name(action) if action else None, pattern == _CALLBACK)


def _participant(value: object) -> str | None:
    """A function or machine by name, ARN or substitution; None where data decide."""
    text = _plain(value)
    if not text or text.startswith(("$.", "$$", "{%")):
        return None
    parts = text.split(":")
    if parts[0] == "arn" and len(parts) >= 7:
        return parts[6]
    return text


def _plain(value: object) -> str:
    """The text of a value; CloudFormation's Ref, Fn::GetAtt and Fn::Sub give the name inside."""
    if isinstance(value, Mapping) and len(value) == 1:
        inner: Any = next(iter(value.values()))
        value = inner[0] if isinstance(inner, list | tuple) and inner else inner
    return value.strip() if isinstance(value, str) else ""


def _name(text: str) -> str:
    """``${X}`` is X; ``${X}:live`` and the like keep only X."""
    found = _SUBSTITUTION.search(text)
    name = found.group(1).strip() if found else text.removesuffix(":$LATEST")
    return name[:_LONGEST_NAME] or UNKNOWN_SERVICE

"""Names that have a value in some places only: ``$$``, ``$`` and the parts of ``$states``.

In JSONata ``$states.result`` is there once a Task, Parallel or Map has succeeded,
``$states.errorOutput`` in Catch. There is no document, so neither ``$`` nor ``$$`` nor a plain name
begins a path.
JSONPath's ``$$`` is the context object; JSONata's is ``$states.context``.

Sources: Amazon States Language specification, "Reserved variable: $states", "JSONata"; AWS Step
Functions Developer Guide, "Transforming data with JSONata", "Passing data between states with
variables".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from wfmodel.importers.asl.catalogue import (
    RESERVED_VARIABLE,
    UNAVAILABLE_NAME,
    UNKNOWN_ERROR,
    UNKNOWN_FUNCTION,
)
from wfmodel.importers.asl.expressions import names_at_the_top
from wfmodel.importers.asl.values import JSONATA, is_expression, is_substitution, parts_in, shown
from wfmodel.importers.asl.walk import PROCESSORS, StatePlace, entries_of
from wfmodel.model.findings import Finding
from wfmodel.model.source import Path
from wfmodel.model.spelling import did_you_mean, nearest

_LITERAL: Final = re.compile(
    r"\"(?:[^\"\\]|\\.)*+(?:\"|\\?\Z)|'(?:[^'\\]|\\.)*+(?:'|\\?\Z)|`[^`]*+(?:`|\Z)"
    r"|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)",
    re.DOTALL,
)
"""One that does not end goes on to the text's: so no end is looked for twice."""
_STATES: Final = re.compile(r"\$states\s*\.\s*(\w+)")
_ROOT: Final = re.compile(r"\$\$(?!\w)")
_DOCUMENT: Final = re.compile(r"\s*\$(?=\s*(?:$|\.|\[))")
_EVAL: Final = re.compile(r"\$eval\s*\(")
_EVERYWHERE: Final = frozenset({"input", "context"})
_PARTS: Final = (*sorted(_EVERYWHERE), "result", "errorOutput")
_WITH_RESULT: Final = ("Task", "Parallel", "Map")
_AFTER: Final = ("Output", "Assign")
LONGEST_VARIABLE: Final = 80

FUNCTIONS: Final = frozenset(
    [
        "abs", "append", "assert", "average", "base64decode", "base64encode", "boolean", "ceil",
        "clone", "contains", "count", "decodeUrl", "decodeUrlComponent", "distinct", "each",
        "encodeUrl", "encodeUrlComponent", "error", "eval", "exists", "filter", "floor",
        "formatBase", "formatInteger", "formatNumber", "fromMillis", "join", "keys", "length",
        "lookup", "lowercase", "map", "match", "max", "merge", "millis", "min", "not", "now",
        "number", "pad", "parseInteger", "power", "random", "reduce", "replace", "reverse",
        "round", "shuffle", "sift", "single", "sort", "split", "spread", "sqrt", "string",
        "substring", "substringAfter", "substringBefore", "sum", "toMillis", "trim", "type",
        "uppercase", "zip", "hash", "parse", "partition", "range", "uuid",
    ]
)  # fmt: skip
"""Functions of JSONata 2.0.6, and, as the last five, those of Step Functions."""

ERRORS: Final = frozenset(
    f"States.{name}"
    for name in [
        "ALL", "BranchFailed", "DataLimitExceeded", "ExceedToleratedFailureThreshold",
        "HeartbeatTimeout", "Http.Socket", "IntrinsicFailure", "ItemReaderFailed",
        "NoChoiceMatched", "ParameterPathFailure", "Permissions", "QueryEvaluationError",
        "ResultPathMatchFailure", "ResultWriterFailed", "Runtime", "TaskFailed", "Timeout",
    ]
)  # fmt: skip
"""Reserved names of errors (AWS Step Functions Developer Guide, "Error names"); besides them
``States.Http.StatusCode.`` with a number."""

_CALL: Final = re.compile(r"\$(\w+)\s*\(")
_BOUND: Final = re.compile(r"\$(\w+)\s*:=|(?:function|λ)\s*\(([^()]*)\)")
_STATUS: Final = re.compile(r"States\.Http\.StatusCode\.\d{3}")


def reserved_findings(place: StatePlace) -> Iterator[Finding]:
    """Names without a value in the expressions of a state, and variables that cannot be."""
    for value, path in _assignments(place):
        yield from _variables(value, path, place.language)
    if place.language != JSONATA:
        return
    for name, value in place.value.items():
        if name not in ("Branches", *PROCESSORS, "Comment"):
            yield from _expressions(value, (*place.path, name), place)


def error_findings(places: list[StatePlace]) -> Iterator[Finding]:
    """Reserved names of errors in Retry and Catch that neither AWS nor a Fail state raises."""
    named = (place.value.get("Error") for place in places if place.kind == "Fail")
    raised = {error for error in named if isinstance(error, str)}
    for place in places:
        for name, path in _caught(place):
            if _is_unknown(name) and name not in raised:
                help = did_you_mean(name, ERRORS)
                yield UNKNOWN_ERROR.at(path, f"there is no error {shown(name)}", help=help)


def _caught(place: StatePlace) -> Iterator[tuple[str, Path]]:
    for entry, where in entries_of(place.value, "Retry", "Catch"):
        names = entry.get("ErrorEquals")
        for number, name in enumerate(names if isinstance(names, list | tuple) else ()):
            if isinstance(name, str):
                yield name, (*place.path, *where, "ErrorEquals", number)


def _is_unknown(name: str) -> bool:
    reserved = name.startswith("States.") and not is_substitution(name)
    return reserved and name not in ERRORS and not _STATUS.fullmatch(name)


def _assignments(place: StatePlace) -> Iterator[tuple[Mapping[str, Any], Path]]:
    for part, where in ((place.value, ()), *entries_of(place.value, "Catch", "Choices")):
        value = part.get("Assign")
        if isinstance(value, Mapping) and not is_substitution(value):
            yield value, (*place.path, *where, "Assign")


def _variables(value: Mapping[str, Any], path: Path, language: str) -> Iterator[Finding]:
    for key in value:
        name = str(key) if language == JSONATA else str(key).removesuffix(".$")
        if name == "states":
            yield RESERVED_VARIABLE.at((*path, str(key)), "no variable can be called 'states'")
        elif not 0 < len(name) <= LONGEST_VARIABLE:
            message = f"a variable has 1 to {LONGEST_VARIABLE} characters; got {shown(name)}"
            yield RESERVED_VARIABLE.at((*path, str(key)), message)
        elif not (name.replace("-", "_").isidentifier() or is_substitution(name)):
            # AWS's guide leaves no room for "-" either, yet other checkers take it: a doubt.
            message = f"a variable has letters, digits and _, no digit first; got {shown(name)}"
            yield RESERVED_VARIABLE.at((*path, str(key)), message)


def _expressions(value: object, path: Path, place: StatePlace) -> Iterator[Finding]:
    for part, at in parts_in(value, path):
        if is_expression(part):
            yield from _names(str(part)[2:-2], at, _available(place, at))


def _available(place: StatePlace, at: Path) -> frozenset[str]:
    """The parts of ``$states`` that have a value at a path of a state."""
    inside = at[len(place.path) :]
    if inside[0] in _AFTER and place.kind in _WITH_RESULT:
        return _EVERYWHERE | {"result"}
    if inside[0] == "Catch" and len(inside) > 2 and inside[2] in _AFTER:
        return _EVERYWHERE | {"errorOutput"}
    return _EVERYWHERE


def _names(text: str, at: Path, available: frozenset[str]) -> Iterator[Finding]:
    plain = _LITERAL.sub('""', text)
    if _ROOT.search(plain):
        message = f"$$ has no value in JSONata of a state; in {shown(text.strip())}"
        yield UNAVAILABLE_NAME.at(at, message, help="the context object is $states.context")
    elif _DOCUMENT.match(plain):
        message = f"$ has no value outside of a filter or function; in {shown(text.strip())}"
        yield UNAVAILABLE_NAME.at(at, message, help="the state's input is $states.input")
    for name in names_at_the_top(text.strip()):
        meant = f"$states.input.{name}" if name.isidentifier() else f"$states.input.`{name}`"
        message = (
            f"{shown(name)} has no value at the top of an expression; in {shown(text.strip())}"
        )
        yield UNAVAILABLE_NAME.at(at, message, help=f"in the state's input it is {meant}")
    if _EVAL.search(plain):
        yield UNAVAILABLE_NAME.at(at, "Step Functions has no $eval", help="$parse reads JSON text")
    for name in _unknown_functions(plain):
        likely = nearest(name, FUNCTIONS)
        help = f"did you mean '${likely}'?" if likely else ""
        yield UNKNOWN_FUNCTION.at(at, f"JSONata has no function ${name}", help=help)
    for name in dict.fromkeys(_STATES.findall(plain)):
        if name in available:
            continue
        if name in _PARTS:
            message = f"$states.{name} has no value here"
            where = "Catch" if name == "errorOutput" else "a Task, Parallel or Map"
            yield UNAVAILABLE_NAME.at(
                at, message, help=f"it is there in Output and Assign of {where}"
            )
        else:
            help = did_you_mean(name, _PARTS, f"it has {', '.join(_PARTS)}")
            yield UNAVAILABLE_NAME.at(at, f"$states has no {name!r}", help=help)


def _unknown_functions(plain: str) -> list[str]:
    """Functions that are called, but neither built in nor bound in the expression."""
    called = [name for name in dict.fromkeys(_CALL.findall(plain)) if name not in FUNCTIONS]
    if not called:
        return []
    bound = {
        name
        for one, parameters in _BOUND.findall(plain)
        for name in (one, *re.findall(r"\w+", parameters))
    }
    return [name for name in called if name not in bound]

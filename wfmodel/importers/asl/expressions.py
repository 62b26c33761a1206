"""Whether a JSONata expression or an intrinsic function is well-formed.

JSONata is parsed by ``jsonata-python``, never evaluated. Intrinsic functions are a small language
of their own: a name, and arguments that are paths, texts in single quotes, numbers or calls.

Source: AWS Step Functions Developer Guide, "Intrinsic functions for JSONPath"; jsonata.org.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from wfmodel.model.spelling import nearest

LONGEST: Final = 10_000
"""A longer expression is not parsed: it is taken as it is."""

_MANY: Final = 1000

FUNCTIONS: Final[Mapping[str, tuple[int, int, str]]] = {
    "States.Format": (1, _MANY, ""),
    "States.StringToJson": (1, 1, ""),
    "States.JsonToString": (1, 1, ""),
    "States.Array": (0, _MANY, ""),
    "States.ArrayPartition": (2, 2, "?n"),
    "States.ArrayContains": (2, 2, ""),
    "States.ArrayRange": (3, 3, "nnn"),
    "States.ArrayGetItem": (2, 2, "?n"),
    "States.ArrayLength": (1, 1, ""),
    "States.ArrayUnique": (1, 1, ""),
    "States.Base64Encode": (1, 1, ""),
    "States.Base64Decode": (1, 1, ""),
    "States.Hash": (2, 2, ""),
    "States.JsonMerge": (3, 3, ""),
    "States.MathRandom": (2, 3, "nnn"),
    "States.MathAdd": (2, 2, "nn"),
    "States.StringSplit": (2, 2, ""),
    "States.UUID": (0, 0, ""),
}
"""Name to fewest and most arguments, and which of them are numbers."""

Argument: TypeAlias = tuple[str, str]
"""What an argument is (a path, text, number, word or call), and how it is written."""

_PATH: Final = re.compile(r"\$\$?[A-Za-z0-9_]*(?:(?:\.\.?|\[).*)?", re.DOTALL)
_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\"""", re.DOTALL)
_BRACKETS: Final = re.compile(r"\[[^\[\]()]++\]|\([^()\[\]]*+\)")
_NO_NAME: Final = re.compile(r"[\s\[\]()]|\.{3}|\.$")
_HASHES: Final = ("MD5", "SHA-1", "SHA-256", "SHA-384", "SHA-512")
_ESCAPE: Final = re.compile(r"\\.", re.DOTALL)
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<name>States\.\w*)\s*\(|(?P<text>'(?:[^'\\]|\\.)*')|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>true|false|null)\b|(?P<path>\$(?:'[^']*'|\[(?:'[^']*'|[^\]'])*+\]|[^,()\s'])*)|(?P<sign>[,)]))"
)


def jsonata_tree(text: str) -> Any:  # noqa: ANN401 - a parser's node
    """The syntax tree of a JSONata expression.

    Raises:
        ValueError: the text is none; says why.
    """
    from jsonata import jexception, jsonata  # only where JSONata is used

    try:
        return jsonata.Jsonata(text).ast
    except jexception.JException as error:
        said = str(error)
        raise ValueError(said[:1].lower() + said[1:]) from None
    except RecursionError:
        raise ValueError("the expression is nested too deeply") from None
    except Exception as error:
        # Another's parser: on "!" it raises KeyError. Whatever it raises, it cannot read this.
        raise ValueError(f"it cannot be parsed ({type(error).__name__}: {error})") from None


@lru_cache(4096)
def jsonata_error(text: str) -> str | None:
    """What is wrong with a JSONata expression; None if nothing is."""
    if not text.strip():
        return "the expression is empty"
    if len(text) > LONGEST:
        return None
    try:
        jsonata_tree(text)
    except ValueError as error:
        return str(error)
    return None


@lru_cache(4096)
def names_at_the_top(text: str) -> tuple[str, ...]:
    """Names in a JSONata expression that would be fields of a document around it, each once.

    Inside of a path, filter, sort or group there is a value that they are fields of; what functions
    and transforms do with theirs is not looked into. Of what is not JSONata nothing is said.
    """
    if len(text) > LONGEST:
        return ()
    try:
        waiting: list[Any] = [jsonata_tree(text)]
    except ValueError:
        return ()
    found = dict[str, None]()
    while waiting:
        node = waiting.pop()
        kind = getattr(node, "type", None)
        if kind == "path":
            waiting.append(node.steps[0])
        elif kind == "name":
            found[str(node.value)] = None
        elif kind not in (None, "lambda", "transform", "partial"):
            waiting += reversed(_parts_of(node))
    return tuple(found)


def _parts_of(node: Any) -> list[Any]:  # noqa: ANN401 - a parser's node
    """The parts of a node that are evaluated where it stands."""
    bound = node.type == "bind"
    parts = [] if bound else [node.lhs]
    parts += [node.rhs, node.expression, node.condition, node.then, node._else]
    for several in (node.expressions, node.arguments):
        parts += several or ()
    for pair in node.lhs_object or ():
        parts += pair
    return parts


def is_path(text: str) -> bool:
    """Whether a text is a JSONPath, as far as it can be told without a parser of filters: it does
    not end in the middle, as ``$.`` does, brackets are closed, and outside of them no name has a
    blank. In a regular expression of a filter anything may stand.
    """
    if _PATH.fullmatch(text) is None or "=~" in text or len(text) > LONGEST:
        return _PATH.fullmatch(text) is not None
    plain, before = _QUOTED.sub("_", text.strip()), ""
    while plain != before:
        plain, before = _BRACKETS.sub("_", plain), plain
    return _NO_NAME.search(plain) is None


@lru_cache(4096)
def intrinsic_error(text: str) -> str | None:
    """What is wrong with a call of an intrinsic function; None if nothing is."""
    if len(text) > LONGEST:
        return None
    stack: list[tuple[str, list[Argument]]] = [("", [])]
    at, wants_value = 0, True
    while at < len(text.rstrip()):
        token = _TOKEN.match(text, at)
        if token is None:
            return f"unexpected {text[at : at + 20].strip()!r}"
        at = token.end()
        if token["name"]:
            stack.append((token["name"], []))
            wants_value = True
        elif token["sign"] == ",":
            if wants_value or len(stack) == 1:
                return "an argument is missing before ','"
            wants_value = True
        elif token["sign"] == ")":
            if len(stack) == 1 or (wants_value and stack[-1][1]):
                return "an argument is missing before ')'" if len(stack) > 1 else "')' too many"
            name, arguments = stack.pop()
            wrong = _call_error(name, arguments) or _literal_error(name, arguments)
            if wrong is not None:
                return wrong
            stack[-1][1].append(("call", ""))
            wants_value = False
        elif not wants_value:
            return f"',' is missing before {token[0].strip()!r}"
        elif token["path"] and not is_path(token["path"]):
            return f"{token['path']!r} is no path"
        else:
            stack[-1][1].append(next(part for part in token.groupdict().items() if part[1]))
            wants_value = False
    return None if len(stack) == 1 and len(stack[0][1]) == 1 else "')' is missing"


def _call_error(name: str, arguments: list[Argument]) -> str | None:
    kinds = [kind for kind, _ in arguments]
    if name not in FUNCTIONS:
        meant = nearest(name, FUNCTIONS)
        return f"there is no function {name}" + (f"; did you mean {meant}?" if meant else "")
    fewest, most, wanted = FUNCTIONS[name]
    if not fewest <= len(kinds) <= most:
        count = str(fewest) if fewest == most else f"{fewest} or more"
        return f"{name} takes {count} argument{'' if fewest == 1 else 's'}; got {len(kinds)}"
    for number, (kind, want) in enumerate(zip(kinds, wanted, strict=False), 1):
        if want == "n" and kind in ("text", "word"):
            return f"argument {number} of {name} is a number or a path; got a {kind}"
    return None


def _literal_error(name: str, arguments: list[Argument]) -> str | None:
    """What is wrong with arguments that are written out: a value decides, not only its kind."""
    kind, written = arguments[1 if name == "States.Hash" else 0] if arguments else ("", "")
    if name == "States.Format" and kind == "text":
        holes = _ESCAPE.sub(" ", written).count("{}")
        if holes != len(arguments) - 1:
            given = len(arguments) - 1
            return f"States.Format has {holes} places ({{}}) and {given} values for them"
    if name == "States.Hash" and kind == "text" and written[1:-1] not in _HASHES:
        return f"States.Hash knows {', '.join(_HASHES)}; got {written}"
    if name == "States.JsonMerge" and arguments[2] == ("word", "true"):
        return "States.JsonMerge merges on the first level only: its last argument is false"
    return None

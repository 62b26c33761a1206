"""Inputs for readers that a whole machine seldom reaches: larger files, expressions, side files.

Each maker is a function from a generator and seed texts to a name's ending and a text; ``trial``
knows by the ending what to read it as.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

from tests.importers.containers import CONTAINERS

Maker = Callable[[random.Random], tuple[str, str]]

ANNOTATIONS = ".annotations.yaml"
SUPPRESSIONS = ".suppressions.yaml"
CONFIGURATION = ".toml"
BASELINE = ".baseline.json"

_GUARD = (
    *("x", "y.z", "a[0].b", "total", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and"),
    *("or", "not", "(", ")", "[", "]", "3", "-1", "1e400", "'a'", '"toy-*"', "true", "null", ","),
    *("present(x)", "is_null(", "matches(x, 'a*')", "opaque('w')", "lambda: 0", "x[1:2]", "f'{x}'"),
    *("0x", "\\", "é", "**", ":=", "await x", "...", "1_0", "b'a'", "9" * 5000),
)
_JSONATA = (
    *("$x", "$states.input", "a.b", "[", "]", "(", ")", "{", "}", "{%", "%}", "and", "or", "in"),
    *("=", "!=", "<", ">", "'a'", '"b"', "3", "-", "?", ":", ":=", "function($a){$a}", "~>", "|"),
    *("$count(", "$sum(", "/a+/", "/(", "*", "**", "%", "^(>a)", "&", ",", "\\u", "/* c", "`"),
)
_INTRINSIC = (
    *("States.Format(", "States.Array(", "States.", ")", "'a{}'", "$.x", "$$", ",", "'", "\\'"),
    *("States.UUID()", "(", "$.a[?(@.b==1)]", "1", "null", "{", "}", "é"),
)
_HCL = (
    *("${", "}", "<<EOF\n", "EOF\n", "<<-X", "jsonencode(", "(", ")", "[", "]", "{", "=", "\n"),
    *('"', "#", "//", "/*", "*/", "resource ", '"aws_sfn_state_machine" ', "for x in y : ", "?"),
    *("%{ if x }", "\\", "é", "null", "1e9", "definition = ", "templatefile(", "dynamic "),
)
_TOML = """\
select = ["W", "S110"]
extend-select = []
ignore = ["unused-workflow"]
level = "warning"
exclude = ["vendor/", "**/x[", "a**b"]
baseline = "b.json"
choreography = "thin"
[severity]
half-done-end = "error"
[[per-path]]
path = "legacy/**"
ignore = ["D103"]
severity = {W2 = "warning"}
"""
_BASELINE = """\
{"version": 1, "findings": [
 {"code": "S110", "file": "w", "pointer": "/a", "fingerprint": "00", "count": 1}]}
"""
_SUPPRESSED = """\
suppressions:
  - {rule: S110, at: /States/B, reason: later}
  - {rule: W, reason: ''}
"""
_NOTES = """\
name: n
services: {bank: {capacity: 4}}
data: {x: {type: number, values: [1, 2]}}
states:
  A:
    service: bank
    effect: pivot
    duration: {distribution: lognormal, median: 300ms, p99: 2s}
    failures: {CardDeclined: {kind: business, probability: 0.02}}
    compensation: {retry: {attempts: null}, reads: [x]}
    items: 3
    events: {Yes: 0.5}
"""
_MACHINE = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "B"},
        "B": {"Type": "Pass", "End": True},
    },
}


def machine_text() -> str:
    """The machine beside which side files stand."""
    return json.dumps(_MACHINE, indent=1)


def soup(rng: random.Random, words: tuple[str, ...]) -> str:
    """Some words of a language in no order."""
    return rng.choice((" ", " ", "")).join(rng.choices(words, k=rng.randint(1, 12)))


def mangled(rng: random.Random, text: str, pieces: tuple[str, ...]) -> str:
    """Characters cut, doubled, put in."""
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 3, 40)))
        text = text[:start] + rng.choice(("", text[start:end] * 2, rng.choice(pieces))) + text[end:]
    return text


def container(rng: random.Random) -> tuple[str, str]:
    """A larger file with a machine in it, mangled within or around."""
    kind = rng.choice(list(CONTAINERS.values()))
    inner = machine_text()
    if rng.random() < 0.3:
        inner = json.dumps({**_MACHINE, "Comment": soup(rng, _HCL)})
    text = kind.write(inner)
    if rng.random() < 0.8:
        text = mangled(rng, text, _HCL)
    return f".{kind.file.rpartition('/')[2]}", text


def guard(rng: random.Random) -> tuple[str, str]:
    """Guards that may mean nothing."""
    branches = [{"next": "b", "guard": soup(rng, _GUARD)} for _ in range(rng.randint(1, 3))]
    kinds = ("number", "string", "boolean", "any", "array")
    data = {name: {"type": rng.choice(kinds), "input": True} for name in "xy"}
    states = {"a": {"kind": "choice", "branches": branches}, "b": {"kind": "final"}}
    whole = {"name": "g", "initial": "a", "states": states}
    return ".json", json.dumps(whole | ({"data": data} if rng.random() < 0.5 else {}))


def expression(rng: random.Random) -> tuple[str, str]:
    """Expressions of Amazon States Language that may mean nothing."""
    jsonata = rng.random() < 0.6
    said = f"{{% {soup(rng, _JSONATA)} %}}" if jsonata else soup(rng, _INTRINSIC)
    one = {"Condition": said} if jsonata else {"Variable": said, "StringEquals": said}
    states = {
        "A": {"Type": "Choice", "Choices": [{**one, "Next": "B"}], "Default": "B"},
        "B": {"Type": "Pass", "End": True},
    }
    states["B"]["Output" if jsonata else "Parameters"] = {"x.$": said, "y": said}
    states["B"]["Assign"] = {"v": said}
    language = "JSONata" if jsonata else "JSONPath"
    return ".asl.json", json.dumps({"StartAt": "A", "QueryLanguage": language, "States": states})


_COMMENTS = ("# wfmodel: ignore[S110] x", "# wfmodel:", "[", "]", "ignore-file[W", "#", "\n", "W2,")
_PIECES = ("{", "}", "[", "]", ":", ",", '"', "'", "\n", "1", "-", "null", "true", "\u2028", "[[")


def suppressed(rng: random.Random) -> tuple[str, str]:
    """A workflow full of comments that suppress."""
    text = "name: o\ninitial: a\nstates:\n  a: {kind: final}\n  b: {kind: final}\n"
    return ".yaml", mangled(rng, text, _COMMENTS)


def side(ending: str, text: str) -> Maker:
    """Mangled files of one kind that stand beside a definition."""
    return lambda rng: (ending, mangled(rng, text, _PIECES))


MAKERS: tuple[Maker, ...] = (
    *(container, container, container, guard, guard, expression, expression, suppressed),
    side(CONFIGURATION, _TOML),
    side(BASELINE, _BASELINE),
    side(SUPPRESSIONS, _SUPPRESSED),
    side(ANNOTATIONS, _NOTES),
)

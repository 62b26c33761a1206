"""Files that nobody would write: mutated ones, and odd ones made from nothing. All from a seed."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from tests.fuzz import commands
from tests.fuzz.readers import MAKERS

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("WFMODEL_CORPUS", ROOT.parent / "shared" / "corpus"))
ENDINGS = (".yaml", ".json", ".asl.json", ".tf", ".template.yaml")

WORDS = (
    *(
        "name",
        "initial",
        "states",
        "kind",
        "task",
        "choice",
        "parallel",
        "wait",
        "receive",
        "final",
    ),
    *(
        "next",
        "on",
        "default",
        "branches",
        "guard",
        "when",
        "regions",
        "join",
        "siblings",
        "copies",
    ),
    *("for_each", "events", "timeout", "retry", "attempts", "backoff", "failures", "compensation"),
    *(
        "compensates",
        "effect",
        "pivot",
        "rollback",
        "workflow",
        "workflows",
        "data",
        "reads",
        "writes",
    ),
    *("StartAt", "States", "Type", "Task", "Choice", "Parallel", "Map", "Next", "End", "Catch"),
    *(
        "Retry",
        "Choices",
        "Variable",
        "Condition",
        "Resource",
        "QueryLanguage",
        "JSONata",
        "Assign",
    ),
    *(
        "Resources",
        "Properties",
        "DefinitionString",
        "Fn::Sub",
        "Fn::Join",
        "choreography",
        "services",
    ),
    *("reactions", "outcomes", "publishes", "# wfmodel: ignore[W2]", "question", "setting"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 1e308, -1e308, 10**30, 0.5, "", " ", "a", "a" * 3000),
    *("1s", "-1s", "1e9d", "{% $x %}", "{% ((( %}", "$.a[?(@.b)]", "$", "x > 3", "not not x"),
    *("opaque('a')", "(" * 150, "\u202e", "\x00", "\ud7ff", "ä" * 50, [], {}, [[]], {"": {}}),
)
PIECES = (
    "{",
    "}",
    "[",
    "]",
    ":",
    "-",
    '"',
    "'",
    "\n",
    "  ",
    "&a ",
    "*a",
    "!!python/object:x ",
    "#",
)


def seeds() -> list[str]:
    """Texts to begin with: the models, and the corpus where it is."""
    files = [*ROOT.glob("models/**/*.yaml"), *ROOT.glob("models/**/*.json")]
    files += sorted(CORPUS.glob("asl/**/*.json"))[:60] if CORPUS.is_dir() else []
    return [file.read_text(encoding="utf-8") for file in sorted(files)]


def inputs(seed: int) -> Iterator[tuple[str, str]]:
    """Name and text of files, for ever; the n-th depends on the seed only."""
    texts = seeds()
    number = 0
    while True:
        rng = random.Random(f"{seed}/{number}")
        kind = rng.random()
        if kind < 0.4:
            ending, text = rng.choice(MAKERS)(rng)
        elif kind > 0.95:
            ending, text = rng.choice(commands.MAKERS)(rng)
        else:
            make = rng.choice((_mangled, _restructured, _restructured, _odd, _odd_machine))
            ending, text = rng.choice(ENDINGS), make(rng, texts)
        yield f"{seed}-{number}{ending}", text
        number += 1


def _mangled(rng: random.Random, texts: list[str]) -> str:
    """Characters cut, doubled, put in."""
    text = rng.choice(texts)
    for _ in range(rng.randint(1, 6)):
        a, b = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
        b = min(b, a + rng.choice((1, 3, 40, 400)))
        new = rng.choice(("", text[a:b] * 2, rng.choice(PIECES), str(rng.choice(WORDS))))
        text = text[:a] + new + text[b:]
    return text


def _restructured(rng: random.Random, texts: list[str]) -> str:
    """Parts of the structure replaced, renamed, taken away, or put elsewhere."""
    try:
        data = yaml.safe_load(rng.choice(texts))
    except yaml.YAMLError:
        return "{}"
    for _ in range(rng.randint(1, 4)):
        holders = list(_holders(data))
        if not holders:
            break
        holder = rng.choice(holders)
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            continue
        key, how = rng.choice(keys), rng.randrange(5)
        if how == 0:
            holder[key] = deepcopy(rng.choice(VALUES))
        elif how == 1:
            del holder[key]
        elif how == 2 and isinstance(holder, dict):
            holder[rng.choice(WORDS)] = holder.pop(key)
        elif how == 3 and isinstance(holder, dict):
            holder[rng.choice(WORDS)] = deepcopy(rng.choice(VALUES))
        else:
            holder[key] = json.loads(json.dumps(rng.choice(holders), default=str))
    return _written(rng, data)


def _holders(data: Any) -> Iterator[Any]:
    stack = [data]
    while stack:
        part = stack.pop()
        if isinstance(part, dict | list):
            yield part
            stack += part.values() if isinstance(part, dict) else part


def _written(rng: random.Random, data: Any) -> str:
    if rng.random() < 0.5:
        return json.dumps(data, default=str)
    return str(yaml.safe_dump(json.loads(json.dumps(data, default=str)), allow_unicode=True))


def _odd(rng: random.Random, texts: list[str]) -> str:
    """A workflow of the right shape whose names lead anywhere."""
    data = _machine(rng, 3)
    data["name"] = "odd"
    if rng.random() < 0.5:
        data["workflows"] = {name: _machine(rng, 1) for name in ("w0", "w1")}
    return _written(rng, data)


def _name(rng: random.Random) -> str:
    return rng.choice(("s0", "s1", "s2", "s3", "s4", "s5", "rollback", "nowhere"))


def _machine(rng: random.Random, depth: int) -> dict[str, Any]:
    count = rng.randint(0, 6)
    return {
        "initial": _name(rng),
        "states": {f"s{number}": _state(rng, depth) for number in range(count)},
    }


def _state(rng: random.Random, depth: int) -> dict[str, Any]:
    kinds = ["task", "task", "task", "choice", "wait", "receive", "final", "workflow"]
    kind = rng.choice([*kinds, "parallel", "parallel"] if depth else kinds)
    state: dict[str, Any] = {"kind": kind}
    if kind not in ("final", "choice", "receive") and rng.random() < 0.9:
        state["next"] = _name(rng)
    if kind == "task":
        state |= {"service": rng.choice("ab"), "effect": rng.choice(_EFFECTS)}
        if rng.random() < 0.5:
            state["failures"] = {"f": {"kind": rng.choice(("business", "transient"))}}
            state["on"] = {rng.choice(("f", "failure", "timeout", "g")): _name(rng)}
        if rng.random() < 0.3:
            state["timeout"] = "1s"
        if rng.random() < 0.3:
            state["compensates"] = _name(rng)
        elif rng.random() < 0.4:
            state["compensation"] = {"action": "u", "reads": [rng.choice("xyz")]}
        if rng.random() < 0.3:
            state["retry"] = {"attempts": rng.choice((None, 1, 3))}
        state["reads"], state["writes"] = [rng.choice("xyz")], [rng.choice("xyz")]
    elif kind == "choice":
        guards = ("x > 3", "x <= 3", "y == 'a'", "x > y", "matches(z, 'a*')", "true", "opaque('w')")
        state["branches"] = [
            {"next": _name(rng), "guard": rng.choice(guards)} for _ in range(rng.randint(1, 4))
        ]
        if rng.random() < 0.5:
            state["default"] = _name(rng)
    elif kind == "wait":
        state["duration"] = rng.choice(("0s", "1h"))
    elif kind == "receive":
        state["events"] = {"e": {"next": _name(rng)}}
    elif kind == "workflow":
        state["workflow"] = rng.choice(("w0", "w1", "w2"))
    elif kind == "parallel":
        regions = [_machine(rng, depth - 1) for _ in range(rng.randint(1, 3))]
        state |= {"regions": regions, "join": rng.choice(("all", "any", 1))}
        state["on"] = {"failure": _name(rng)}
    return state


_EFFECTS = ("none", "compensatable", "pivot", "retriable")


def _odd_machine(rng: random.Random, texts: list[str]) -> str:
    """The same in Amazon States Language."""
    return json.dumps(_asl(rng, 2))


def _asl(rng: random.Random, depth: int) -> dict[str, Any]:
    return {
        "StartAt": _name(rng),
        "QueryLanguage": rng.choice(("JSONPath", "JSONata")),
        "States": {f"s{number}": _asl_state(rng, depth) for number in range(rng.randint(0, 5))},
    }


def _asl_state(rng: random.Random, depth: int) -> dict[str, Any]:
    kind = rng.choice(("Task", "Choice", "Parallel", "Map", "Wait", "Pass", "Succeed", "Fail"))
    state: dict[str, Any] = {"Type": kind}
    if kind not in ("Choice", "Succeed", "Fail"):
        state |= {"Next": _name(rng)} if rng.random() < 0.8 else {"End": True}
    if kind == "Task":
        state["Resource"] = "arn:aws:states:::lambda:invoke"
        state["Retry"] = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": rng.choice((0, 3, -1))}]
        state["Catch"] = [{"ErrorEquals": [rng.choice(("States.ALL", "E"))], "Next": _name(rng)}]
    elif kind == "Choice":
        tests = (
            {"Variable": "$.x", "NumericGreaterThan": 3},
            {"Variable": "$.x", "StringMatches": "a*"},
            {"And": [{"Variable": "$.x", "IsPresent": True}]},
            {"Condition": rng.choice(("{% $x > 3 %}", "{% $count($x) %}", "{% ( %}"))},
        )
        state["Choices"] = [{**rng.choice(tests), "Next": _name(rng)} for _ in range(2)]
    elif kind == "Parallel":
        state["Branches"] = [_asl(rng, depth - 1) for _ in range(2)] if depth else []
    elif kind == "Map":
        state["ItemProcessor"] = _asl(rng, depth - 1) if depth else {}
    elif kind == "Wait":
        state["Seconds"] = rng.choice((1, -1, "{% 1 %}"))
    return state

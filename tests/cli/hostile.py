"""Definitions whose every name is hostile, and what a terminal, a runner and a page may not see."""

from __future__ import annotations

import csv
import io
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

MODELS: Final = Path(__file__).parents[2] / "models"
KINDS: Final = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>",
    "controls": "\x1b[31mred\x1b]0;title\x07\x9b31m\x00\x08\x7f\x85\r\x1b]8;;http://evil\x1b\\",
    "unseen": "a\u202etxt.exe\u2066\u200b\u2028\u2029\ufeff\u200d\u3164\u034f\U000e0041x",
    "newlines": "a\n```\n<b>out</b>\n| x | y |\n::error file=x::no\n##[stop-commands]t\n# big\n",
    "markdown": "x | y ](http://evil) ![i](http://evil/i.png) \\| `code` ```` **b** <u>u</u> ~~s~~",
    "markup": "[bold red]x[/bold red] [link=http://evil]y[/link] [/] [@click=app.quit] :smile:",
    "mathtext": "refund $5 or $10 { $\\foo$ $x^$ \\$",
    "commands": "##[stop-commands]t ##vso[task.prependpath]/evil ::stop-commands::x ##teamcity[a]",
    "everything": " [/]|`</b><b onclick=x>##[a]"
    "\x1b[31m\u202e\x9b\n::error::x\n```\n| y |\n](http://e) $\\b$ {0}",
    "placeholders": "{0} %s %(x)d ${{ secrets.X }} $(id) `id` {{ 7*7 }}",
}
"""What is put behind each name."""

FIRST: Final = {
    "at the start": "::stop-commands::tok ",
    "formula": '=HYPERLINK("http://evil";"x")',
    "dashes": "--- # > - 1. ",
    "underscore": "_",
    "code": "    ",
}
"""What is put before each name."""


def named(kind: str, word: str) -> str:
    """A name of that kind."""
    return f"{FIRST[kind]}{word}" if kind in FIRST else f"{word}{KINDS[kind]}"


def write(folder: Path, kind: str) -> None:
    """``w.json`` and ``s.json``."""

    def n(word: str) -> str:
        return named(kind, word)

    workflow = {
        "name": n("order"),
        "description": n("what"),
        "initial": n("reserve"),
        "services": {n("stock"): {"capacity": 2}, n("bank"): {}},
        "data": {n("cart"): {"type": "object", "input": True}, n("slip"): {"type": "string"}},
        "states": {
            n("reserve"): {
                "kind": "task",
                "service": n("stock"),
                "action": n("take"),
                "duration": {"distribution": "exponential", "mean": "50ms"},
                "effect": "compensatable",
                "compensation": {"action": n("release"), "idempotent": True},
                "failures": {n("none"): {"kind": "business", "probability": 0.3}},
                "on": {n("none"): "rollback"},
                "reads": [n("cart")],
                "writes": [n("slip")],
                "next": n("choose"),
            },
            n("choose"): {
                "kind": "choice",
                "service": n("bank"),
                "branches": [{"when": n("if"), "probability": 0.5, "next": n("charge")}],
                "default": n("charge"),
            },
            n("charge"): {
                "kind": "task",
                "service": n("bank"),
                "effect": "pivot",
                "idempotent": False,
                "duration": {"distribution": "exponential", "mean": "100ms"},
                "retry": {"attempts": 2},
                "failures": {
                    n("declined"): {"kind": "business", "probability": 0.2},
                    n("away"): {"kind": "transient", "probability": 0.1},
                },
                "on": {n("declined"): "rollback"},
                "timeout": "1s",
                "next": n("done"),
            },
            n("done"): {"kind": "final", "outcome": "succeeded"},
        },
    }
    (folder / "w.json").write_text(json.dumps(workflow, indent=1), encoding="utf-8")
    (folder / "s.json").write_text(json.dumps(_scenario(n), indent=1), encoding="utf-8")


def write_dag(folder: Path, kind: str) -> None:
    """``d.json``: a DAG as Airflow serialises it, its names and its tasks' hostile."""
    sound = json.loads((MODELS / "airflow-sales/workflow.json").read_text(encoding="utf-8"))
    ids = {each["__var"]["task_id"] for each in sound["dag"]["tasks"]}
    ids |= {sound["dag"]["dag_id"], sound["dag"]["description"], "transform"}

    def hostile(part: Any) -> Any:
        if isinstance(part, dict):
            return {hostile(key): hostile(value) for key, value in part.items()}
        if isinstance(part, list):
            return [hostile(each) for each in part]
        return named(kind, part) if isinstance(part, str) and part in ids else part

    text = json.dumps(hostile(sound), indent=1)
    (folder / "d.json").write_text(text, encoding="utf-8")


def write_reports(folder: Path, kind: str) -> None:
    """``old.html`` and ``new.html``: pages with nothing but data, each of its words hostile."""
    for name, mean in (("old", 0.1), ("new", 0.9)):
        data = _report(lambda word: named(kind, word), name, mean)
        text = json.dumps(data).replace("<", "\\u003c")
        page = f'<script type="application/json" id="report-data">{text}</script>'
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def _report(n: Any, which: str, mean: float) -> dict[str, Any]:
    value = {"mean": mean, "low": mean, "high": mean}
    metric = {"title": n("lost"), "unit": n("unit"), "better": "lower", "primary": True}
    verdict = {"difference": {**value, "verdict": n(which)}}
    return {
        "format": 1,
        **{each: n(f"{each} {which}") for each in ("wfmodel", "workflow", "question", "headline")},
        "seed": 1,
        "replications": 2,
        "variants": {n(which): 5},
        "metrics": {
            "lost": {**metric, "estimates": {n("mem"): value}, **verdict},
            "more": {**metric, "estimates": {n("mem"): value}, "primary": False},
        },
        "possible": {n("mem"): {n("lost"): n(which)}},
        "assumptions": {n("place"): [n("what"), n(which)]},
        "findings": [{"code": n("W1"), "severity": "error", "message": n(which)}],
    }


def _scenario(n: Any) -> dict[str, Any]:
    crashes = {"distribution": "exponential", "mean": "5s"}
    return {
        "question": n("why"),
        "description": n("more"),
        "workflow": "w.json",
        "variants": {
            n("mem"): {
                "design": "orchestration",
                "knobs": {"persistence": "memory", "publishing": "dual-write"},
            },
            n("cho"): {"design": "choreography", "knobs": {"persistence": "database"}},
        },
        "primary": ["lost", "consistency"],
        "setting": {
            "arrivals": {"every": {"distribution": "exponential", "mean": "1s"}},
            "horizon": "15s",
            "convergence": "30s",
            "faults": [
                {"kind": "crash", "target": "orchestrator", "every": crashes, "lasts": "2s"},
                {"kind": "crash", "target": n("bank"), "every": "6s", "lasts": "2s"},
            ],
        },
        "replications": 2,
        "what_ifs": 1,
        "seed": 1,
        "sources": {"setting.faults.0.every": n("log")},
        "experiment": {
            "factors": {
                n("gap"): {"path": "setting.faults.0.every", "low": "5s", "high": "20s"},
                n("net"): {"path": "setting.network", "levels": ["1ms", "10ms"]},
            },
            "responses": ["lost"],
            "plan": {"kind": "grid", "levels": 2},
            "replications": 2,
        },
    }


# -------------------------------------------------------------------------- what may not be seen

UNSEEN: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\U000e0000-\U000e0fff]"
)
OBEYED: Final = re.compile(r"^\s*::|##(?:\w*)\[")
FORMULA: Final = re.compile(r"\s*[=+@\-\t\r]")


def unseen(text: str) -> list[str]:
    """Lines with a character that drives a terminal or is not to be seen."""
    return [repr(line) for line in text.split("\n") if UNSEEN.search(line)]


def obeyed(text: str) -> list[str]:
    """Lines that a runner of GitHub, Azure or TeamCity takes for commands."""
    return [line for line in re.split(r"\r\n|\r|\n|\x85|\u2028", text) if OBEYED.search(line)]


def table_faults(page: str) -> Iterator[str]:
    """Rows of Markdown tables that have more or fewer cells than their head."""
    width = 0
    for line in outside_fences(page):
        cells = len(re.findall(r"(?:\\.|[^|\\])*(\|)", line)) if line.startswith("|") else 0
        if cells and width and cells != width:
            yield f"{width} cells, then {cells}: {line}"
        width = cells if not cells else width or cells


def outside_fences(page: str) -> Iterator[str]:
    """Lines of Markdown that are no code."""
    fence = ""
    for line in page.split("\n"):
        found = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line.strip() == fence else fence
        elif found:
            fence = found[0]
        else:
            yield line
    assert not fence, "a fence is left open"


def markdown_faults(page: str) -> Iterator[str]:
    """Elements and links in Markdown that its template does not have."""
    for line in outside_fences(page):
        words = re.sub(r"\\.", "", line)
        words = re.sub(r"(`+).*?(?<!`)\1(?!`)", "", words).replace("<code>", "")
        if re.search(r"<(?!/code>)|https?:/|\$", words):
            yield line
        if "](" in words and not re.fullmatch(r"!\[[^\[\]]*\]\([\w.%/-]+\.svg\)", words):
            yield line


class Elements(HTMLParser):
    """Collects what an HTML page may not have."""

    def __init__(self, digest: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.digest = digest
        self.script = False

    def handle_data(self, data: str) -> None:
        """Look at a script: none runs but the one whose digest the page names."""
        if self.script and _digest(data) != self.digest:
            self.faults.append(f"script {data}")
        self.script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        data_only = dict(attrs).get("type") == "application/json"
        self.script = tag == "script" and not data_only
        if tag in {"img", "iframe", "object", "b", "u"}:
            self.faults.append(tag)
        for name, value in attrs:
            linked = name in {"href", "src", "xlink:href"} and not (value or "").startswith("#")
            linked = linked and value != "data:,"  # a page without an icon of its own
            if name.startswith("on") or linked:
                self.faults.append(f"{tag} {name}={value}")


def html_faults(page: str) -> list[str]:
    """Elements and attributes that no template has."""
    named = re.search(r"script-src 'sha256-([^']*)'", page)
    parser = Elements(named[1] if named else "")
    parser.feed(page)
    return parser.faults


def _digest(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


def csv_faults(text: str) -> Iterator[str]:
    """Cells that a spreadsheet computes, and rows of another length than the head."""
    head, *rows = csv.reader(io.StringIO(text))
    for row in rows:
        if len(row) != len(head):
            yield f"{len(row)} cells: {row}"
    for cell in (cell for row in (head, *rows) for cell in row):
        try:
            float(cell)
        except ValueError:
            if FORMULA.match(cell):
                yield cell

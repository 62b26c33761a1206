"""What other programs hand over: report pages, serialised DAGs, properties, an editor's messages.

Each maker gives a name's ending and a text, as those of ``readers``; ``commands`` says which
command reads it. ``editor_session`` talks to the language server, in this process.
"""

from __future__ import annotations

import io
import json
import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.fuzz.readers import mangled

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ".page.html"
DAG: Final = ".dag.json"
PROPERTIES: Final = ".properties.yaml"
EDITOR: Final = ".editor.json"

_PIECES: Final = ("{", "}", "[", "]", ":", ",", '"', "<", "</script>", "1e999", "-1", "null", "\0")
_VALUE: Final = {"mean": 0.1, "low": 0.0, "high": 0.2}
REPORT: Final[dict[str, Any]] = {
    "format": 1,
    **dict.fromkeys(("wfmodel", "workflow", "question", "headline"), "x"),
    "seed": 1,
    "replications": 2,
    "variants": {"a": 5},
    "metrics": {
        "lost": {
            **{"title": "lost", "unit": "share", "better": "lower", "primary": True},
            **{"estimates": {"a": _VALUE}, "difference": {**_VALUE, "verdict": "a"}},
        }
    },
    "possible": {"a": {"lost": "yes"}},
    "assumptions": {"knobs": ["what", "why"]},
    "findings": [{"code": "W1", "severity": "error", "message": "m"}],
}
CLAIMS: Final = (
    *("never: lost", "finally: done", "always: x", "possible: not lost", "never: a and b", "never"),
    *("no property", "eventually: " + "(" * 200, "never: " + "not " * 900 + "lost", "\u202e", ""),
)
_METHODS: Final = (
    *("hover", "completion", "documentSymbol", "codeAction", "rename", "prepareRename"),
    *("definition", "references", "formatting", "foldingRange", "nothing"),
)
Altered = Callable[[random.Random, Any], Any]


def page(data: Any) -> str:
    """A report page with nothing but its data."""
    text = json.dumps(data).replace("<", "\\u003c")
    return f'<script type="application/json" id="report-data">{text}</script>'


def report_page(altered: Altered) -> Callable[[random.Random], tuple[str, str]]:
    """Pages whose data are not quite a report's."""

    def make(rng: random.Random) -> tuple[str, str]:
        text = page(altered(rng, REPORT))
        return PAGE, mangled(rng, text, _PIECES) if rng.random() < 0.3 else text

    return make


def serialised_dag(altered: Altered) -> Callable[[random.Random], tuple[str, str]]:
    """What Airflow might have written."""
    sound = json.loads((ROOT / "models/airflow-sales/workflow.json").read_text(encoding="utf-8"))

    def make(rng: random.Random) -> tuple[str, str]:
        text = json.dumps(altered(rng, altered(rng, sound)))
        return DAG, mangled(rng, text, _PIECES) if rng.random() < 0.2 else text

    return make


def properties(rng: random.Random) -> tuple[str, str]:
    """Claims, some of which can be asked."""
    claims = [
        {"name": f"p{number}", "claim": rng.choice(CLAIMS)} for number in range(rng.randint(0, 3))
    ]
    text = json.dumps(rng.choice(({"properties": claims}, claims, {"p": rng.choice(CLAIMS)})))
    return PROPERTIES, mangled(rng, text, _PIECES) if rng.random() < 0.5 else text


def editor(rng: random.Random) -> tuple[str, str]:
    """Messages of an editor that has lost its way."""
    where = {"uri": rng.choice(("file:///w.yaml", "untitled:1", "http://x", "", "file:///%00"))}
    place = {"line": rng.choice((0, 3, 10**9, -1)), "character": rng.choice((0, 7, 10**9, "x"))}
    text = mangled(rng, "name: o\ninitial: a\nstates:\n  a: {kind: final}\n", _PIECES)
    opened = {**where, "languageId": "yaml", "version": 1, "text": text}
    sent: list[Any] = [{"method": "textDocument/didOpen", "params": {"textDocument": opened}}]
    for number in range(rng.randint(1, 4)):
        asked = {"textDocument": where, "position": place, "newName": rng.choice(("b", "", "\n"))}
        method = f"textDocument/{rng.choice(_METHODS)}"
        sent.append({"id": number + 1, "method": method, "params": asked})
    rng.shuffle(sent)
    return EDITOR, json.dumps(sent)


def editor_session(text: str) -> bytes:
    """What the server says to an editor that sends these messages and leaves."""
    from wfmodel.cli.editor_check import EditorCheck
    from wfmodel.lsp.language_server import serve

    opening = {"id": 0, "method": "initialize", "params": {"capabilities": {}, "processId": None}}
    closing = [{"id": 99, "method": "shutdown"}, {"method": "exit"}]
    frames = bytearray()
    for message in (opening, {"method": "initialized", "params": {}}, *json.loads(text), *closing):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode("utf-8", "surrogatepass")
        frames += b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    target = _Kept()
    serve("0", EditorCheck(), io.BytesIO(bytes(frames)), target)
    return target.said


class _Kept(io.BytesIO):
    """A stream whose bytes outlive its end."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.gate = threading.Lock()

    def write(self, data: Any) -> int:
        with self.gate:
            self.said += bytes(data)
        return len(data)

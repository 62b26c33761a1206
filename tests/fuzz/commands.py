"""Scenarios, sweeps, choreographies, histories, checkpoints, command lines that nobody would write.

Each maker gives a name's ending and a text, as those of ``readers``; ``try_command`` runs the
command line on it, in this process, in a folder of its own.

Binary files are described: a list of edits to a sound one, each a share of its length and a byte.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import time
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from tests.fuzz import exchanges
from tests.fuzz.exchanges import DAG, EDITOR, PAGE, PROPERTIES
from tests.fuzz.readers import Maker, mangled
from wfmodel.cli import main

SCENARIO: Final = ".scenario.json"
SWEEP: Final = ".sweep.json"
CHOREOGRAPHY: Final = ".choreography.json"
HISTORY: Final = ".history"
CHECKPOINT: Final = ".checkpoint"
COMMAND: Final = ".command"
ENDINGS: Final = (
    *(SCENARIO, SWEEP, CHOREOGRAPHY, HISTORY, CHECKPOINT, COMMAND),
    *(PAGE, DAG, PROPERTIES, EDITOR),
)
FORESEEN: Final = {0, 1, 2}
"""Exit codes: 3 is a fault of the program."""
MOST_SECONDS: Final = 20.0

WORKFLOW: Final = """\
name: f
initial: a
states:
  a: {kind: task, service: s, duration: 1s, effect: compensatable, next: b,
      compensation: {action: u}, failures: {no: {kind: business, probability: 0.1}},
      on: {no: rollback}}
  b: {kind: choice, branches: [{next: c, probability: 0.5}], default: z}
  c: {kind: receive, events: {yes: {next: z, probability: 0.9}}, delay: 1s, timeout: 2s,
      on: {timeout: z}}
  z: {kind: final}
"""
_SCENARIO: Final[dict[str, Any]] = {
    "question": "?",
    "workflow": "w.yaml",
    "knobs": {"persistence": "database", "redelivery_timeout": "10s", "watchdog": "1m"},
    "variants": {"x": {"design": "choreography"}, "y": {"design": "orchestration"}},
    "setting": {
        "arrivals": {"at": ["0s", "1s"]},
        "horizon": "5s",
        "convergence": "1m",
        "network": {"distribution": "lognormal", "median": "5ms", "p99": "80ms"},
        "faults": [
            {"kind": "crash", "target": "s", "every": "5s", "lasts": "1s"},
            {"kind": "loss", "target": "*", "probability": 0.1},
        ],
    },
    "primary": ["lost"],
    "replications": 1,
    "what_ifs": 0,
}
_PLATFORM: Final[dict[str, Any]] = {
    **_SCENARIO,
    "knobs": {
        **{"poll": {"every": "1s", "of": "orchestrator"}, "order": "per-instance", "partitions": 2},
        **{"heartbeat": {"renewed": "1s", "lasts": "3s", "look": "1s"}, "interrupted": "fails"},
        **{"replicas": {"s": 2}, "lease": {"renewed": "1s", "lasts": "3s", "look": "1s"}},
        **{"max_deliveries": 3, "unhandled": "park", "connections": 2, "fenced": False},
        **{"custody": "link", "redelivery_look": "1s", "known_key": "answer"},
    },
    "setting": {
        **_SCENARIO["setting"],
        "faults_until": "end",
        "faults": [
            {"kind": "worker-crash", "target": "s", "every": "2s", "unseen": True},
            {"kind": "crash", "target": ["s", "orchestrator"], "together": True, "every": "3s",
             "lasts": "1s"},
            {"kind": "pause", "target": "s", "replica": 1, "at": ["2s"], "lasts": "1s"},
            {"kind": "restore", "target": "s", "at": ["3s"], "age": "1s"},
        ],
    },
}  # fmt: skip
_ENGINE: Final[dict[str, Any]] = {
    **{key: value for key, value in _SCENARIO.items() if key != "knobs"},
    "variants": {
        "x": {
            "design": "orchestration",
            "runtime": {"airflow": {"scheduler.scheduler_heartbeat_sec": 5}},
        },
        "y": {"design": "choreography", "runtime": "kafka"},
        "z": {"design": "choreography", "runtime": {"sqs": {"VisibilityTimeout": 30}}},
    },
}
_EXPERIMENT: Final[dict[str, Any]] = {
    "factors": {
        "crashes": {"path": "setting.faults.0.every", "low": "1s", "high": "9s", "scale": "log"},
        "design": {"path": "knobs.persistence", "levels": ["memory", "database"]},
    },
    "responses": ["lost"],
    "plan": {"kind": "latin-hypercube", "points": 4},
    "replications": 1,
    "threshold": {"factor": "crashes", "response": "lost", "first": 2, "most": 2},
}
_CHOREOGRAPHY: Final[dict[str, Any]] = {
    "choreography": "c",
    "workflow": "w.yaml",
    "events": {"asked": {"outside": "publishes"}, "done": {}},
    "services": {
        "s": {
            "initial": "idle",
            "states": {
                "idle": {"on": {"asked": {"to": "busy", "publishes": ["done"]}}},
                "busy": {},
            },
        }
    },
}
_ODD: Final[tuple[Any, ...]] = (
    *(None, True, 0, -1, 1, 2, 1e308, -1e308, 10**30, 0.5, "", "a", "0s", "1ns", "-1s", "1e9d"),
    *(
        "1s",
        "*",
        "s",
        "w.yaml",
        ".",
        "/",
        "../w.yaml",
        "\u202e",
        "\ud800",
        "\x00",
        [],
        {},
        [[]],
        {"": {}},
    ),
    *({"distribution": "exponential", "mean": "1ns"}, {"distribution": "weibull", "scale": "1s"}),
    {"distribution": "lognormal", "median": "1ns", "p99": "1000000d"},
    {"distribution": "weibull", "scale": "1s", "shape": 1e-300},
)
_WORDS: Final = (
    *("check", "rules", "draw", "schema", "explore", "hunt", "export", "simulate", "exact", "rare"),
    *("compare", "sweep", "report", "w.yaml", "s.json", "nowhere", ".", "-", "--", "", "\u202e"),
    *("runtimes", "init", "serialise", "explorer", "diff", "p.html", "d.py", "d.py:x"),
    *("--explain", "--model", "--run-airflow", "--since", "HEAD", "--walks", "9", "--instances"),
    *("--help", "--version", "--format", "json", "tla", "full", "--design", "choreography", "both"),
    *("--limit", "50", "--crash", "1", "-1", "1e9", "--seed", "--replications", "--jobs", "0"),
    *("--knob", "watchdog=1s", "watchdog=", "=", "--output", "o.svg", "o.md", "o.html"),
    *("/dev/null", "o/", "--out", "o", "--plan", "--threshold", "--resume", "--workers", "--json"),
    *("o.json", "--csv"),
    *("--follow", "h", "--save", "--instance", "7", "--property", "never: lost", "never", "--root"),
    *("--explore", "--checkpoint", "k", "--schedules", "2", "--seconds", "0.1", "--no-history"),
    *("--airflow", "--worker-crash", "--traces", "xes=o.xes", "csv=o.csv", "--worst", "lost"),
    *("--metric", "--assumptions", "csv", "md", "--quick", "--findings", "--focus", "a", "airflow"),
    *("--select", "W2", "W", "--exclude", "**", "--baseline", "--write-baseline", "--fix"),
)


def _altered(rng: random.Random, data: Any) -> Any:
    """Parts of the structure replaced, taken away or doubled."""
    data = deepcopy(data)
    for _ in range(rng.randint(1, 3)):
        holders = list(_holders(data))
        holder = rng.choice(holders)
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            continue
        key, how = rng.choice(keys), rng.randrange(4)
        if how == 0:
            del holder[key]
        elif how == 1 and isinstance(holder, dict):
            holder[str(rng.choice(_ODD))] = holder.pop(key)
        else:
            holder[key] = deepcopy(rng.choice(_ODD))
    return data


def _holders(data: Any) -> list[Any]:
    inner = data.values() if isinstance(data, dict) else data
    below = [found for part in inner if isinstance(part, dict | list) for found in _holders(part)]
    return [data, *below]


def _declared(ending: str, data: dict[str, Any]) -> Maker:
    def make(rng: random.Random) -> tuple[str, str]:
        text = json.dumps(_altered(rng, data))
        return ending, mangled(rng, text, ("{", "]", "1", '"')) if rng.random() < 0.2 else text

    return make


def _damaged(ending: str) -> Maker:
    def make(rng: random.Random) -> tuple[str, str]:
        edits = [(rng.random(), rng.randrange(256)) for _ in range(rng.randint(1, 4))]
        return ending, json.dumps({"edits": edits, "keep": rng.choice((1.0, 1.0, rng.random()))})

    return make


def _command(rng: random.Random) -> tuple[str, str]:
    return COMMAND, json.dumps(rng.choices(_WORDS, k=rng.randint(1, 7)))


MAKERS: Final[tuple[Maker, ...]] = (
    _declared(SCENARIO, _SCENARIO),
    _declared(SCENARIO, _PLATFORM),
    _declared(SCENARIO, _ENGINE),
    _declared(SWEEP, {**_SCENARIO, "experiment": _EXPERIMENT}),
    _declared(CHOREOGRAPHY, _CHOREOGRAPHY),
    _damaged(HISTORY),
    _damaged(CHECKPOINT),
    _command,
    exchanges.report_page(_altered),
    exchanges.serialised_dag(_altered),
    exchanges.properties,
    exchanges.editor,
)


class UnforeseenError(AssertionError):
    """A command ended as none may."""


def try_command(folder: Path, name: str, text: str) -> float:
    """Run the commands that read such a file; the slowest one's seconds of processor time.

    Raises:
        UnforeseenError: one ended with another exit code than a user may meet.
    """
    (folder / "w.yaml").write_text(WORKFLOW, encoding="utf-8")
    scenario = text if name.endswith((SCENARIO, SWEEP)) else json.dumps(_SCENARIO)
    (folder / "s.json").write_bytes(scenario.encode("utf-8", "surrogatepass"))
    (folder / "p.html").write_text(exchanges.page(exchanges.REPORT), encoding="utf-8")
    (folder / "d.py").write_text("x = 1\n", encoding="utf-8")
    slowest = _edit(text) if name.endswith(EDITOR) else 0.0
    for arguments in _calls(folder, name, text):
        start = time.process_time()
        code, err = called(folder, arguments)
        slowest = max(slowest, time.process_time() - start)
        if code not in FORESEEN or "Traceback" in err:
            raise UnforeseenError(f"wfmodel {arguments}: exit code {code}: {err[-400:]}")
        if slowest > MOST_SECONDS:
            raise UnforeseenError(f"wfmodel {arguments}: took {slowest:.1f} s")
    return slowest


def _edit(text: str) -> float:
    start = time.process_time()
    said = exchanges.editor_session(text)
    if any(word in said for word in (b"a fault of wfmodel", b"-32603")):
        raise UnforeseenError(said[-400:].decode(errors="replace"))
    return time.process_time() - start


def _calls(folder: Path, name: str, text: str) -> list[list[str]]:
    ending = next(each for each in ENDINGS if name.endswith(each))
    if ending in _READ_BY:
        file = folder / f"x{ending}"
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        given = _READ_BY[ending]
        return [[file.name if each == "FILE" else each for each in words] for words in given]
    if ending == EDITOR:
        return []
    if ending == SCENARIO:
        more = _ASKED[crc32(text.encode("utf-8", "surrogatepass")) % len(_ASKED)]
        return [["check", "s.json", "--no-cache"], ["simulate", "s.json"], more]
    if ending == SWEEP:
        return [["sweep", "s.json", "--plan"]]
    if ending == CHOREOGRAPHY:
        (folder / "c.json").write_bytes(text.encode("utf-8", "surrogatepass"))
        return [["check", "c.json", "--no-cache"]]
    if ending == HISTORY:
        (folder / "h").write_bytes(_edited(_sound_history(), text))
        return [["simulate", "--follow", "h"], ["simulate", "--follow", "h", "--instance", "1"]]
    if ending == CHECKPOINT:
        (folder / "k").write_bytes(_edited(_sound_checkpoint(), text))
        return [_EXPLORE]
    return [json.loads(text)]


_READ_BY: Final = {
    PAGE: (["diff", "p.html", "FILE"], ["diff", "FILE", "p.html", "--format", "html"]),
    DAG: (["check", "FILE", "--no-cache"], ["simulate", "FILE", "--airflow"]),
    PROPERTIES: (["explore", "w.yaml", "--properties", "FILE", "--limit", "300"],),
}
_ASKED: Final = (
    ["explore", "s.json", "--crash", "1", "--limit", "300", "--stories"],
    ["hunt", "s.json", "--walks", "5", "--limit", "300", "--out", "o"],
    ["export", "s.json", "--format", "tla", "--limit", "300", "--out", "o"],
    ["exact", "s.json", "--stages", "1", "--states", "500"],
    ["rare", "s.json", *("--stages", "1", "--walks", "10", "--repetitions", "2", "--look", "100")],
    ["compare", "s.json", "--jobs", "1", "--explore", "300", "--format", "md"],
    ["explorer", "s.json", "--explore", "300", "--instances", "5"],
    ["report", "s.json", "--quick", "--jobs", "1", "--explore", "300", "--output", "o.md"],
    ["draw", "w.yaml", "--findings", "--format", "dot"],
    ["compare", "s.json", "--jobs", "1", "--explore", "0", "--format", "csv"],
    ["compare", "s.json", "--jobs", "1", "--explore", "0", "--format", "json", "--assumptions"],
    ["simulate", "s.json", "--no-history"],
    ["simulate", "s.json", "--instance", "1", "--traces", "otlp=o", "--traces", "perfetto=p"],
    ["simulate", "s.json", "--worst", "lost", "--traces", "xes=o", "--traces", "csv=p"],
    ["explore", "s.json", "--worker-crash", "1", "--restore", "1", "--limit", "300"],
    ["export", "s.json", "--format", "promela", "--crash", "1", "--limit", "300", "--out", "o"],
)
"""What else reads a scenario: one of these for each."""

_EXPLORE: Final = [
    *("explore", "w.yaml", "--design", "choreography", "--crash", "1", "--engine", "plain"),
    *("--limit", "40", "--checkpoint", "k"),
]


def called(folder: Path, arguments: list[str]) -> tuple[object, str]:
    """Exit code and standard error of a command in a folder."""
    here, out, err = Path.cwd(), io.StringIO(), io.StringIO()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main(arguments)
    except SystemExit as request:
        return request.code or 0, err.getvalue()
    finally:
        os.chdir(here)


def _edited(sound: bytes, text: str) -> bytes:
    asked = json.loads(text)
    data = bytearray(sound)
    for share, byte in asked["edits"]:
        data[int(share * len(data))] = byte
    return bytes(data[: max(1, int(asked["keep"] * len(data)))])


@cache
def _sound_history() -> bytes:
    return _made(["simulate", "s.json", "--save", "made"])


@cache
def _sound_checkpoint() -> bytes:
    return _made([*_EXPLORE[:-1], "made"])


def _made(arguments: list[str]) -> bytes:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "w.yaml").write_text(WORKFLOW, encoding="utf-8")
        (folder / "s.json").write_text(json.dumps(_PLATFORM), encoding="utf-8")
        code, err = called(folder, arguments)
        if code not in (0, 2):  # 2: a search that its limit has ended leaves a checkpoint
            raise UnforeseenError(err)
        return (folder / "made").read_bytes()

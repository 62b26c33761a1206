"""The commands of a campaign: what each is given, and what must hold of its folder afterwards."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
MODEL: Final = ROOT / "models/order-fulfilment"
BROKEN: Final = ROOT / "models/broken-compensation/workflow.yaml"
OLD: Final = b"what was there before\n"
SETTING: Final = {
    "arrivals": {"every": "2s"},
    "horizon": "1m",
    "convergence": "2m",
    "faults": [{"kind": "crash", "every": "1m", "lasts": "5s"}],
}


@dataclass(frozen=True)
class Job:
    """A command, whose words are paths in its folder; ``again`` is what a user calls afterwards,
    and must leave what an undisturbed run leaves.
    """

    name: str
    words: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    """Files that existed before: afterwards the old ones, or the new ones, whole."""
    again: tuple[str, ...] = ()
    kept: str = ""
    """What an interrupted run leaves for the next one."""

    def prepare(self, folder: Path) -> None:
        """Make the folder's files."""
        shutil.copy(MODEL / "workflow.yaml", folder)
        factors = {
            "crashes": {
                "path": "setting.faults.0.every",
                "levels": [f"{n}s" for n in range(30, 90, 10)],
            }
        }
        scenario = {
            "question": "?",
            "workflow": "workflow.yaml",
            "setting": SETTING,
            "replications": 4,
            "what_ifs": 0,
            "primary": ["latency_p95"],
            "experiment": {"factors": factors, "responses": ["lost"], "replications": 2},
        }
        (folder / "scenario.json").write_text(json.dumps(scenario), encoding="utf-8")
        if self.name == "check":
            for number in range(24):
                shutil.copy(
                    ROOT / "models/broken-compensation/workflow.yaml", folder / f"w{number}.yaml"
                )
        for output in self.outputs:
            (folder / output).write_bytes(OLD)


SWEEP: Final = (
    "sweep",
    "scenario.json",
    "--workers",
    "2",
    "--out",
    "cells",
    "--json",
    "sweep.json",
)
EXPLORE: Final = (
    *("explore", "workflow.yaml", "--crash", "1", "--duplicate", "1", "--engine", "plain"),
    *("--design", "choreography", "--checkpoint", "kept", "--format", "json"),
)
JOBS: Final = (
    Job("sweep", SWEEP, ("sweep.json",), (*SWEEP, "--resume"), "cells"),
    Job("explore", EXPLORE, (), EXPLORE, "kept"),
    Job(
        "compare",
        ("compare", "scenario.json", "--jobs", "2", "--explore", "100", "--json", "compare.json"),
        ("compare.json",),
    ),
    Job(
        "report",
        ("report", "scenario.json", "--jobs", "2", "--explore", "100", "--output", "page.md"),
        ("page.md",),
    ),
    Job(
        "check",
        ("check", ".", "--jobs", "2", "--exit-zero", "--write-baseline", "--baseline", "b.json"),
        ("b.json",),
        ("check", ".", "--jobs", "2", "--exit-zero", "--format", "json"),
        "cache",
    ),
)

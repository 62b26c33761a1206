"""Runs SPIN over an export: how many states it stores, and in how many of them nothing can happen.

``-O0``: compiling what SPIN generates takes longer than running it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

MISSING = [name for name in ("spin", "gcc") if shutil.which(name) is None]
COMPILE = ["gcc", "-O0", "-w", "-DSAFETY", "-DNOREDUCE", "-DPRINTF", "-DVECTORSZ=4096"]
ENOUGH_SECONDS = 540


@dataclass(frozen=True)
class Found:
    """What SPIN says. ``ends`` counts them by class; ``errors`` are assertions that failed."""

    states: int
    errors: int
    ends: dict[str, int]


def check(text: str, folder: Path, *options: str) -> Found:
    """Generate a verifier, compile it, run it to the end, errors or none."""
    (folder / "system.pml").write_text(text, encoding="utf-8")
    _run(["spin", *options, "-a", "system.pml"], folder)
    _run([*COMPILE, "-o", "pan", "pan.c"], folder)
    said = _run(["./pan", "-E", "-c0", "-n", "-m1000000"], folder)
    assert "search not completed" not in said, said[-2000:]
    return Found(
        int(re.search(r"(\d+) states, stored", said).group(1)),
        int(re.search(r"errors: (\d+)", said).group(1)),
        dict(Counter(re.findall(r"^ *END (\S+)", said, re.MULTILINE))),
    )


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=ENOUGH_SECONDS, check=False
    )
    assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout

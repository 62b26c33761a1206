"""The tutorial is gone through as a reader does: files saved, commands typed, answers as shown."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "tutorial.md"
STEP = re.compile(r'^```(\w+)(?: title="([^"]*)")?\n(.*?)^```', re.M | re.S)
STATE = re.compile(r"(^  (\S+):\n(?:    .*\n)+)", re.M)
INSTALLS = "pip install"
THESE_STATES = ", these states"
GONE = "rejected"
"""The state that the page says to take out when the others are changed."""


def steps() -> Iterator[tuple[str, str, str]]:
    """Language, title and text of each block, in order."""
    for match in STEP.finditer(PAGE.read_text(encoding="utf-8")):
        yield match[1], match[2] or "", match[3]


def typed(command: str, folder: Path) -> str:
    """What a command line says; it may find something, and must not fail otherwise."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout + done.stderr


def plain(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]


def saved(title: str, text: str, folder: Path) -> None:
    """A file as the page says it is saved; of a changed one, the states that it shows."""
    path = folder / title.removesuffix(THESE_STATES)
    if title.endswith(THESE_STATES):
        old = path.read_text(encoding="utf-8")
        for state, name in STATE.findall(text):
            old = re.sub(rf"^  {name}:\n(?:    .*\n)+", state, old, flags=re.M)
        text = re.sub(rf"^  {GONE}:.*\n", "", old, flags=re.M)
    path.write_text(text, encoding="utf-8")


def test_whoever_follows_the_tutorial_has_a_report(tmp_path):
    kinds = []
    for language, title, text in steps():
        kinds.append(language)
        if language == "yaml":
            saved(title, text, tmp_path)
        elif language == "console":
            command, _, shown = text.removeprefix("$ ").partition("\n")
            assert plain(typed(command, tmp_path)) == plain(shown), command
        elif INSTALLS not in text:
            for command in text.strip().splitlines():
                typed(command, tmp_path)
    assert set(kinds) == {"sh", "yaml", "console"}
    assert "<svg" in (tmp_path / "claim.svg").read_text(encoding="utf-8")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Should an orchestrator keep the state of a claim" in page

"""docs/bugs-of-others.md: its commands say what it says; bugs are found, and gone when mended."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from tests.cli.test_command_line import call
from wfmodel.experiments import load_scenario

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "bugs-of-others.md").read_text(encoding="utf-8")
FOLDERS = sorted(path for path in (ROOT / "models" / "bugs").iterdir() if path.is_dir())
BLOCKS = re.findall(r"^```console\n\$ wfmodel (.*?)\n(.*?)^```", PAGE, re.M | re.S)
MOST_LINES = 40
"""Of a folder, whether of Python or of YAML."""
FOUND = {"check": 1, "explore": 1, "simulate": 0}
"""Exit codes of commands that find the bug; ``simulate`` shows it."""


def is_mended(command: str) -> bool:
    return any(word in command for word in ("--design fixed", "/fixed.yaml", "system.py:fixed"))


def trimmed(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("command", "shown"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_a_command_of_the_page_says_what_the_page_says(command, shown, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)
    cache = ("--no-cache",) if words[0] == "check" else ()
    code, out, err = call(capsys, *words, *cache)
    assert code == (0 if is_mended(command) else FOUND[words[0]])
    assert trimmed(out) + trimmed(err) == trimmed(shown)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_every_bug_is_told_found_and_proven_gone(folder):
    about = [command for command, _ in BLOCKS if f"models/bugs/{folder.name}/" in command]
    assert f"`models/bugs/{folder.name}`" in PAGE
    assert {is_mended(command) for command in about} == {False, True}
    mended = [shown for command, shown in BLOCKS if command in about and is_mended(command)]
    assert all("violated" not in shown and "undecided" not in shown for shown in mended)
    files = [path for path in folder.iterdir() if path.is_file()]
    lines = [len(path.read_text(encoding="utf-8").splitlines()) for path in files]
    assert sum(lines) <= MOST_LINES


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("models/bugs/*/scenario.yaml")), ids=lambda path: path.parent.name
)
def test_a_mended_variant_alone_is_not_warned_of(path):
    text = path.read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    assert list(data["variants"]) == ["bug", "fixed"]
    del data["variants"]["bug"]
    assert load_scenario(path, yaml.safe_dump(data)).findings == ()

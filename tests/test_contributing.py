"""Whoever carries on finds what CONTRIBUTING.md names: files, targets, variables, hooks."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))

FOLDERS = (
    "wfmodel/",
    "tests/",
    "docs/",
    "models/",
    "benchmarks/",
    ".ci/",
    ".pre-commit",
    ".github/",
)
TOUCHED = ("rule", "fault", "knob", "metric", "distribution", "design", "importer", "command")


def paths_in(text: str) -> set[str]:
    """Files and folders between backticks, and in commands."""
    words = {word for span in re.findall(r"`([^`\n]+)`", text) for word in span.split()}
    words |= {
        word for block in re.findall(r"```sh\n(.*?)```", text, re.S) for word in block.split()
    }
    return {word for word in words if word.startswith(FOLDERS)}


def targets() -> set[str]:
    [line] = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.M)
    return set(line.split())


def test_every_file_that_is_named_is_there():
    named = paths_in(PAGE)
    assert len(named) > 80
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("what", TOUCHED)
def test_each_kind_of_change_has_its_way(what):
    [section] = re.findall(rf"^### An? {what}\n(.*?)(?=^### |\Z)", PAGE, re.M | re.S)
    assert len({path for path in paths_in(section) if path.startswith("wfmodel/")}) >= 2


def test_every_target_is_described_at_the_head_of_the_makefile():
    head = MAKEFILE.split("\n\n", 1)[0]
    assert set(re.findall(r"^#   make (\w+) +\w", head, re.M)) == targets()


def test_every_target_that_is_named_exists():
    named = set(re.findall(r"(?:`|^)make (\w+)", PAGE, re.M))
    assert {"demo", "test", "format", "lint", "check", "docs"} <= named <= targets()


def test_variables_of_the_tests_are_in_the_table_and_no_others():
    read = re.compile(r"environ(?:\.get\(|\[)\"((?:WFMODEL|HYPOTHESIS)_\w+)\"")
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py"))
    used = {name for text in tests for name in read.findall(text)}
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.M)) == used


def test_names_in_tests_that_are_to_be_extended_exist():
    spin = (ROOT / "tests" / "exploration" / "test_spin.py").read_text(encoding="utf-8")
    assert {"SMALL", "LARGE"} <= set(re.findall(r"^([A-Z]+) = \[", spin, re.M))
    for file in ("model/test_distributions.py", "agreement/dressed.py"):
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(r"^FAMILIES\b", text, re.M)


def test_the_repositorys_own_hooks_are_those_of_make_lint():
    [repository] = HOOKS["repos"]
    assert repository["repo"] == "local"
    entries = {hook["id"]: shlex.split(hook["entry"]) for hook in repository["hooks"]}
    assert [*entries] == ["ruff-format", "ruff-check", "lint"]
    assert entries["ruff-format"][:2] == [".venv/bin/ruff", "format"]
    assert entries["ruff-check"][:2] == [".venv/bin/ruff", "check"]
    assert entries["lint"] == ["make", "lint"]
    recipe = MAKEFILE.split("\nlint:", 1)[1].split("\n\n", 1)[0]
    for tool in ("ruff format", "ruff check", "mypy"):
        assert f"$(BIN)/{tool}" in recipe
    assert all(hook["language"] == "system" for hook in repository["hooks"])


def test_hooks_leave_alone_what_the_settings_exclude(tmp_path):
    """A hook names files; what pyproject.toml excludes is not touched all the same."""
    ruff = ROOT / ".venv" / "bin" / "ruff"
    if not ruff.exists():
        pytest.skip("needs the environment that make has made")
    entry = shlex.split(HOOKS["repos"][0]["hooks"][0]["entry"])
    notebook = "notebooks/01-declare-draw-check.ipynb"
    command = [*entry, "--check", notebook]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

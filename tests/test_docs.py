"""What documentation shows is true: links lead somewhere, examples run, names exist."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest

import wfmodel
from tests.generated import SURROUNDINGS
from wfmodel.checks import check_result
from wfmodel.cli.app import COMMANDS
from wfmodel.designs import Knobs
from wfmodel.designs.faults import FaultKind
from wfmodel.experiments import Scenario, load_scenario
from wfmodel.simulation import Setting
from wfmodel.wording.surroundings_page import knobs_table, with_tables

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        ROOT / "CONTRIBUTING.md",
        *ROOT.glob("docs/**/*.md"),
    ]
)
PAGES += sorted([*ROOT.glob("models/**/README.md"), ROOT / "reports" / "README.md"])
WRITTEN_BY_HAND = [page for page in PAGES if "rules" not in page.relative_to(ROOT).parts]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def name(page: object) -> str:
    return str(page.relative_to(ROOT)) if isinstance(page, Path) else ""


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path):
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    links = re.findall(r"\]\(([^)\s]+)\)", text)
    local = [link.split("#")[0] for link in links if not link.startswith(("http", "#"))]
    assert [link for link in local if not (page.parent / link).exists()] == []


WORKFLOWS = [
    pytest.param(page, block, id=f"{name(page)}-{number}")
    for page in WRITTEN_BY_HAND
    for number, block in enumerate(blocks(page, "yaml"))
    if re.search("^initial:", block, re.M) and "asl" not in page.name
]


@pytest.mark.parametrize(("page", "block"), WORKFLOWS)
def test_workflows_in_pages_have_no_findings(page: Path, block: str):
    result = wfmodel.load(f"{page.stem}.yaml", text=block)
    assert [f.message for f in check_result(result) if f.severity != "info"] == []


def test_workflows_are_shown():
    assert len(WORKFLOWS) >= 4


@pytest.mark.parametrize(
    ("page", "block"),
    [
        pytest.param(page, block, id=f"{name(page)}-{number}")
        for page in WRITTEN_BY_HAND
        for number, block in enumerate(blocks(page, "python"))
    ],
)
def test_python_in_pages_runs(page: Path, block: str):
    done = subprocess.run(
        [sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_scenarios_in_their_page_are_sound(tmp_path: Path):
    shutil.copytree(ROOT / "models" / "order-fulfilment", tmp_path / "models" / "order-fulfilment")
    (tmp_path / "docs").mkdir()
    order = (ROOT / "models" / "order-fulfilment" / "workflow.yaml").read_text(encoding="utf-8")
    (tmp_path / "docs" / "workflow.yaml").write_text(order, encoding="utf-8")
    found = blocks(ROOT / "docs" / "scenarios.md", "yaml")
    assert found
    for block in found:
        loaded = load_scenario(tmp_path / "docs" / "scenario.yaml", block, root=tmp_path)
        assert [each.message for each in loaded.findings] == []


def test_the_experiment_in_its_page_runs(tmp_path: Path):
    [block] = blocks(ROOT / "docs" / "sweeps.md", "yaml")
    shutil.copy(ROOT / "models" / "order-fulfilment" / "workflow.yaml", tmp_path)
    file = tmp_path / "scenario.yaml"
    file.write_text(block, encoding="utf-8")
    for options in (["--plan"], ["--out", str(tmp_path / "results")], ["--threshold"]):
        command = [sys.executable, "-m", "wfmodel", "sweep", str(file), "--workers", "1", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "results" / "results.parquet").exists()


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("python.md", wfmodel.__all__),
        ("faults-and-knobs.md", [field.name for field in fields(Knobs)]),
        ("faults-and-knobs.md", [kind.value for kind in FaultKind]),
        ("scenarios.md", [field.name for field in fields(Scenario)]),
        ("sweeps.md", ["path", "levels", "scale", "whole", "times"]),
        ("scenarios.md", [field.name for field in fields(Setting)]),
    ],
)
def test_tables_name_every_key_and_no_other(page: str, names: list[str]):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert [each for each in names if f"\n| `{each}` |" not in text] == []


def test_the_tables_of_knobs_and_faults_are_current():
    text = SURROUNDINGS.read_text(encoding="utf-8")
    assert with_tables(text) == text, "make docs"


def test_defaults_in_the_table_of_knobs_are_those_of_the_code():
    shown = dict(re.findall(r"^\| `(\w+)` \| `?([\w.-]+)`?", knobs_table(), re.M))
    knobs = Knobs()
    for each in fields(Knobs):
        value = getattr(knobs, each.name)
        if isinstance(value, bool | StrEnum):
            assert shown[each.name] == str(value).lower()


def test_every_command_is_in_the_page_of_commands():
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    assert [each for each in COMMANDS if f"`wfmodel {each}" not in text] == []


def test_what_the_readme_shows_of_the_checker_is_what_it_says():
    [shown] = [b for b in blocks(ROOT / "README.md", "console") if "wfmodel check" in b]
    command, *lines = shown.strip().splitlines()
    done = subprocess.run(
        [sys.executable, "-m", *command.removeprefix("$ ").split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() + done.stderr.splitlines() == lines

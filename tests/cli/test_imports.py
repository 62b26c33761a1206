"""What a command imports before it answers: start-up time, counted and not timed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = Path(__file__).parents[2] / "models" / "order-fulfilment" / "workflow.yaml"
PROGRAM = """
import json, sys
from wfmodel.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    print(json.dumps(sorted(sys.modules)))
"""
HEAVY = ("numpy", "scipy", "networkx", "matplotlib", "multiprocessing", "wfmodel.simulation")


def imported(folder: Path, *line: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *line],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / MODEL.name).write_bytes(MODEL.read_bytes())
    return tmp_path


def test_help_reads_no_model_of_workflows(folder):
    found = imported(folder, "--help")
    assert found.isdisjoint({*HEAVY, "yaml", "wfmodel.model.workflow", "wfmodel.checks.policy"})
    assert len([each for each in found if each.startswith("wfmodel.")]) <= 25


def test_a_check_imports_the_rules_and_nothing_that_runs(folder):
    found = imported(folder, "check", MODEL.name)
    assert "wfmodel.checks.rule_registry" in found
    assert found.isdisjoint(HEAVY)


def test_an_answer_that_is_stored_needs_neither_rules_nor_the_model(folder):
    imported(folder, "check", MODEL.name)
    found = imported(folder, "check", MODEL.name)
    unneeded = {"yaml", "wfmodel.model.workflow", "wfmodel.checks.rule_registry"}
    assert found.isdisjoint({*HEAVY, *unneeded})
    assert len([each for each in found if each.startswith("wfmodel.")]) <= 60

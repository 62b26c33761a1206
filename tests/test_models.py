"""Every model is what its folder says: loads, checks as expected, draws, and runs both ways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.agreement.worlds import EACH
from wfmodel.checks import check_workflow
from wfmodel.designs.history import Kind
from wfmodel.diagrams import mermaid
from wfmodel.importers import load_any
from wfmodel.model import Severity, locate_findings
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration
from wfmodel.simulation import Arrivals, Setting, simulate

MODELS = Path(__file__).parents[1] / "models"
FOLDERS = sorted(
    path for path in MODELS.iterdir() if path.is_dir() and list(path.glob("workflow.*"))
)


def workflow_file(folder: Path) -> Path:
    """The workflow itself, not the annotations beside it."""
    return next(p for p in sorted(folder.glob("workflow.*")) if "annotations" not in p.name)


def found_in(folder: Path) -> list[dict[str, object]]:
    """Code and line of every warning and error."""
    result = load_any(workflow_file(folder))
    findings = list(result.findings)
    if result.workflow is not None:
        findings += locate_findings(check_workflow(result.workflow), result.document)
    bad = [f for f in findings if f.severity is not Severity.INFO]
    return [
        {"code": f.code, "line": f.span.line if f.span else 0}
        for f in sorted(bad, key=lambda f: (f.span.line if f.span else 0, f.code))
    ]


def test_there_are_at_least_eight_models():
    assert len(FOLDERS) >= 8


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_checker_says_what_is_expected(folder):
    expected = json.loads((folder / "expected-findings.json").read_text(encoding="utf-8"))
    assert found_in(folder) == expected
    assert bool(expected) == folder.name.startswith("broken")
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_model_draws(folder):
    workflow = load_any(workflow_file(folder)).workflow
    assert workflow is not None
    assert mermaid(workflow).startswith("stateDiagram-v2")


@pytest.mark.parametrize("make", EACH.values(), ids=EACH)
@pytest.mark.parametrize(
    "folder",
    [path for path in FOLDERS if path.name != "broken-structure"],
    ids=lambda path: path.name,
)
def test_every_instance_of_a_model_comes_to_a_verdict(folder, make):
    workflow = load_any(workflow_file(folder)).workflow
    assert workflow is not None
    setting = Setting(
        arrivals=Arrivals(every=Constant(parse_duration("10s")), most=40),
        horizon=parse_duration("1h"),
        convergence=parse_duration("90d"),
    )
    history = simulate(make(workflow, None), setting, seed=3)
    ended = {
        row.instance
        for row in history
        if row.kind == Kind.COMMIT and history.views[row.participant][row.a].status.is_final
    }
    assert len(ended) == history.instances() == 40

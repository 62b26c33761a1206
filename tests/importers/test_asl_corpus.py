"""Published definitions: each imports or says why not, with a place, and none makes noise."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest

from tests.importers.corpus import FOLDER, ROOT, files, needs_corpus
from wfmodel.checks import check_result
from wfmodel.importers import load_any
from wfmodel.importers.asl.catalogue import PROBLEMS
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import build_flow

PUBLISHED = files("workflows-collection")
LABELLED = files("asl-validator")

NOT_IMPORTED = {
    # a value is missing: "Messages": "Messages.$": "$.Messages"
    "sfn-iot-data-analytics-dataset__statemachine__statemachine.asl.json": {"L105"},
    # QueryLanguage stands among the states, not beside them
    "shared-fallback-state-jsonata__statemachine__statemachine.asl.json": {"A105"},
}
"""Published files that are no Amazon States Language, and what is said of them."""

ACCEPTED = {
    # Blanks inside the marks: the specification asks for {% and %} at the ends, nothing else.
    "invalid-json-surround-syntax-extra-spaces.json",
    "invalid-jsonata-surround-syntax-no-spaces.json",
}
"""Definitions labelled invalid about which neither importer nor checker says anything."""


def found(path: Path) -> list[Finding]:
    """What the importer and the checker say."""
    return list(check_result(load_any(path)))


def defects(path: Path) -> list[str]:
    """Codes of warnings and errors."""
    return [f.code for f in found(path) if f.severity is not Severity.INFO]


@needs_corpus
@pytest.mark.parametrize("path", [*PUBLISHED, *LABELLED], ids=lambda path: path.name[:60])
def test_a_file_imports_or_says_why_not(path):
    result = load_any(path)
    assert all(finding.span is not None for finding in result.findings)
    errors = {f.code for f in result.findings if f.severity is Severity.ERROR} - {"A114"}
    assert (result.workflow is None) == bool(errors)
    if result.workflow is not None:
        assert len(build_flow(result.workflow).nodes) >= len(result.workflow.states)


@needs_corpus
def test_every_published_machine_imports_but_those_that_are_broken():
    refused = {
        path.name: {f.code for f in load_any(path).findings if f.severity is Severity.ERROR}
        for path in PUBLISHED
        if load_any(path).workflow is None
    }
    assert len(PUBLISHED) == 91
    assert refused == NOT_IMPORTED


@needs_corpus
def test_published_machines_make_no_noise():
    counts = [len(load_any(path).findings) for path in PUBLISHED]
    assert median(counts) <= 2
    loud = [
        path.name
        for path in PUBLISHED
        for f in load_any(path).findings
        if f.severity is not Severity.INFO and path.name not in NOT_IMPORTED
    ]
    assert loud == []


@needs_corpus
def test_what_the_checker_says_of_published_machines_was_read_and_is_true():
    said = {path.name.split("__")[0]: codes for path in PUBLISHED if (codes := defects(path))}
    assert said == {
        # a choice without default, and a value that no guard takes
        "lambda-orchestration-sam": ["S136"],
        "lambda-orchestration-tf": ["S136"],
        "sfn-continous-running-glue-workflow-tf": ["S136"],
        "uml-statemachine": ["S136"],
        "sfn-iot-data-analytics-dataset": ["L105"],
        "shared-fallback-state-jsonata": ["A105"],
    }
    assert median(len(defects(path)) for path in PUBLISHED) == 0


@needs_corpus
def test_definitions_labelled_valid_are_accepted():
    valid = [path for path in LABELLED if path.name.startswith("valid-")]
    assert len(valid) == 62
    assert [path.name for path in valid if load_any(path).workflow is None] == []
    errors = {p.name: [f.code for f in found(p) if f.severity is Severity.ERROR] for p in valid}
    assert [name for name, codes in errors.items() if codes] == []


@needs_corpus
def test_definitions_labelled_invalid_are_found():
    invalid = [path for path in LABELLED if path.name.startswith("invalid-")]
    assert len(invalid) == 50
    assert {path.name for path in invalid if not defects(path)} == ACCEPTED


@needs_corpus
def test_the_corpus_is_outside_of_the_repository():
    assert ROOT not in FOLDER.parents


def test_the_page_lists_every_finding_and_every_file_that_does_not_import():
    page = (ROOT / "docs" / "importing-asl.md").read_text(encoding="utf-8")
    for problem in PROBLEMS:
        row = f"| {problem.code} | `{problem.name}` | {problem.severity} | {problem.why} |"
        assert row in page
    for name in NOT_IMPORTED:
        assert f"`{name}`" in page
    evaluation = (ROOT / "docs" / "checker-evaluation.md").read_text(encoding="utf-8")
    for name in ACCEPTED:
        assert f"`{name}`" in evaluation

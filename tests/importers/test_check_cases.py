"""Reports about other checkers; the name says what is right: ``ok-`` no error, ``bad-`` one.

Cases of kinds are right where their fault is found, or where they have none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importers.corpus import FOLDER
from wfmodel.checks import check_result
from wfmodel.importers import load_all
from wfmodel.model.findings import Finding, Severity

CASES = FOLDER.parents[1] / "cases" / "check"
needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="no cases beside the corpus")

KINDS = {
    "04-map-tolerates-failures-in-loop.asl.json": [],
    "05-map-over-maybe-empty-list.asl.json": [],
    "06-map-all-failures-tolerated.asl.json": [],
    "07-pass-result-is-literal.asl.json": [],
    "08-retry-is-not-a-defect.asl.json": [],
    "09-definition-substitutions.yaml": [],
    "10-resource-dot.asl.json": [("A116", 1)],
    "10-resource-no-such-integration.asl.json": [("A160", 1)],
    "10-resource-two-colons.asl.json": [("A116", 1)],
    "10-resource-unsupported-pattern.asl.json": [("A161", 1)],
    "10-resource-word.asl.json": [("A116", 1)],
    "11-wait-timestamp.asl.json": [("A169", 1)],
    "12-express-callback.yaml": [("A165", 11)],
    "15-missing-definition-uri/template.yaml": [("A155", 6)],
    "16-missed-callback-without-token.asl.json": [("A164", 1)],
    "16-missed-credentials.asl.json": [("A103", 1), ("A104", 1)],
    "16-missed-distributed-without-execution-type.asl.json": [("A104", 1)],
    "16-missed-heartbeat-over-timeout.asl.json": [("A167", 1)],
    "16-missed-inline-item-reader.asl.json": [("A168", 1)],
    "16-missed-inputpath-intrinsic.asl.json": [("A110", 1)],
    "16-missed-itemspath-null.asl.json": [("A105", 1)],
    "16-missed-jsonata-erroroutput.asl.json": [("A166", 1)],
    "16-missed-jsonpath-under-jsonata.asl.json": [("A109", 1)],
    "16-missed-lambda-invoke-without-function.asl.json": [("A162", 1)],
    "16-missed-map-label.asl.json": [("A106", 1)],
    "17-yaml-merge-key.asl.yaml": [],
}
"""File to code and line of what is found, information apart."""


def said(path: Path) -> list[Finding]:
    """Errors and warnings of importer and checker."""
    found = (finding for result in load_all(path) for finding in check_result(result))
    return [finding for finding in found if finding.severity is not Severity.INFO]


@needs_cases
@pytest.mark.parametrize("name", KINDS)
def test_a_kind_of_fault_is_told(name):
    found = said(CASES / "kinds" / name)
    assert sorted((f.code, f.span.line) for f in found) == KINDS[name]


@needs_cases
@pytest.mark.parametrize("path", sorted(CASES.glob("reports/*")), ids=lambda path: path.name)
def test_a_report_is_judged_by_its_label(path):
    errors = [f for f in said(path) if f.severity is Severity.ERROR]
    assert bool(errors) == path.name.startswith("bad-")
    assert all(f.span is not None and f.span.line > 1 for f in errors)

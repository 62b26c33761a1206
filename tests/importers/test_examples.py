"""Every finding of reading has an example: the bad one has it where it says, the good one not."""

from __future__ import annotations

import re

import pytest

from tests.importers.corpus import ROOT
from wfmodel.checks import check_result
from wfmodel.checks.rule_pages import page_of
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.importers import Annotations, load_all
from wfmodel.importers.airflow.dag_findings import PROBLEMS as AIRFLOW
from wfmodel.importers.asl.catalogue import PROBLEMS
from wfmodel.importers.embedded.outer_findings import PROBLEMS as EMBEDDED
from wfmodel.importers.examples import Sample, examples
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.limits import NAMES

CODES = [*(problem.code for problem in (*PROBLEMS, *EMBEDDED, *AIRFLOW)), *NAMES]
TOO_LARGE = {"A113", "A152", "A205", "L101", "L102", "L103", "L104", "L107"}
"""What no short text shows: these pages have words."""
SHOWN = [code for code in CODES if code not in TOO_LARGE]
ABOUT_NOTES = {f"A{number}" for number in range(140, 146)}


def found(sample: Sample, folder) -> list[Finding]:
    """All that is said of a sample, as of files in a folder."""
    file = folder / ("m.tf" if sample.notation == "hcl" else "m.asl.yaml")
    file.write_text(sample.text, encoding="utf-8")
    notes = None
    if sample.annotations:
        notes = folder / "m.annotations.yaml"
        notes.write_text(sample.annotations, encoding="utf-8")
    return [f for result in load_all(file, notes) for f in check_result(result)]


def test_every_code_has_an_example_or_says_what_it_would_be():
    assert sorted(examples()) == sorted(CODES)
    for code, example in examples().items():
        assert (example.bad is None) == (code in TOO_LARGE)
        assert (example.good is None) == (code in TOO_LARGE)
        assert example.words or example.bad


@pytest.mark.parametrize("code", SHOWN)
def test_a_bad_example_has_the_finding_at_its_mark(code, tmp_path):
    bad = examples()[code].bad
    about = bad.annotations if code in ABOUT_NOTES else bad.text
    [line] = [n for n, text in enumerate(about.split("\n"), 1) if text.endswith("# here")]
    said = found(bad, tmp_path)
    lines = [f.span.line for f in said if f.code == code and f.span is not None]
    assert lines
    assert set(lines) <= {line, line + 1} if code == "L105" else set(lines) == {line}
    loud = {f.code for f in said if f.severity is not Severity.INFO}
    # The same name twice is wrong in itself, and what makes an annotation ambiguous.
    assert loud <= {code} | ({"A114"} if code == "A141" else set())


@pytest.mark.parametrize("code", SHOWN)
def test_a_good_example_has_neither_it_nor_a_defect(code, tmp_path):
    said = found(examples()[code].good, tmp_path)
    assert [f.code for f in said if f.code == code or f.severity is not Severity.INFO] == []


@pytest.mark.parametrize("code", CODES)
def test_the_page_of_a_code_shows_its_example(code):
    known = catalogue().find(code)
    page = page_of(known)
    assert page.startswith(f"# {known.name} ({code})\n")
    assert known.why in page
    for sample in (examples()[code].bad, examples()[code].good):
        assert sample is None or sample.text in page


def test_the_page_about_importing_leads_to_the_pages():
    text = (ROOT / "docs" / "importing-asl.md").read_text(encoding="utf-8")
    for name in re.findall(r"\(rules/asl/([\w-]+\.md)\)", text):
        assert (ROOT / "docs" / "rules" / "asl" / name).is_file()


def test_an_annotation_of_an_example_is_one():
    for example in examples().values():
        for sample in (example.bad, example.good):
            if sample is not None and sample.annotations:
                assert set(sample.annotations.split(":")[0].split()) <= set(
                    Annotations.__dataclass_fields__
                )

"""The committed reports are what the code makes (``make reports``)."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.model_reports import DEMO, REPORTS, ROOT, committed, compared, made, scenarios

BYTES = ("jinja2", "matplotlib", "numpy", "scipy")
"""Libraries whose versions decide about a page's bytes."""


def other_versions() -> str:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)$", text.lower(), re.M))
    return ", ".join(each for each in BYTES if version(each) != pins[each])


def test_each_scenario_has_a_report_and_each_report_a_scenario():
    assert {path.stem for path in REPORTS.glob("*.html")} == set(scenarios())


def test_they_are_small():
    sizes = {path.name: path.stat().st_size for path in REPORTS.glob("*.html")}
    assert {name: size for name, size in sizes.items() if size > 500_000} == {}


@pytest.mark.long  # and CI compares the demonstration's after making it
@pytest.mark.skipif(bool(other_versions()), reason=f"not as pinned: {other_versions()}")
@pytest.mark.parametrize("name", [each for each in scenarios() if each != DEMO])
def test_a_report_is_what_the_code_makes(name: str, tmp_path: Path):
    assert compared(made(name, tmp_path)) == compared(committed(name)), "run: make reports"

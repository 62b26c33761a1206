"""Published findings come out as published (``python -m benchmarks.published``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.published import Finding, findings

PAGE = Path(__file__).parents[2] / "docs" / "published.md"

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def found() -> list[Finding]:
    return list(findings())


def test_every_published_finding_comes_out(found: list[Finding]) -> None:
    assert [each.what for each in found if not each.holds] == []


def test_the_page_says_what_is_measured(found: list[Finding]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [each for each in found if f"| {' | '.join(each[:4])} | yes |" not in page] == []

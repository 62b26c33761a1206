"""Variants of what AWS takes and refuses, one a line of ``variants.jsonl``.

The name says what is right: ``ok-`` has no error, ``bad-`` has one, in a line that holds one of the
words in ``at`` or with a message that does.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wfmodel.checks import check_result
from wfmodel.importers import load_all
from wfmodel.model.findings import Finding, Severity

LINES = Path(__file__).with_name("variants.jsonl").read_text("utf-8").splitlines()
VARIANTS = {row["name"]: row for row in map(json.loads, LINES)}


def errors(file: Path) -> list[Finding]:
    found = (finding for result in load_all(file) for finding in check_result(result))
    return [finding for finding in found if finding.severity is Severity.ERROR]


def test_every_variant_has_a_name_of_its_own():
    assert len(VARIANTS) == len(LINES)


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_told(tmp_path, name: str):
    row = VARIANTS[name]
    file = tmp_path / f"it{row.get('ending', '.asl.json')}"
    text = row.get("text") or json.dumps(row["machine"], indent=1)
    file.write_text(text, "utf-8")
    found = errors(file)
    assert bool(found) == name.startswith("bad-"), found
    if "at" in row:
        lines, words = text.splitlines(), row["at"].split("|")
        places = [f"{lines[each.span.line - 1]} {each.message}" for each in found]
        assert any(word in place for place in places for word in words), places

"""What surrounds files is bounded too: settings, constants of a template, many files at once."""

from __future__ import annotations

import json
from types import FunctionType

import pytest

from wfmodel.checks.resolved_finding import Reported
from wfmodel.cli import check_configuration
from wfmodel.cli.check_configuration import read_configuration
from wfmodel.cli.check_file import check_one
from wfmodel.cli.check_report import Report
from wfmodel.cli.file_answer import FileCoverage, FileQuestion
from wfmodel.importers.embedded.substitutions import filled
from wfmodel.model.findings import Severity
from wfmodel.model.limits import MOST_BYTES


def test_a_key_of_many_parts_does_not_hold_up_the_check(monkeypatch, tmp_path):
    """The standard parser's time grows with the square of a key's parts: hours, for 4 MiB."""
    monkeypatch.setattr(check_configuration, "MOST_SECONDS", 0.05)
    file = tmp_path / "wfmodel.toml"
    file.write_text("a." * 20_000 + "a = 1\n")
    with pytest.raises(ValueError, match=r"wfmodel.toml: not read within 0.05 s"):
        read_configuration(str(file))


@pytest.mark.parametrize("text", ['{} = "x"', "jobs = 1\nexclude = '{}'"])
def test_what_a_configuration_says_wrong_is_quoted_in_short(text, tmp_path):
    file = tmp_path / "wfmodel.toml"
    file.write_text(text.format("a" * 100_000))
    with pytest.raises(ValueError, match="toml") as told:
        read_configuration(str(file))
    assert len(str(told.value)) < 1_000


def test_constants_make_no_more_text_than_a_file_may_be():
    constants = {"a": "\U0001f600" * 200, "b": "", "n": "7"}
    assert filled("x${a}${b}${c}", constants) == f"x{constants['a']}${{c}}"
    assert filled("${n}", constants) == "${n}"
    large = filled(["${a}" * 400_000, "${a}!"], constants)
    assert isinstance(large, list)
    assert MOST_BYTES <= sum(map(len, large)) < 2 * MOST_BYTES
    assert large[1] == "${a}!"


def test_a_scenario_is_checked_within_the_budget_of_a_file(tmp_path, monkeypatch):
    def endless(*_: object) -> None:
        while True:
            pass

    ours = FunctionType(endless.__code__, {"__name__": "wfmodel.some.reader"})
    monkeypatch.setattr("wfmodel.experiments.load_scenario", ours)
    file = tmp_path / "s.json"
    file.write_text(json.dumps({"question": "q", "setting": {}}))
    answer = check_one(str(file), FileQuestion(most_seconds=0.05))
    assert [each.code for each in answer.findings] == ["L102"]


def test_findings_of_many_files_are_looked_through_once():
    looked = 0

    class Counted(Reported):
        @property
        def where(self) -> str:
            nonlocal looked
            looked += 1
            return super().where

    def finding(file: str, line: int) -> Reported:
        ends = {"line": line, "column": 1, "end_line": line, "end_column": 2}
        return Counted(
            code="S101", name="n", severity=Severity.ERROR, message="m", file=file, **ends
        )

    report = Report()
    for number in range(50):
        again = [finding("shared", 1)]
        found = [finding(f"f{number}", line) for line in range(1, 11)]
        report.add(f"f{number}", [*found, *again], 0, FileCoverage(machines=1))
    assert len(report.findings) == 50 * 10 + 1
    assert looked <= 2 * 50 * 11

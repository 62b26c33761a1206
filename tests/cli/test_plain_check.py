"""``wfmodel check FILE`` is read without typer, and means what typer would make of it."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from tests.cli.test_command_line import call
from tests.cli.test_imports import imported
from wfmodel.cli import check, plain_check
from wfmodel.cli.plain_check import DEFAULTS, FLAGS, plain_parameters

BROKEN = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nope"}}}


def test_what_nobody_gives_is_as_the_command_has_it():
    declared = inspect.signature(check.check).parameters
    others = {name: each.default for name, each in declared.items() if name in DEFAULTS}
    assert others == DEFAULTS
    assert set(declared) - set(DEFAULTS) == {"context", "paths", "form"}
    assert {declared[name].annotation.removeprefix("options.") for name in FLAGS.values()} == {
        "ByContent", "ExitZero", "FailOnEmpty", "FailOnUnread", "Isolated", "NoCache", "Statistics"
    }  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        [],
        ["check"],
        ["draw", "a.json"],
        ["check", "--help"],
        ["check", "--format", "json", "a.json"],
        ["check", "--exit-zer", "a.json"],
        ["check", "--no-cache=1", "a.json"],
        ["check", "--no-cache"],
        ["check", "--", "a.json"],
        ["check", "own.py:SYSTEM"],
        ["--version"],
    ],
)
def test_any_other_line_is_left_to_the_library(line):
    assert plain_parameters(line) is None


@pytest.mark.parametrize("flags", [(), *((flag,) for flag in FLAGS), tuple(FLAGS)])
def test_both_ways_say_the_same(capsys, monkeypatch, tmp_path, flags):
    monkeypatch.chdir(tmp_path)
    Path("a.asl.json").write_text(json.dumps(BROKEN), "utf-8")
    Path("empty").mkdir()
    line = ["check", *flags, "a.asl.json", "empty"]
    assert plain_parameters(line) is not None
    plainly = call(capsys, *line)
    monkeypatch.setattr(plain_check, "plain_parameters", lambda _: None)
    assert call(capsys, *line) == plainly
    assert plainly[1].startswith("a.asl.json:1:")


def test_a_plain_check_needs_no_library_for_lines_yaml_or_validators(tmp_path):
    (tmp_path / "a.asl.json").write_text(json.dumps(BROKEN), "utf-8")
    found = imported(tmp_path, "check", "a.asl.json", "--no-cache")
    assert found.isdisjoint({"typer", "click", "rich", "yaml", "jsonata", "multiprocessing"})
    assert "pydantic.plugin._loader" not in found  # nothing was validated

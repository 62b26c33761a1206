"""A few hundred inputs of one seed; ``python -m tests.fuzz`` goes on from there."""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz.commands import MAKERS, UnforeseenError, try_command
from tests.fuzz.inputs import inputs
from tests.fuzz.trial import FuzzError, try_one

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def _no_test_depends_on_speed(monkeypatch: pytest.MonkeyPatch):
    for module in ("trial", "commands"):
        monkeypatch.setattr(f"tests.fuzz.{module}.MOST_SECONDS", float("inf"))


def test_a_few_hundred_inputs_are_stood(tmp_path: Path):
    for name, text in islice(inputs(0), 300):
        try:
            try_one(tmp_path, name, text)
        except FuzzError as error:
            pytest.fail(f"{name}: {error}")


@pytest.mark.parametrize("number", range(len(MAKERS)))
def test_files_and_words_for_commands_are_stood(tmp_path: Path, number: int):
    for seed in range(25):
        folder = tmp_path / str(seed)
        folder.mkdir()
        ending, text = MAKERS[number](random.Random(f"{number}/{seed}"))
        try_command(folder, f"x{ending}", text)


def test_an_unforeseen_end_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def raises(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("wfmodel.cli.app.app", raises)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(UnforeseenError, match="exit code 3"):
        try_command(tmp_path, "x.command", '["check"]')

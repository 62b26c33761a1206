"""A few hundred inputs of one seed; ``python -m tests.fuzz`` goes on from there."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.fuzz.inputs import inputs
from tests.fuzz.trial import FuzzError, try_one


def test_a_few_hundred_inputs_are_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.fuzz.trial.MOST_SECONDS", float("inf"))  # no test depends on speed
    for name, text in islice(inputs(0), 300):
        try:
            try_one(tmp_path, name, text)
        except FuzzError as error:
            pytest.fail(f"{name}: {error}")

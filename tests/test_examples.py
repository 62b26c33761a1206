"""Examples at the head of a module run, and say what they say."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

from tests.layers import LAYERS, PACKAGE, ROOT

SKETCHES = [
    "wfmodel.experiments.endless",
    "wfmodel.cli.option_conflicts",
    "wfmodel.experiments.exact_answers",
    "wfmodel.experiments.factorial.experiment_runs",
    "wfmodel.experiments.hunting.schedule_hunt",
    "wfmodel.experiments.hunting.walk_hunt",
    "wfmodel.experiments.streamed_run",
    "wfmodel.exploration.export.promela",
    "wfmodel.exploration.export.tla",
    "wfmodel.exploration.instances.product_view",
    "wfmodel.exploration.instances.product_space",
    "wfmodel.markov.jumps",
    "wfmodel.exploration.packed.searching",
    "wfmodel.exploration.walking",
    "wfmodel.metrics.streaming.meter",
    "wfmodel.reports.answer_tables",
    "wfmodel.reports.notebook",
    "wfmodel.simulation.replay",
    "wfmodel.testing.beside",
]
"""Modules whose examples take a system or a history for granted. Take one out when it is whole."""

NO_EXAMPLE = {"cli", "display", "lazy", "lsp", "native", "reports", "testing"}
"""Packages that are shown elsewhere: on the command line, in notebooks, docs/editors.md and
docs/testing.md.
"""


def shown() -> list[str]:
    """Modules with examples."""
    paths = [p for p in sorted(PACKAGE.rglob("*.py")) if ">>> " in p.read_text(encoding="utf-8")]
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths)
    return [name.removesuffix(".__init__") for name in names]


def outcome(name: str) -> doctest.TestResults:
    return doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)


@pytest.mark.parametrize("name", [name for name in shown() if name not in SKETCHES])
def test_an_example_gives_what_it_says(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    failed, attempted = outcome(name)
    assert attempted
    assert not failed


def test_a_sketch_is_one():
    assert set(SKETCHES) <= set(shown())


def test_every_package_begins_with_an_example():
    packages = {f"wfmodel.{name}" for name in LAYERS.keys() - NO_EXAMPLE}
    assert packages <= set(shown()) - set(SKETCHES)

"""The four failure stories of the design page: each is one scenario, and each shows its number."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from wfmodel.experiments import Comparison, DifferenceVerdict, load_scenario, run

STORIES = Path(__file__).parents[2] / "models" / "stories"
REPLICATIONS = 16
"""Fewer than the files say; phantoms are so rare that an interval takes fourteen."""


@cache
def told(story: str) -> Comparison:
    loaded = load_scenario(STORIES / story / "scenario.yaml")
    assert loaded.is_runnable, loaded.findings
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    return run(replace(loaded.scenario, replications=REPLICATIONS), loaded.workflow, jobs=1)


def estimates(story: str, metric: str) -> dict[str, tuple[float, float]]:
    """Lower limit and mean of each variant."""
    result = told(story)
    names = [variant.name for variant in result.variants]
    values = [(e.low, e.mean) for e in result.metric(metric).estimates]
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize(
    ("story", "metric", "bad", "good"),
    [
        ("lost-transactions", "lost", "memory", "database"),
        ("monitoring-blindness", "blindness", "without correlation", "with correlation"),
        ("recovery-failure-or-dual-write", "lost_events", "commit, then publish", "outbox"),
        ("recovery-failure-or-dual-write", "phantom_events", "publish, then commit", "outbox"),
        ("divergent-views", "duplicated_effect", "no deduplication", "deduplication"),
    ],
)
def test_one_choice_shows_the_failure_and_the_other_has_none_of_it(story, metric, bad, good):
    found = estimates(story, metric)
    low, mean = found[bad]
    assert 0 < low <= mean
    assert found[good][1] == 0


@pytest.mark.parametrize("story", sorted(path.name for path in STORIES.iterdir() if path.is_dir()))
def test_the_first_question_of_every_story_is_decided(story):
    result = told(story)
    first = result.metric(result.scenario.primary[0])
    assert first.verdict is not DifferenceVerdict.UNDEFINED
    assert first.winner is not None
    assert first.decided

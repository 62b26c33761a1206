"""A crossing is found between decided signs, and where none is shown nothing else is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.experiments.samples import scenario, workflow
from wfmodel.designs import Fault
from wfmodel.experiments import load_scenario
from wfmodel.experiments.experiment import Experiment, Factor, Threshold
from wfmodel.experiments.factorial.cell_work import CellWork, confidence_of, sign_of
from wfmodel.experiments.factorial.conclusions import threshold_words
from wfmodel.experiments.factorial.executors import Became, InProcess
from wfmodel.experiments.factorial.experiment_runs import ExperimentError
from wfmodel.experiments.factorial.outcome import CellOutcome, ResponseRow, difference_name
from wfmodel.experiments.factorial.stopping import Reached
from wfmodel.experiments.factorial.threshold import ThresholdResult, find_threshold, most_values
from wfmodel.experiments.statistics import paired

LOSS = Factor(path="setting.faults.0.probability", low=0.01, high=1.0)


class Invented:
    """An executor whose paired difference is a function of the factor's value, plus noise that is
    common to all values, as with common random numbers.
    """

    def __init__(self, gap: Callable[[float], float], noise: float, seed: int = 1) -> None:
        self.gap, self.noise, self.seed = gap, noise, seed
        self.runs = 0

    def outcomes(self, works: Iterable[CellWork]) -> Iterator[Became]:
        for work in works:
            assert work.pair is not None
            value = work.setting.faults[0].probability
            for look in work.looks:
                luck = np.random.default_rng(self.seed).normal(0, self.noise, look)
                gaps = (self.gap(value) + luck).tolist()
                found = paired([0.0] * look, gaps, confidence=confidence_of(work))
                name = difference_name(work.pair)
                row = ResponseRow(
                    name, "lost", found.estimate, Reached.NOT_ASKED, found.differing, tuple(gaps)
                )
                if sign_of(work, row):
                    break
            self.runs += look
            yield CellOutcome(work.key, (row,))


def search(executor, factor: Factor = LOSS, **changes: object) -> ThresholdResult:
    threshold = Threshold(**{"factor": "loss", "response": "lost", **changes})
    declared = Experiment(factors={"loss": factor}, responses=("lost",), threshold=threshold)
    asked = scenario()
    setting = replace(asked.setting, faults=(Fault(kind="loss", probability=0.5),))
    asked = replace(asked, setting=setting, experiment=declared)
    return find_threshold(asked, workflow(), executor=executor)


def test_a_crossing_without_noise_is_found_to_the_tolerance():
    found = search(Invented(lambda x: x - 0.37, noise=0.0))
    assert found.between is not None
    low, high = found.between
    assert low.value < 0.37 < high.value
    assert (low.sign, high.sign) == (-1, 1)
    assert high.share - low.share <= 1 / 32
    assert found.changes == 1
    words = threshold_words(found)
    assert "choreography is better than orchestration in lost; from" in words
    assert words.endswith("Between them the sign is not decided.")


def test_noise_widens_the_interval_and_it_holds_the_crossing():
    held = widths = 0
    for seed in range(30):
        found = search(Invented(lambda x: x - 0.37, noise=0.2, seed=seed), most=80)
        assert found.between is not None
        low, high = found.between
        held += low.value <= 0.37 <= high.value
        widths += high.share - low.share
    assert held >= 29  # 95 %, though the error is shared more carefully than that
    assert widths / 30 > 1 / 32


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (lambda x: 1 + x, "No crossing shown in loss [0.01, 1]: choreography is worse"),
        (lambda x: 0.0, "No crossing shown in loss [0.01, 1]: the sign of the difference"),
    ],
)
def test_no_crossing_is_no_claim(gap, words):
    found = search(Invented(gap, noise=0.5))
    assert found.between is None
    assert threshold_words(found).startswith(words)
    assert len(found.tried) == 5  # nothing to bisect


def test_several_changes_are_told():
    found = search(Invented(lambda x: np.sin(9 * x), noise=0.0))
    assert found.changes == 2
    assert "changes 2 times" in threshold_words(found)


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_no_more_values_are_tried_than_the_error_was_shared_among(noise):
    executor = Invented(lambda x: x - 0.7, noise=noise)
    found = search(executor, tolerance=0.002)
    assert len(found.tried) <= most_values(found.threshold)
    assert executor.runs <= most_values(found.threshold) * found.threshold.most


def test_a_logarithmic_range_is_halved_on_its_scale():
    factor = replace(LOSS, scale="log")
    found = search(Invented(lambda x: x - 0.05, noise=0.0), factor)
    assert found.between is not None
    assert found.between[1].value / found.between[0].value <= 100 ** (1 / 32) + 1e-9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"factor": Factor(path="a", levels=(1, 2))}, "has levels; it needs a range"),
        ({"response": "lots"}, "no metric 'lots'; did you mean 'lost'"),
    ],
)
def test_what_cannot_be_searched_is_said(changes, message):
    with pytest.raises(ExperimentError, match=message):
        search(Invented(lambda x: x, noise=0.0), **changes)


def test_simulated_runs_are_searched_the_same_way_twice():
    path = Path(__file__).parents[3] / "models" / "order-fulfilment" / "sweep.yaml"
    loaded = load_scenario(path)
    assert loaded.scenario is not None
    assert loaded.workflow is not None
    assert loaded.is_runnable
    few = Threshold(factor="crashes", response="latency_p95", points=2, first=4, most=8)
    declared = replace(
        loaded.scenario, experiment=replace(loaded.scenario.experiment, threshold=few)
    )
    one, two = (find_threshold(declared, loaded.workflow, executor=InProcess()) for _ in range(2))
    assert one == two
    assert [each.value for each in one.tried][:1] == [30 * 10**9]

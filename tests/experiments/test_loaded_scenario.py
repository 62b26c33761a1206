"""What was read of a scenario travels: to a worker process, into a cache."""

from __future__ import annotations

import pickle
from pathlib import Path

from wfmodel.experiments import load_scenario

MODEL = Path(__file__).parents[2] / "models" / "order-fulfilment" / "scenario.yaml"


def test_a_loaded_scenario_can_be_pickled_and_still_points_into_its_files() -> None:
    loaded = load_scenario(MODEL)
    again = pickle.loads(pickle.dumps(loaded))
    assert (again.scenario, again.workflow) == (loaded.scenario, loaded.workflow)
    assert again.findings == loaded.findings
    assert again.is_runnable
    for mine, other, path in (
        (loaded.document, again.document, ("setting", "network", "p99")),
        (loaded.workflow_document, again.workflow_document, ("initial",)),
    ):
        assert mine is not None
        assert mine.locate(path).line > 1
        assert other.locate(path) == mine.locate(path)

"""A small experiment that the tests of this folder share, and a program to be killed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tests.experiments.samples import scenario, workflow
from wfmodel.experiments.experiment import Experiment, Factor, PlanSpec
from wfmodel.experiments.factorial.cell_work import CellWork
from wfmodel.experiments.factorial.executors import Became, InProcess
from wfmodel.experiments.factorial.experiment_runs import run_experiment
from wfmodel.experiments.scenario import Scenario
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Arrivals, Setting

FACTORS = {
    "crashes": Factor(path="setting.faults.0.every", low="5s", high="40s", scale="log"),
    "persistence": Factor(path="knobs.persistence", levels=("memory", "database")),
}


def declared(**changes: object) -> Scenario:
    """Six cells of two variants, a few instances each."""
    experiment = Experiment(
        **{
            "factors": FACTORS,
            "responses": ("lost", "latency_p95"),
            "plan": PlanSpec(levels=3),
            "replications": 3,
            **changes,
        }
    )
    base = scenario()
    setting = Setting(
        arrivals=Arrivals(every=Constant(d("1s")), most=4),
        horizon=d("20s"),
        convergence=d("1m"),
        faults=base.setting.faults,
    )
    return replace(base, setting=setting, experiment=experiment)


class Paced:
    """Runs cells here, telling of each on standard output, at a pace at which it can be killed."""

    def __init__(self, pause_s: float) -> None:
        self.pause_s = pause_s
        self.run: list[str] = []

    def outcomes(self, works: Iterable[CellWork]) -> Iterator[Became]:
        for became in InProcess().outcomes(works):
            self.run.append(became.key)
            print(became.key, flush=True)
            time.sleep(self.pause_s)
            yield became


def files(folder: Path) -> dict[str, bytes]:
    """What a finished sweep leaves, byte for byte (the lock is empty)."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


if __name__ == "__main__":
    run_experiment(
        declared(), workflow(), executor=Paced(float(sys.argv[2])), out=sys.argv[1], resume=True
    )

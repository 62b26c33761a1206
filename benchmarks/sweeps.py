"""How a sweep of a thousand cells grows with workers, and how often its intervals hold the truth.

    python -m benchmarks.sweeps [--cells 1000] [--rounds 3]
    python -m benchmarks.sweeps --coverage

Each run has a process of its own and writes its results as a user's would; all must leave the
same bytes. Seconds include starting the workers; a Dask cluster is started beforehand.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from statistics import median

import numpy as np

from wfmodel.designs import Fault
from wfmodel.experiments import Scenario
from wfmodel.experiments.experiment import Experiment, Factor, PlanSpec, Precision
from wfmodel.experiments.factorial.dask_cluster import DaskCluster
from wfmodel.experiments.factorial.executors import Executor, InProcess, LocalProcesses
from wfmodel.experiments.factorial.experiment_runs import run_experiment
from wfmodel.experiments.factorial.stopping import is_enough, looks, reached, share_of_confidence
from wfmodel.experiments.statistics import interval
from wfmodel.importers import load_any
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Workflow
from wfmodel.simulation import Arrivals, Setting

MODEL = Path(__file__).parents[1] / "models" / "order-fulfilment" / "workflow.yaml"
SAMPLES = 1000


def scenario(cells: int) -> Scenario:
    """Crash rates, restarts and redelivery, two designs, two paired replications of 20 orders."""
    crash = Fault(kind="crash", every=Exponential(mean=d("1m")), lasts=Exponential(mean=d("5s")))
    return Scenario(
        question="How fast are a thousand cells?",
        setting=Setting(
            arrivals=Arrivals(every=Constant(d("2s")), most=20),
            horizon=d("40s"),
            convergence=d("2m"),
            faults=(crash,),
        ),
        experiment=Experiment(
            factors={
                "crashes": Factor(
                    path="setting.faults.0.every", low="20s", high="10m", scale="log"
                ),
                "restart": Factor(path="setting.faults.0.lasts", low="1s", high="20s", scale="log"),
                "redelivery": Factor(path="knobs.redelivery_timeout", low="1s", high="30s"),
            },
            responses=("latency_p95", "terminal_consistency"),
            plan=PlanSpec(kind="latin-hypercube", points=cells),
            replications=2,
        ),
    )


def workflow() -> Workflow:
    """Order fulfilment."""
    found = load_any(str(MODEL)).workflow
    assert found is not None
    return found


MakeExecutor = Callable[[], Executor]


@contextmanager
def dask_two() -> Iterator[MakeExecutor]:
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield lambda: DaskCluster(cluster.scheduler_address)


WAYS: dict[str, Callable[[], AbstractContextManager[MakeExecutor]]] = {
    "one process": lambda: nullcontext(InProcess),
    "two processes": lambda: nullcontext(lambda: LocalProcesses(2)),
    "Dask, two workers": dask_two,
}


def once(way: str, cells: int, folder: str) -> None:
    """Run the sweep into a folder, and print its seconds."""
    with WAYS[way]() as make:
        begun = time.perf_counter()
        run_experiment(scenario(cells), workflow(), executor=make(), out=folder)
        print(time.perf_counter() - begun)


def measured(way: str, cells: int) -> tuple[float, bytes]:
    """Seconds in a process of its own, which no other run has warmed; and the results."""
    with tempfile.TemporaryDirectory() as folder:
        told = ["--once", way, "--cells", str(cells), "--out", folder]
        ran = subprocess.run(
            [sys.executable, "-m", "benchmarks.sweeps", *told],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        return float(ran.stdout), (Path(folder) / "results.parquet").read_bytes()


def scaling(cells: int, rounds: int) -> None:
    """Print the table: medians of alternating rounds."""
    seconds: dict[str, list[float]] = {way: [] for way in WAYS}
    results = set()
    for _ in range(rounds):
        for way in WAYS:
            took, content = measured(way, cells)
            seconds[way].append(took)
            results.add(content)
            print(f"# {way}: {took:.1f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    assert len(results) == 1, "the results differ"
    alone = median(seconds["one process"])
    print("\n| | seconds | cells/s | to one process |\n|---|---|---|---|")
    for way, took in seconds.items():
        found = median(took)
        print(f"| {way} | {found:.1f} | {cells / found:.1f} | {alone / found:.2f} |")


def covered(draw: Callable, mean: float, half_width: float, *, shared: bool) -> tuple[float, float]:
    """Share of intervals that hold the mean, and replications used; ``shared``: our rule, else the
    same looks at 95 % each, stopping at the first that is narrow.
    """
    numbers = looks(10, 160)
    level = share_of_confidence(len(numbers)) if shared else 0.95
    precision = Precision(absolute={"lost": half_width}, first=10, most=160)
    held = used = 0
    for number in range(SAMPLES):
        sample = draw(np.random.default_rng(number), 160)
        for look in numbers:
            found = interval(sample[:look].tolist(), confidence=level)
            if is_enough([reached(precision, "lost", found)]):
                break
        held += found.low <= mean <= found.high
        used += look
    return held / SAMPLES, used / SAMPLES


def coverage() -> None:
    """Print the table: our rule beside the naive one."""
    print("| sample | asked | rule | intervals that hold the mean | replications |")
    print("|---|---|---|---|---|")
    families: dict[str, tuple[Callable, float]] = {
        "normal": (lambda rng, n: rng.normal(1, 1, n), 1.0),
        "exponential": (lambda rng, n: rng.exponential(1, n), 1.0),
        "one in ten": (lambda rng, n: (rng.random(n) < 0.1).astype(float), 0.1),
    }
    for name, (draw, mean) in families.items():
        for half_width in (0.5 * mean, 0.25 * mean) if name != "one in ten" else (0.1,):
            for shared in (True, False):
                share, used = covered(draw, mean, half_width, shared=shared)
                rule = "error shared" if shared else "95 % at each look"
                print(
                    f"| {name} | ±{half_width:g} | {rule} | {share:.1%} | {used:.0f} |", flush=True
                )


def main() -> None:
    """Parse the arguments and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--once", choices=WAYS, help="a single sweep, into --out")
    parser.add_argument("--out")
    given = parser.parse_args()
    if given.coverage:
        coverage()
    elif given.once:
        once(given.once, given.cells, given.out)
    else:
        scaling(given.cells, given.rounds)


if __name__ == "__main__":
    main()

"""Instances per second of the SimPy driver beside the same saga in plain SimPy, in one run.

    python -m benchmarks.throughput [--sizes 1000 10000 100000]

Every figure comes from a process of its own; rounds alternate, the best of each counts, and memory
is the growth of the peak over a run of ten instances. The last column is what issue trackers want:
the ratio, which does not depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table as Grid

VARIANTS = (
    "plain",
    "driver",
    "driver+metrics",
    "choreography+metrics",
    "kernel",
    "kernel choreography",
    "kernel+metrics",
)


def measure_one(variant: str, instances: int) -> dict[str, float]:
    """Seconds and peak memory of one variant, in this process."""
    if variant == "plain":
        from benchmarks import plain_simpy

        start = time.perf_counter()
        assert len(plain_simpy.run(instances, 0.010, 1)) == instances
    else:
        from benchmarks import saga
        from wfmodel.designs import choreograph, orchestrate
        from wfmodel.metrics import measure
        from wfmodel.simulation import simulate

        make = choreograph if "choreography" in variant else orchestrate
        engine = "compiled" if variant.startswith("kernel") else "simpy"
        system = make(saga.workflow(), saga.knobs())
        simulate(system, saga.setting(1), engine=engine)  # loads the engine
        start = time.perf_counter()
        history = simulate(system, saga.setting(instances), seed=1, engine=engine)
        assert history.instances() == instances
        if variant.endswith("metrics"):
            measure(history)
    seconds = time.perf_counter() - start
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "peak_kib": peak_kib}


def in_own_process(variant: str, instances: int) -> dict[str, float]:
    """The same, isolated."""
    command = [sys.executable, "-m", "benchmarks.throughput", "--one", variant, str(instances)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    """Measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", nargs=2, metavar=("VARIANT", "INSTANCES"))
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure_one(arguments.one[0], int(arguments.one[1]))))
        return
    grid = Grid("variant", "instances", "seconds", "instances/s", "KiB/instance", "of plain")
    base = {variant: in_own_process(variant, 10)["peak_kib"] for variant in VARIANTS}
    for size in arguments.sizes:
        rounds = [
            {variant: in_own_process(variant, size) for variant in VARIANTS}
            for _ in range(arguments.rounds)
        ]
        plain = min(r["plain"]["seconds"] for r in rounds)
        for variant in VARIANTS:
            best = min(r[variant]["seconds"] for r in rounds)
            memory = (rounds[0][variant]["peak_kib"] - base[variant]) / size
            grid.add_row(
                variant,
                f"{size:,}",
                f"{best:.2f}",
                f"{size / best:,.0f}",
                f"{memory:.2f}",
                f"{plain / best:.2f}",
            )
    Console(width=100).print(grid)


if __name__ == "__main__":
    main()

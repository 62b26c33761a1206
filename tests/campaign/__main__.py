"""``python -m tests.campaign --instants 50 --seed 1``: the table; 1 if anything is wrong.

Every command of ``jobs`` meets every fault of ``trial`` at random instants between its beginning
and its end. A line for each that goes wrong names the instant, which ``--seed`` repeats (as far as
a machine's speed is the same). Linux only: it looks into /proc for what is left running.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable

from tests.campaign.jobs import JOBS, Job
from tests.campaign.trial import CLOSED_PIPE, FAULTS, Whole, disturbed, is_before_main, undisturbed


def main() -> int:
    """Run the campaign and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--instants", type=int, default=50, help="Of each command.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=[job.name for job in JOBS])
    parser.add_argument("--faults", nargs="*", choices=FAULTS)
    options = parser.parse_args()
    print("| command | fault | instants | cut short | left running | lost or wrong |")
    print("|---|---|---|---|---|---|")
    wrong: list[str] = []
    for job in JOBS:
        if options.only and job.name not in options.only:
            continue
        whole, rng = undisturbed(job), random.Random(f"{options.seed}/{job.name}")
        for number, fault in enumerate(FAULTS):
            count = (options.instants + len(FAULTS) - 1 - number) // len(FAULTS)
            shares = [rng.random() for _ in range(count)]
            if not options.faults or fault in options.faults:
                wrong += _row(job, fault, whole, shares)
    print("\n".join(wrong))
    return int(bool(wrong))


def _row(job: Job, fault: str, whole: Whole, shares: Iterable[float]) -> list[str]:
    """Meet a fault at every instant; prints the row, and gives a line for each that goes wrong."""
    tried = cut = left = 0
    wrong = []
    for share in shares:
        ran, problems = disturbed(job, fault, whole, share)
        if is_before_main(ran):
            continue
        tried += 1
        closed = fault == CLOSED_PIPE and ran.seconds > share * whole.ran.seconds
        cut += closed or ran.code != 0
        left += bool(ran.left)
        if problems:
            wrong.append(f"{job.name}, {fault}, {share:.3f} of the way: {'; '.join(problems)}")
    print(f"| {job.name} | {fault} | {tried} | {cut} | {left} | {len(wrong)} |", flush=True)
    return wrong


sys.exit(main())

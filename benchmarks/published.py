"""Published findings, asked of the model: theirs beside ours.

    python -m benchmarks.published [--markdown]

What a source gives as a formula has to lie in our 95 % interval; what it gives as a kind of
difference has to come out that way round. docs/published.md has the table, a test holds it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from benchmarks.studies import DIRECT, one_step, setting_of
from wfmodel.designs import Fault, Knobs
from wfmodel.experiments import Scenario, Variant, run
from wfmodel.experiments.statistics import Estimate
from wfmodel.model import workflow as states
from wfmodel.model.distributions import Constant, Distribution, Exponential
from wfmodel.model.failures import FailureMode, Jitter, RetryPolicy
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Compensation, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

SECOND: Final = Exponential(mean=d("1s"))
BOTH: Final = ("orchestration", "choreography")
WORK, CHECKPOINT, BETWEEN = 100.0, 1.0, 50.0
"""Seconds of work, of a checkpoint, between failures: Young's interval is 10 s."""


class Finding(NamedTuple):
    """A row of the table."""

    source: str
    what: str
    theirs: str
    ours: str
    holds: bool


def measured(
    workflow: Workflow,
    setting: Setting,
    metric: str,
    *,
    design: str = "choreography",
    knobs: Knobs = DIRECT,
    replications: int = 10,
) -> Estimate:
    """One metric of one design."""
    scenario = Scenario(
        question="As published?",
        variants={"asked": Variant(design=design, knobs=knobs)},
        setting=setting,
        replications=replications,
        what_ifs=0,
    )
    return run(scenario, workflow, jobs=1).metric(metric).estimates[0]


def exactly(source: str, what: str, truth: float, found: Estimate, unit: str = " s") -> Finding:
    """A formula: its value is in the interval."""
    ours = f"{found.mean:.4g} ({found.low:.4g} to {found.high:.4g}){unit}"
    holds = found.low <= truth <= found.high
    return Finding(source, what, f"{truth:.4g}{unit}", ours, holds)


def chain(steps: int, duration: Distribution, service: str = "s{}") -> Workflow:
    """Steps in a row, each at a service of its own."""
    every: dict[str, Task | states.Final] = {
        f"x{i}": Task(
            service=service.format(i),
            duration=duration,
            idempotent=True,
            effect="retriable",
            next=f"x{i + 1}" if i + 1 < steps else "done",
        )
        for i in range(steps)
    }
    every["done"] = states.Final(outcome="succeeded")
    return Workflow(name="chain", initial="x0", states=every)


def queues() -> Iterator[Finding]:
    """Erlang (1917) and Pollaczek (1930): two servers, and one with constant service."""
    times = {"horizon": "3000s", "warm_up": "300s", "convergence": "1h"}
    setting = setting_of(Arrivals(every=Exponential(mean=d("625ms"))), **times)
    found = measured(one_step(SECOND, 2), setting, "latency_mean")
    yield exactly("Erlang 1917", "M/M/2 at 0.8, mean time", 1 / (1 - 0.8**2), found)
    setting = setting_of(Arrivals(every=SECOND), **times)
    found = measured(one_step(Constant(d("700ms")), 1), setting, "latency_mean")
    yield exactly("Pollaczek 1930", "M/D/1 at 0.7, mean time", 0.7 + 0.49 / 0.6, found)


def segments() -> Iterator[Finding]:
    """Young (1974), Daly (2006): a checkpoint every sqrt(2 C M) is best."""
    crash = Fault(kind="crash", target="s", every=Exponential(mean=d("50s")), lasts=Constant(1))
    setting = setting_of(
        Arrivals(every=Constant(d("2s"))), crash, horizon="1000s", convergence="5h"
    )
    took = {}
    for parts in (2, 10, 50):
        each = WORK / parts + CHECKPOINT
        work = chain(parts, Constant(d(f"{round(1000 * each)}ms")), "s")
        found = took[parts] = measured(work, replace(setting, faults_until="end"), "latency_mean")
        truth = parts * BETWEEN * (math.exp(each / BETWEEN) - 1)
        what = f"100 s of work in {parts} parts, a checkpoint of 1 s each, a crash every 50 s"
        yield exactly("Daly 2006", what, truth, found)
    best = min(took, key=lambda parts: took[parts].mean)
    what = "best of 2, 10 and 50 parts (every sqrt(2 × 1 × 50) = 10 s)"
    yield Finding("Young 1974", what, "10", str(best), best == 10)


def sagas() -> Iterator[Finding]:
    """What is said of both styles: messages, hops, a compensation that fails."""
    setting = setting_of(Arrivals(every=Constant(d("1s"))))
    steps, counted = 5, {}
    for design in BOTH:
        found = measured(chain(steps, Constant(0)), setting, "messages", design=design)
        counted[design] = found.mean
    theirs, ours = "about 10 / 5", " / ".join(f"{each:.3g}" for each in counted.values())
    sizes = zip(counted.values(), (2 * steps, steps), strict=True)
    holds = all(abs(each - about) <= 1 for each, about in sizes)  # one more hands the instance in
    what = "messages of five steps, orchestrated / choreographed (2n / n)"
    yield Finding("Folklore of sagas", what, theirs, ours, holds)
    shares = [
        measured(_broken(), setting, "terminal_consistency", design=design).mean for design in BOTH
    ]
    ours = " / ".join(f"{100 * each:.3g} %" for each in shares)
    what = "a compensation fails: consistent, orchestrated / choreographed"
    yield Finding("Skripsi saga 2026", what, "0 % / 0 %", ours, not any(shares))


def _broken() -> Workflow:
    """A step whose undoing always fails, before one that always does."""
    fails = {"no": FailureMode(kind="business", probability=1.0)}
    undo = Compensation(
        duration=Constant(0), idempotent=True, failures=fails, retry=RetryPolicy(attempts=1)
    )
    every = {
        "pay": Task(
            service="a",
            duration=Constant(0),
            idempotent=True,
            effect="compensatable",
            compensation=undo,
            next="ship",
        ),
        "ship": Task(
            service="b",
            duration=Constant(0),
            idempotent=True,
            failures=fails,
            effect="pivot",
            next="done",
            on={"failure": "rollback"},
        ),
        "done": states.Final(outcome="succeeded"),
    }
    return Workflow(name="broken", initial="pay", states=every)


def back_off() -> Iterator[Finding]:
    """Brooker (2015): with full jitter a wait is even between none and the doubled back-off."""
    fails = {"no": FailureMode(kind="transient", probability=0.5)}
    setting = setting_of(Arrivals(every=Constant(d("1s"))), horizon="1000s", convergence="1h")
    one = one_step(Constant(0))
    waits = sum(0.5**n * min(2 ** (n - 1), 4) for n in range(1, 60))
    for jitter, part in ((Jitter.NONE, 1.0), (Jitter.FULL, 0.5)):
        retry = RetryPolicy(attempts=None, backoff=d("1s"), cap=d("4s"), jitter=jitter)
        work = replace(one.states["work"], failures=fails, retry=retry)
        again = replace(one, states={"work": work, "done": one.states["done"]})
        what = f"waits of 1, 2, 4, 4… s, half of the attempts fail, jitter {jitter.value}: mean"
        found = measured(again, setting, "latency_mean")
        yield exactly("Brooker 2015", what, part * waits, found)


def redundancy() -> Iterator[Finding]:
    """Barlow & Proschan (1975): of two that fail and are mended each by itself, both are away for
    the square of the share that one is.
    """
    lasts, up = Exponential(mean=d("10s")), Exponential(mean=d("30s"))
    crash = Fault(kind="crash", target="a", every=up, lasts=lasts)
    times = {"horizon": "2000s", "warm_up": "200s", "convergence": "1h"}
    setting = setting_of(Arrivals(every=Constant(d("1s"))), crash, **times)
    for count, truth in ((1, 1 / 4), (2, 1 / 16)):
        knobs = replace(DIRECT, replicas={"a": count})
        found = measured(one_step(Constant(0)), setting, "hurt", knobs=knobs)
        what = f"{count} of a service, each up for 30 s and away for 10 s: share that has to wait"
        yield exactly("Barlow & Proschan 1975", what, truth, found, "")


def metastable() -> Iterator[Finding]:
    """Bronson et al. (HotOS 2021): the trigger goes, the overload that retries sustain stays."""
    down = Fault(kind="crash", target="a", at=(d("100s"),), lasts=Constant(d("60s")))
    times = {"horizon": "10m", "convergence": "10m"}
    arrivals = Arrivals(every=Constant(d("1s")))
    attempts = {"without end": None, "two at most": 2}
    for name, struck, most in (
        ("no trigger", (), "without end"),
        ("an outage of 60 s, over", (down,), "without end"),
        ("the same, two attempts", (down,), "two at most"),
    ):
        one = one_step(Constant(d("600ms")), 1)
        retry = RetryPolicy(attempts=attempts[most], backoff=d("1s"), factor=1.0)
        slow = replace(one.states["work"], timeout=d("5s"), retry=retry)
        ends = {"work": slow, "done": one.states["done"]}
        storm = replace(one, states=ends)
        knobs = replace(DIRECT, deduplicate=False)
        calm = setting_of(arrivals, *struck, **times)
        found = measured(storm, calm, "still_running", knobs=knobs, replications=2).mean
        stays = name.startswith("an outage")
        theirs = "stays overloaded" if stays else "works off its queue"
        ours = f"{100 * found:.3g} % still under way 10 min later"
        holds = found > 0.1 if stays else found == 0
        yield Finding("Bronson 2021", f"load 0.6, time-out 5 s: {name}", theirs, ours, holds)


def findings() -> Iterator[Finding]:
    """Every row of the table."""
    for rows in (queues, segments, sagas, back_off, redundancy, metastable):
        yield from rows()


def main() -> None:
    """Print the table."""
    print("| source | what | published | here | holds |\n| --- | --- | --- | --- | --- |")
    for each in findings():
        cells = (*each[:4], "yes" if each.holds else "no")
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())

"""Whether answers hold what they promise: coverage, a design against itself, harm.

    python -m benchmarks.studies coverage | itself | harm [--write]

Each takes minutes of processor time and prints rows of a table; ``--write`` puts them into
docs/statistics.md, too. Runs are simulated and measured as ``wfmodel compare`` does it. Of each
setting a pool of independent runs is made once, and every experiment is a random part of it: that
is as good as new runs while a part is small beside the pool, and a hundred times cheaper.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from wfmodel.designs import Fault, Knobs
from wfmodel.experiments import Variant
from wfmodel.experiments.ratio_estimates import ratio
from wfmodel.experiments.relevance import smallest_relevant
from wfmodel.experiments.replications import metric_difference, metric_estimate
from wfmodel.experiments.run_observation import RunObservation
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.experiments.scenario import DECIDING
from wfmodel.experiments.statistics import Estimate, Method, holm
from wfmodel.metrics import METRICS
from wfmodel.model import workflow as states
from wfmodel.model.distributions import Constant, Distribution, Empirical, Exponential, LogNormal
from wfmodel.model.failures import FailureMode
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Compensation, Service, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

PAGE: Final = Path(__file__).parent.parent / "docs" / "statistics.md"
POOL: Final = 1000
EXPERIMENTS: Final = 500
REPLICATIONS: Final = (5, 10, 20, 50)
COMPARISONS: Final = 200
FEWER: Final = 300
"""Runs of a design that is compared with itself."""
SCENARIOS: Final = 100
NOTHING: Final = Constant(0)
DIRECT: Final = Knobs(commit=NOTHING, publish=NOTHING, redelivery_timeout=d("10ms"))
"""Nothing takes time but the work and the network."""


class Known(NamedTuple):
    """A setting of which the truth of one metric is known."""

    name: str
    metric: str
    truth: float
    workflow: Workflow
    knobs: Knobs
    setting: Setting


class KnownPair(NamedTuple):
    """Two settings with the same draws, of which the difference of one metric is known."""

    name: str
    metric: str
    truth: float
    first: Known
    second: Known


def one_step(duration: Distribution, capacity: int | None = None) -> Workflow:
    """One step at one service."""
    work = Task(service="a", duration=duration, idempotent=True, effect="retriable", next="done")
    every = {"work": work, "done": states.Final(outcome="succeeded")}
    services = {"a": Service(capacity=capacity)}
    return Workflow(name="one-step", initial="work", services=services, states=every)


def setting_of(arrivals: Arrivals, *faults: Fault, **rest: str) -> Setting:
    """No network latency."""
    values = {"horizon": "60s", **rest}
    times = {name: d(value) for name, value in values.items()}
    return Setting(arrivals=arrivals, network=NOTHING, faults=faults, **times)


def settings() -> Iterator[Known]:
    """Closed forms; near saturation Lindley's recursion."""
    poisson = Arrivals(every=Exponential(mean=d("1s")))
    second, moment = one_step(Exponential(mean=d("1s"))), one_step(Constant(d("10ms")))
    calm = setting_of(poisson)
    yield Known("mean latency", "latency_mean", 1.0, second, DIRECT, calm)
    yield Known("percentile, p95", "latency_p95", math.log(20), second, DIRECT, calm)
    yield Known("percentile, p99", "latency_p99", math.log(100), second, DIRECT, calm)
    once = replace(DIRECT, delivery="at-most-once")
    every = Arrivals(every=Constant(d("600ms")))
    for share in (1e-3, 1e-2, 2e-5):
        losing = setting_of(every, Fault(kind="loss", target="a", probability=share))
        name = f"share of {share:g}" + (", zero counts" if share < 1e-4 else "")
        yield Known(name, "lost", share, moment, once, losing)
    yield from after_crashes(moment)
    for load, most in ((0.9, 100), (0.95, 200)):
        arrivals = Arrivals(every=Exponential(mean=d("1s")), most=most)
        queue = one_step(Exponential(mean=d(f"{round(1000 * load)}ms")), capacity=1)
        until = setting_of(arrivals, horizon="10m", convergence="1h")
        truth = lindley(load, most)
        name = f"near saturation, {load:g}, {most} from empty"
        yield Known(name, "latency_mean", truth, queue, DIRECT, until)


def after_crashes(moment: Workflow) -> Iterator[Known]:
    """What an outage of random length L does: a ratio over whom it hurt, a mean over all, a share
    that comes in clusters, and delays that the end of observation cuts.
    """
    sigma = math.log(6) / 2.3263478740
    lasts, paced = LogNormal(median=d("10s"), p99=d("60s")), Arrivals(every=Constant(d("2s")))
    truth = 10 * math.exp(1.5 * sigma**2) / 2  # E[L^2] / 2 E[L]
    for every, how in (("5m", "2 outages a run"), ("1m", "8 outages a run")):
        crash = Fault(kind="crash", target="a", every=Exponential(mean=d(every)), lasts=lasts)
        setting = setting_of(paced, crash, horizon="10m")
        yield Known(f"ratio, recovery, {how}", "recovery_time", truth, moment, DIRECT, setting)
    struck = one_outage(moment, 10)
    waits = [math.exp(-(0.5 + i) / 10) for i in range(49)]  # that it lasts to the i-th arrival
    share, delay = sum(waits) / 59, 10 * sum(waits) / 59  # what is left has no memory
    yield struck._replace(name="share clustered by run", metric="hurt", truth=share)
    yield struck._replace(name="mean, delay by one outage", metric="fault_delay", truth=delay)
    yield struck
    long = Fault(kind="crash", target="a", at=(d("500ms"),), lasts=Exponential(mean=d("60s")))
    cut = setting_of(Arrivals(at=(d("1s"),)), long, horizon="2s", convergence="60s")
    delay = math.exp(-0.5 / 60) * 60 * (1 - math.exp(-(60 - 0.01) / 60))
    yield Known("recovery, censored", "fault_delay", delay, moment, DIRECT, cut)


def one_outage(moment: Workflow, mean: int) -> Known:
    """The 95th percentile where an exponential outage holds up who arrives meanwhile."""
    lasts = Exponential(mean=d(f"{mean}s"))
    down = Fault(kind="crash", target="a", at=(d("10.5s"),), lasts=lasts)
    seconds = setting_of(Arrivals(every=Constant(d("1s")), most=59), down)
    waits = sum(math.exp(-(0.5 + i) / mean) for i in range(49))
    longest = mean * math.log(waits / 59 / 0.05) + 0.01
    name = "percentile, p95, clustered by an outage"
    return Known(name, "latency_p95", longest, moment, DIRECT, seconds)


def pairs() -> Iterator[KnownPair]:
    """The second takes longer by a factor, or by two commits."""
    poisson = setting_of(Arrivals(every=Exponential(mean=d("1s"))))
    first = one_step(Exponential(mean=d("1s")))
    second = one_step(Exponential(mean=d("1300ms")))
    one, other = (Known("", "", 0, each, DIRECT, poisson) for each in (first, second))
    yield KnownPair("difference of p95", "latency_p95", 0.3 * math.log(20), one, other)
    step = one_step(Empirical(values=(d("10s"), d("20s")), weights=(95.0, 5.0)))
    later = replace(DIRECT, commit=Constant(d("1s") // 512))  # latencies are kept as float32
    one, other = (Known("", "", 0, step, knobs, poisson) for knobs in (DIRECT, later))
    yield KnownPair("difference of p95, at a step", "latency_p95", 2 / 512, one, other)
    one, other = (one_outage(one_step(Constant(d("10ms"))), mean) for mean in (10, 13))
    gap, name = other.truth - one.truth, "difference of p95, by an outage"
    yield KnownPair(name, "latency_p95", gap, one, other)


def lindley(load: float, customers: int, runs: int = 200_000) -> float:
    """Mean time in an M/M/1 queue of the first customers, from empty."""
    draws = np.random.default_rng(1)
    wait, total = np.zeros(runs), 0.0
    for _ in range(customers):
        service = draws.exponential(load, runs)
        total += float((wait + service).mean())
        wait = np.maximum(0, wait + service - draws.exponential(1.0, runs))
    return total / customers


def pool(workflow: Workflow, variant: Variant, setting: Setting, size: int) -> list[RunObservation]:
    """Independent runs, beside their twins if there is a fault."""
    runner, twin = Runner(workflow), bool(setting.faults)
    cells = (RunSpec(variant, setting, 1, number, twin=twin) for number in range(size))
    return [runner.observation(cell) for cell in cells]


def pool_of(known: Known) -> list[RunObservation]:
    """Runs of a setting with a known truth."""
    variant = Variant(design="choreography", knobs=known.knobs)
    return pool(known.workflow, variant, known.setting, POOL)


def coverage() -> Iterator[str]:
    """How often the 95 % interval holds the truth, and how often one is refused."""
    for known in settings():
        runs, metric = pool_of(known), METRICS[known.metric]
        draws = np.random.default_rng(2)
        cells = []
        for replications in REPLICATIONS:
            found = [
                metric_estimate(metric, [runs[i] for i in mine])
                for mine in (
                    draws.choice(POOL, replications, replace=False) for _ in range(EXPERIMENTS)
                )
            ]
            cells.append(_covered(found, known.truth))
        yield f"| {known.name} | {known.truth:.4g} | {' | '.join(cells)} |"
    yield from coverage_of_differences()


def coverage_of_differences() -> Iterator[str]:
    """The same of differences."""
    for pair in pairs():
        one, other = (
            pool(
                each.workflow, Variant(design="choreography", knobs=each.knobs), each.setting, POOL
            )
            for each in (pair.first, pair.second)
        )
        draws, metric, cells = np.random.default_rng(2), METRICS[pair.metric], []
        for replications in REPLICATIONS:
            found = []
            for _ in range(EXPERIMENTS):
                mine = draws.choice(POOL, replications, replace=False)
                both = ([runs[i] for i in mine] for runs in (one, other))
                found.append(metric_difference(metric, *both).estimate)
            cells.append(_covered(found, pair.truth))
        yield f"| {pair.name} | {pair.truth:.4g} | {' | '.join(cells)} |"


def _covered(found: Sequence[Estimate], truth: float) -> str:
    """A cell of the table: intervals and bounds together. Where all runs agree, no interval is
    shown either.
    """
    unknown = (Method.NONE, Method.CONSTANT)
    given = [each for each in found if each.method not in unknown]
    share = 100 * sum(each.low <= truth <= each.high for each in given) / max(len(given), 1)
    refused = 100 * (1 - len(given) / len(found))
    bounds = 100 * sum(each.method is Method.BOUND for each in found) / len(found)
    needed = [each.needed for each in found if each.needed]
    apart = {"refused": refused, "bound": bounds}
    told = [f"{what} {much:.0f} %" for what, much in apart.items() if much]
    if needed:
        told.append(f"takes {median(needed):.0f}")
    if refused > 95:
        return ", ".join(told)
    return f"{share:.1f} %" + (f" ({', '.join(told)})" if told else "")


def saga(failing: float) -> Workflow:
    """Two steps that can be undone, and a charge that may be refused."""
    undo = Compensation(duration=Constant(d("50ms")), idempotent=True, tolerates_absence=True)

    def step(service: str, following: str) -> Task:
        return Task(
            service=service,
            duration=Exponential(mean=d("100ms")),
            timeout=d("2s"),
            idempotent=True,
            effect="compensatable",
            compensation=undo,
            next=following,
            on={"failure": "rollback"},
        )

    charge = Task(
        service="c",
        duration=Exponential(mean=d("100ms")),
        failures={"refused": FailureMode(kind="business", probability=failing)},
        idempotent=True,
        effect="pivot",
        next="done",
        on={"failure": "rollback"},
    )
    done = states.Final(outcome="succeeded")
    every = {"a": step("a", "b"), "b": step("b", "charge"), "charge": charge, "done": done}
    return Workflow(name="saga", initial="a", states=every)


def crashing(every: str) -> Setting:
    """A minute of arrivals; everybody crashes now and then."""
    lasts = LogNormal(median=d("3s"), p99=d("20s"))
    crash = Fault(kind="crash", every=Exponential(mean=d(every)), lasts=lasts)
    arrivals = Arrivals(every=Exponential(mean=d("1s")))
    return Setting(arrivals=arrivals, horizon=d("1m"), convergence=d("2m"), faults=(crash,))


def claims(first: Sequence[RunObservation], second: Sequence[RunObservation]) -> tuple[bool, int]:
    """Whether a headline would claim a difference (deciding metrics together), and of how many
    metrics one is shown, uncorrected.
    """
    gaps = {}
    for name in DECIDING:
        metric = METRICS[name]
        means = [metric_estimate(metric, runs).mean for runs in (first, second)]
        relevant = smallest_relevant(metric.unit, *means)
        gaps[name] = metric_difference(metric, first, second, relevant=relevant)
    together = holm({name: gap.p_value for name, gap in gaps.items()})
    decided = any(gaps[name].sign for name in together)
    return decided, sum(gap.sign != 0 for gap in gaps.values())


def itself() -> Iterator[str]:
    """A design against itself, with draws of its own: what differs is chance."""
    for design in ("orchestration", "choreography"):
        runs = pool(saga(0.1), Variant(design=design), crashing("60s"), FEWER)
        draws, headlines, alone = np.random.default_rng(3), 0, 0
        for _ in range(COMPARISONS):
            mine = draws.choice(FEWER, 40, replace=False)
            found, shown = claims([runs[i] for i in mine[:20]], [runs[i] for i in mine[20:]])
            headlines, alone = headlines + found, alone + shown
        cells = f"{100 * headlines / COMPARISONS:.1f} %"
        each = f"{100 * alone / COMPARISONS / len(DECIDING):.1f} %"
        yield f"| {design} | {cells} | {each} |"


def drawn(draws: np.random.Generator) -> tuple[Workflow, Variant, Setting]:
    """A scenario with crashes, at random."""
    knobs = Knobs(
        persistence=draws.choice(["memory", "database"]),
        delivery=draws.choice(["at-most-once", "at-least-once"]),
        publishing=draws.choice(["outbox", "dual-write"]),
        deduplicate=bool(draws.integers(2)),
        redelivery_timeout=int(draws.choice([d("100ms"), d("5s"), d("30s")])),
    )
    design = str(draws.choice(["orchestration", "choreography"]))
    every = str(draws.choice(["10s", "30s", "90s"]))
    return (
        saga(float(draws.choice([0.0, 0.2]))),
        Variant(design=design, knobs=knobs),
        crashing(every),
    )


def harm() -> Iterator[str]:
    """What crashes gain, per deciding metric: on average, at best, and in how many scenarios."""
    draws, replications = np.random.default_rng(18), 5
    changes: dict[str, list[float]] = {name: [] for name in DECIDING}
    better = dict.fromkeys(DECIDING, 0)
    for _ in range(SCENARIOS):
        workflow, variant, setting = drawn(draws)
        runs = pool(workflow, variant, setting, replications)
        for name in DECIDING:
            sign = 1 if METRICS[name].better == "higher" else -1
            gains = [sign * (r.values[name] - np.nan_to_num(r.baseline[name])) for r in runs]
            found = ratio(gains, [run.instances for run in runs])
            changes[name].append(found.mean)
            better[name] += found.low > 0
    for name, found in changes.items():
        mean, error = float(np.mean(found)), float(np.std(found, ddof=1)) / math.sqrt(SCENARIOS)
        worst = max(found)
        yield f"| {name} | {mean:.4g} ± {2 * error:.2g} | {worst:.2g} | {better[name]} |"


STUDIES: Final[dict[str, Callable[[], Iterator[str]]]] = {
    "coverage": coverage,
    "itself": itself,
    "harm": harm,
}


def write(study: str, rows: Sequence[str]) -> None:
    """The rows of a study's table into its place on the page."""
    text = PAGE.read_text(encoding="utf-8")
    place = re.compile(rf"(<!-- {study} -->\n.*?\|[-|: ]+\|\n).*?(?=<!-- end -->)", re.DOTALL)
    filled = place.sub(lambda found: found[1] + "".join(f"{row}\n" for row in rows), text)
    PAGE.write_text(filled, encoding="utf-8")


def main(study: str, *options: str) -> None:
    """Print a study's rows as they come."""
    rows = []
    for row in STUDIES[study]():
        print(row, flush=True)
        rows.append(row)
    if "--write" in options:
        write(study, rows)


if __name__ == "__main__":
    main(*sys.argv[1:])

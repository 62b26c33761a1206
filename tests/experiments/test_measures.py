"""What a measure is called is what it means: situations in which a naive one misleads.

Each was found by holding an answer against a closed form; the numbers are exact, or the truth that
an interval has to hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from wfmodel.designs import Fault, Knobs
from wfmodel.experiments import Comparison, Scenario, Variant, answer, run
from wfmodel.experiments.metric_rows import estimate_cell
from wfmodel.experiments.ratio_estimates import ratio
from wfmodel.experiments.run_spec import Runner, RunSpec
from wfmodel.experiments.sensitivity_cases import what_ifs
from wfmodel.experiments.statistics import DifferenceVerdict
from wfmodel.model.distributions import Constant, Exponential, LogNormal
from wfmodel.model.failures import FailureMode
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import (
    Branch,
    Choice,
    Compensation,
    Final,
    Service,
    Task,
    Wait,
    Workflow,
)
from wfmodel.simulation import Arrivals, Setting

pytestmark = pytest.mark.long

POISSON = Arrivals(every=Exponential(mean=d("1s")))


def work(service: str, following: str, **rest: object) -> Task:
    values: dict[str, object] = {"duration": Constant(d("100ms")), "idempotent": True}
    return Task(service=service, next=following, effect="retriable", **{**values, **rest})


def flow(initial: str, capacity: int | None = None, **states: object) -> Workflow:
    ends = {"done": Final(outcome="succeeded"), "bad": Final(outcome="failed")}
    names = {each.service for each in states.values() if isinstance(each, Task)}
    services = {name: Service(capacity=capacity) for name in names}
    return Workflow(name="told", initial=initial, services=services, states={**states, **ends})


def compared(workflow: Workflow, setting: Setting, **rest: object) -> Comparison:
    scenario = Scenario(question="Which?", setting=setting, what_ifs=0, **rest)
    return run(scenario, workflow, jobs=1)


def estimate(found: Comparison, name: str, variant: int = 0) -> float:
    return found.metric(name).estimates[variant].mean


def test_five_instances_that_all_stall_took_as_long_to_recover_as_they_stalled() -> None:
    two = flow("x", x=work("a", "y"), y=work("b", "done"))
    at = tuple(d(f"{time}s") for time in (1, 5, 10, 20, 30))
    down = Fault(kind="crash", target="b", at=(d("500ms"),), lasts=Constant(d("60s")))
    setting = Setting(arrivals=Arrivals(at=at), horizon=d("100s"), faults=(down,))
    knobs = Knobs(commit=Constant(d("1ms")), redelivery_timeout=d("10ms"))
    found = compared(two, setting, knobs=knobs, replications=2)
    left = [60.5 - each - 0.1 for each in (1, 5, 10, 20, 30)]
    for variant in (0, 1):
        assert estimate(found, "hurt", variant) == 1
        assert estimate(found, "recovery_time", variant) == pytest.approx(np.mean(left), abs=0.05)


def test_a_service_that_nobody_needs_hurts_nobody_when_it_fails() -> None:
    rare = Branch(next="z", when="rare", probability=1e-6)
    with_choice = flow(
        "x",
        x=work("a", "y"),
        y=Choice(branches=(rare,), default="done"),
        z=work("c", "done"),
    )
    crash = Fault(
        kind="crash", target="c", every=Exponential(mean=d("60s")), lasts=Constant(d("10s"))
    )
    setting = Setting(arrivals=POISSON, horizon=d("5m"), faults=(crash,))
    found = compared(with_choice, setting, replications=3)
    assert estimate(found, "hurt") == estimate(found, "fault_delay") == 0
    assert found.metric("recovery_time").reason == "no instance was hurt by a fault"
    assert estimate(found, "standstill_time") > 0  # which is why it does not decide


def test_recovery_time_is_that_of_an_instance_and_not_of_a_run() -> None:
    one = flow("x", x=work("a", "done", duration=Constant(d("10ms"))))
    lasts = LogNormal(median=d("10s"), p99=d("60s"))
    crash = Fault(kind="crash", target="a", every=Exponential(mean=d("5m")), lasts=lasts)
    setting = Setting(arrivals=POISSON, horizon=d("10m"), network=Constant(0), faults=(crash,))
    found = compared(
        one,
        setting,
        variants={
            "c": Variant(
                design="choreography", knobs=Knobs(commit=Constant(0), redelivery_timeout=d("10ms"))
            )
        },
        replications=60,
    )
    line = found.metric("recovery_time").estimates[0]
    sigma = math.log(6) / 2.3263
    truth = 10 * math.exp(1.5 * sigma**2) / 2  # E[L^2] / 2 E[L] = 12.17
    assert truth == pytest.approx(12.17, abs=0.01)
    assert line.low <= truth <= line.high


def rejected(probability: float) -> Workflow:
    undo = Compensation(duration=Constant(d("50ms")), idempotent=True)
    taken = {"effect": "compensatable", "compensation": undo, "idempotent": True}
    steps = {
        name: Task(service=name, duration=Constant(d("100ms")), next=then, **taken)
        for name, then in (("a", "b"), ("b", "c"))
    }
    refused = {"no": FailureMode(kind="business", probability=probability)}
    last = Task(
        service="c",
        duration=Constant(d("100ms")),
        failures=refused,
        effect="pivot",
        idempotent=True,
        next="done",
        on={"failure": "rollback"},
    )
    return flow("a", **steps, c=last)


@pytest.mark.parametrize("probability", [0.2, 0.3])
def test_replies_in_flight_rank_nobody(probability: float) -> None:
    setting = Setting(arrivals=POISSON, horizon=d("3m"), network=Constant(d("10ms")))
    found = compared(rejected(probability), setting, replications=8, primary=("consistency",))
    assert found.metric("consistency").winner is None
    assert found.metric("wrong_time").verdict is DifferenceVerdict.SAME
    assert "the same for practical purposes" in answer(found).headline


def test_runs_that_never_recover_are_not_left_out() -> None:
    one = flow("x", x=work("a", "done", duration=Exponential(mean=d("2s"))))
    crash = Fault(
        kind="crash",
        target="orchestrator",
        every=Exponential(mean=d("90s")),
        lasts=Constant(d("5s")),
    )
    setting = Setting(
        arrivals=Arrivals(every=Exponential(mean=d("2s"))),
        horizon=d("5m"),
        convergence=d("10m"),
        faults=(crash,),
    )
    memory = Variant(design="orchestration", knobs=Knobs(persistence="memory"))
    variants = {"memory": memory, "database": Variant(design="orchestration")}
    found = compared(
        one, setting, variants=variants, primary=("stable_recovery", "lost"), replications=12
    )
    line = found.metric("stable_recovery")
    assert [each.undefined for each in line.estimates] == [0, 0]
    assert line.winner == 1
    first, second = (each.mean for each in line.estimates)
    assert line.difference is not None
    assert line.difference.estimate.mean == pytest.approx(second - first)
    assert "memory is better" not in answer(found).headline.lower()


def test_a_mean_over_survivors_ranks_nobody() -> None:
    """At most once: whoever is lost is not late, and "better on latency" would be one of those that
    are left. What has no difference is said with its reason.
    """
    one = flow("x", x=work("a", "done"))
    some = Fault(kind="loss", target="a", probability=0.3)
    again = Knobs(redelivery_timeout=d("1s"))
    variants = {
        "once": Variant(design="choreography", knobs=Knobs(delivery="at-most-once")),
        "again": Variant(design="choreography", knobs=again),
    }
    setting = Setting(arrivals=POISSON, horizon=d("1m"), faults=(some,))
    primary = ("latency_mean", "latency_p95", "completion_time")
    found = compared(one, setting, variants=variants, replications=8, primary=primary)
    assert estimate(found, "latency_mean", 0) < estimate(found, "latency_mean", 1)
    line = found.metric("latency_mean")
    assert (line.verdict, line.winner) == (DifferenceVerdict.UNDEFINED, None)
    assert [found.metric(name).winner for name in primary[1:]] == [1, 1]
    said = answer(found).headline
    assert said.startswith("Again is better on latency p95 and time to the end")
    assert said.endswith(f"latency mean cannot be compared ({line.reason}).")
    assert re.search(r"leaves out [23]\d.*% of once and 0.% of again", line.reason)


def test_what_has_no_value_is_said_with_its_reason() -> None:
    one = flow("x", x=work("a", "done"))
    setting = Setting(arrivals=POISSON, horizon=d("20s"))
    primary = ("recovery_time", "system_recovery")
    found = compared(one, setting, replications=6, primary=primary)
    assert answer(found).headline == (
        "Orchestration and choreography cannot be told apart; held up when hurt (recovery time)"
        " cannot be compared (no instance was hurt by a fault); system recovery cannot be compared"
        " (no fault struck)."
    )


def test_what_runs_on_is_not_lost() -> None:
    waits = flow("x", x=Wait(duration=Constant(d("15m")), next="y"), y=work("a", "done"))
    setting = Setting(arrivals=POISSON, horizon=d("10m"), network=Constant(0))
    found = compared(waits, setting, replications=2)
    for variant in (0, 1):
        assert estimate(found, "lost", variant) == 0
        assert estimate(found, "still_running", variant) == pytest.approx(0.493, abs=0.03)
        assert estimate(found, "wrong_time", variant) == 0
    assert any("still running when observation ended" in each for each in answer(found).cautions)


@pytest.mark.parametrize("convergence", ["1s", "30s"])
def test_who_works_for_longer_than_anybody_looks_is_not_lost(convergence: str) -> None:
    """And whoever is lost beside that is: at most once, one message in two."""
    long = flow("x", x=work("a", "done", duration=Constant(d("20m"))))
    limits = {"horizon": d("1m"), "convergence": d(convergence)}
    setting = Setting(arrivals=POISSON, network=Constant(0), **limits)
    found = compared(long, setting, replications=2)
    assert estimate(found, "lost") == 0
    assert estimate(found, "still_running") == 1
    half = Fault(kind="loss", target="a", probability=0.5)
    once = {"c": Variant(design="choreography", knobs=Knobs(delivery="at-most-once"))}
    lossy = replace(setting, faults=(half,))
    found = compared(long, lossy, variants=once, replications=2)
    assert estimate(found, "lost") == pytest.approx(0.5, abs=0.15)
    assert estimate(found, "still_running") == 1 - estimate(found, "lost")


def test_few_runs_are_said_to_be_few_and_how_many_it_takes() -> None:
    one = flow("x", x=work("a", "done"))
    most = Fault(kind="loss", target="a", probability=0.9)
    again = Knobs(redelivery_timeout=d("10ms"))
    variants = {
        "once": Variant(design="choreography", knobs=Knobs(delivery="at-most-once")),
        "again": Variant(design="choreography", knobs=again),
    }
    setting = Setting(arrivals=POISSON, horizon=d("20s"), faults=(most,))
    found = compared(one, setting, variants=variants, replications=3, primary=("lost",))
    assert found.metric("lost").verdict is DifferenceVerdict.TOO_FEW
    assert "it takes at least 6" in answer(found).headline
    found = compared(one, setting, variants=variants, replications=6, primary=("lost",))
    assert answer(found).headline == "Again is better on lost."


def test_no_event_has_an_upper_limit() -> None:
    found = ratio([0.0] * 20, [100] * 20, counts=True)
    assert found.low == 0
    assert found.high == pytest.approx(3.69 / 2000 * 1.14, rel=0.05)  # (t19 / t1999) ** 2 = 1.14


@pytest.mark.parametrize("runs", [5, 10, 20, 50])
def test_the_interval_of_a_rare_share_holds_it(runs: int) -> None:
    draws = np.random.default_rng(1)
    held = 0
    for _ in range(400):
        values = draws.binomial(100, 1e-3, runs) / 100
        found = ratio(values.tolist(), [100] * runs, counts=True)
        held += found.low <= 1e-3 <= found.high
    assert held / 400 >= 0.93


def test_where_few_runs_have_anything_the_number_it_takes_stands_for_the_interval() -> None:
    found = ratio([0.0] * 4 + [3.0], [1] * 5)
    assert (found.mean, found.needed) == (pytest.approx(0.6), 40)
    assert math.isnan(found.low)
    assert estimate_cell(found, "s", 5).detail == "no interval: it takes about 40 replications"
    assert ratio([1.0] * 4 + [3.0], [1] * 5).needed == 0  # everybody has something


@pytest.mark.parametrize("outages", [0.3, 2, 10])
@pytest.mark.parametrize("runs", [5, 10, 20])
def test_the_interval_of_recovery_holds_it_or_is_refused(outages: float, runs: int) -> None:
    """Outages of random length L: their instances wait E[L^2] / 2 E[L] each. Student's interval
    held that in 20 to 80 of 100.
    """
    draws, sigma = np.random.default_rng(1), math.log(6) / 2.3263
    truth = 10 * math.exp(1.5 * sigma**2) / 2
    held = given = 0
    for _ in range(300):
        means, hurt = [], []
        for number in draws.poisson(outages, runs):
            lengths = 10 * np.exp(sigma * draws.standard_normal(number))
            met = draws.poisson(lengths)
            waits = [draws.random(n) * length for n, length in zip(met, lengths, strict=True)]
            hurt.append(int(met.sum()))
            means.append(float(np.concatenate(waits).mean()) if hurt[-1] else math.nan)
        found = ratio(means, hurt)
        if math.isnan(found.low):
            assert found.needed > runs or not any(hurt)
            continue
        given += 1
        held += found.low <= truth <= found.high
    assert held >= 0.89 * given - 1  # of 300, 95 % are 0.95 +- 0.025
    assert given >= 270 or outages <= 2  # with outages enough, nothing is refused


def test_few_instances_have_no_99th_percentile_and_more_have_an_honest_one() -> None:
    one = flow("x", x=work("a", "done", duration=Exponential(mean=d("1s"))))
    setting = Setting(arrivals=POISSON, horizon=d("60s"), network=Constant(0))
    variants = {"c": Variant(design="choreography", knobs=Knobs(commit=Constant(0)))}
    few = compared(one, setting, variants=variants, replications=4)
    assert math.isnan(estimate(few, "latency_p99"))
    assert "it takes" in few.metric("latency_p99").reason
    more = compared(one, setting, variants=variants, replications=20).metric("latency_p99")
    assert more.estimates[0].low <= math.log(100) <= more.estimates[0].high


def test_a_start_that_is_not_over_is_named() -> None:
    one = flow("x", capacity=1, x=work("a", "done", duration=Exponential(mean=d("950ms"))))
    setting = Setting(arrivals=POISSON, horizon=d("10m"), convergence=d("1h"), network=Constant(0))
    variants = {"c": Variant(design="choreography", knobs=Knobs(commit=Constant(0)))}
    found = compared(one, setting, variants=variants, replications=20)
    line = found.metric("latency_mean").estimates[0]
    assert line.low <= 11.87 <= line.high  # Lindley's recursion from empty, not the 19 s to come
    assert any("runs start empty" in each for each in answer(found).cautions)


def test_a_design_against_itself_is_the_same() -> None:
    one = flow("x", x=work("a", "done"))
    setting = Setting(arrivals=POISSON, horizon=d("1m"))
    variants = {name: Variant(design="choreography") for name in ("one", "other")}
    found = compared(one, setting, variants=variants, replications=6)
    assert all(
        line.verdict in (DifferenceVerdict.SAME, DifferenceVerdict.UNDEFINED)
        for line in found.metrics
    )


def test_a_millisecond_is_no_winner_and_a_declared_one_is() -> None:
    one = flow("x", x=work("a", "done", duration=Exponential(mean=d("1s"))))
    setting = Setting(arrivals=POISSON, horizon=d("1m"))
    variants = {
        "slow": Variant(design="choreography", knobs=Knobs(commit=Constant(d("2ms")))),
        "fast": Variant(design="choreography", knobs=Knobs(commit=Constant(d("1ms")))),
    }
    rest = {"variants": variants, "replications": 8, "primary": ("latency_mean",)}
    found = compared(one, setting, **rest)
    assert found.metric("latency_mean").verdict is DifferenceVerdict.EQUIVALENT
    assert found.metric("latency_mean").winner is None
    found = compared(one, setting, **rest, relevant={"latency_mean": 1e-4})
    assert found.metric("latency_mean").winner == 1


def test_who_alone_can_be_hit_is_named_with_the_what_if_that_spares_it() -> None:
    one = flow("x", x=work("a", "done"))
    crash = Fault(kind="crash", every=Exponential(mean=d("20s")), lasts=Constant(d("2s")))
    setting = Setting(arrivals=POISSON, horizon=d("2m"), faults=(crash,))
    found = compared(one, setting, replications=2)
    told = " ".join(answer(found).cautions)
    assert "Only orchestration is hit by" in told
    assert "Orchestration runs 2 processes that can fail, choreography runs 1." in told
    words = [each.words for each in what_ifs(found.scenario)]
    assert "the orchestrator never fails" in words
    assert "two orchestrators, one goes on after a lease of 15\N{NO-BREAK SPACE}s" in words


HIGHER = ("committed", "terminal_consistency", "consistency")
HARMED = (*HIGHER, "fault_delay", "wrong_time", "completion_time", "lost", "derailed")
Measure = Callable[[Mapping[str, float]], float]


def _drawn(draws: np.random.Generator) -> tuple[Workflow, Setting, Variant]:
    """A small workflow with a business failure, crashes of everybody, and any knobs."""
    knobs = Knobs(
        persistence=draws.choice(["memory", "database"]),
        delivery=draws.choice(["at-most-once", "at-least-once"]),
        publishing=draws.choice(["outbox", "dual-write"]),
        deduplicate=bool(draws.integers(2)),
        redelivery_timeout=int(draws.choice([d("100ms"), d("5s")])),
    )
    crash = Fault(
        kind="crash",
        every=Exponential(mean=int(draws.choice([d("5s"), d("20s"), d("60s")]))),
        lasts=Exponential(mean=int(draws.choice([d("500ms"), d("5s")]))),
    )
    setting = Setting(arrivals=POISSON, horizon=d("30s"), convergence=d("2m"), faults=(crash,))
    design = str(draws.choice(["orchestration", "choreography"]))
    return rejected(float(draws.choice([0.0, 0.2]))), setting, Variant(design=design, knobs=knobs)


def test_nothing_is_gained_by_harm() -> None:
    nothing_is_gained_by_harm({name: lambda values, name=name: values[name] for name in HARMED})


def nothing_is_gained_by_harm(measures: Mapping[str, Measure], scenarios: int = 100) -> None:
    """Law 1. Over random scenarios, crashes make no deciding measure better beyond noise."""
    draws = np.random.default_rng(18)
    gains: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(scenarios):
        workflow, setting, variant = _drawn(draws)
        seen = Runner(workflow).observation(RunSpec(variant, setting, number, 0))
        for name, measure in measures.items():
            change = measure(seen.values) - np.nan_to_num(measure(seen.baseline))
            gains[name].append(change if name in HIGHER else -change)
    for name, changes in gains.items():
        error = float(np.std(changes, ddof=1)) / math.sqrt(len(changes))
        assert np.mean(changes) <= 2 * error, name
        assert np.mean(changes) < 0, name  # they do harm

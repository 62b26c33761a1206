"""How often a 95 % interval holds the truth, over 400 small experiments with a known answer.

    python -m benchmarks.coverage [--exact | --rare]

Each experiment is a scenario of its own, run as users run theirs: one step, exponential service
with mean 80 ms, no contention. From arrival to the durable verdict an instance needs one delivery
(5 ms), one commit, the service and one more commit. So mean latency is 85 ms where commits take no
time, and two commits of 3 ms more, 6 ms, where they are exponential with that mean.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from wfmodel.designs import Knobs
from wfmodel.designs.faults import Fault
from wfmodel.experiments import Scenario, Variant, run
from wfmodel.experiments.exact_answers import exact, simulated
from wfmodel.experiments.rare_events import Splitting, probability_of
from wfmodel.markov import KnownChain
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

EXPERIMENTS = 400
REPLICATIONS = 8
INSTANCES = 10
RARE_EXPERIMENTS = 200
RARE_WALKS = 200
RARE_SIZE = 16
RARE_DOWN = 4.0
RARE_LOOK = 400
EXACT_EXPERIMENTS = 200
EXACT_INSTANCES = 100
COMPARED = ("latency_mean", "committed", "lost")
SERVICE = parse_duration("80ms")
NETWORK = parse_duration("5ms")
COMMIT = parse_duration("3ms")
MEAN_LATENCY_S = (NETWORK + SERVICE) / 1e9
MEAN_DIFFERENCE_S = 2 * COMMIT / 1e9


def workflow() -> Workflow:
    """One step."""
    return Workflow(
        name="one-step",
        initial="work",
        states={
            "work": Task(service="worker", duration=Exponential(mean=SERVICE), next="done"),
            "done": Final(outcome="succeeded"),
        },
    )


def scenario(seed: int) -> Scenario:
    """One design with two stores, a constant network, no faults."""
    stores = {"instant": Constant(0), "slow": Exponential(mean=COMMIT)}
    return Scenario(
        question="Is the truth inside?",
        variants={
            name: Variant(design="choreography", knobs=Knobs(commit=commit))
            for name, commit in stores.items()
        },
        primary=("latency_mean",),
        setting=Setting(
            arrivals=Arrivals(every=Constant(parse_duration("1s")), most=INSTANCES),
            horizon=parse_duration("1m"),
            network=Constant(NETWORK),
        ),
        replications=REPLICATIONS,
        seed=seed,
        what_ifs=0,
    )


def covered(experiments: int = EXPERIMENTS) -> dict[str, float]:
    """Share of experiments whose interval holds the truth."""
    means = differences = 0
    for seed in range(experiments):
        line = run(scenario(seed), workflow(), jobs=1).metric("latency_mean")
        instant, difference = line.estimates[0], line.difference
        assert difference is not None
        means += instant.low <= MEAN_LATENCY_S <= instant.high
        differences += difference.estimate.low <= MEAN_DIFFERENCE_S <= difference.estimate.high
    return {"mean latency": means / experiments, "paired difference": differences / experiments}


class Gambler:
    """Has 1 of 16 and wins once in five: 7e-10. He may count his losses: states without end."""

    def __init__(self, *, counts: bool) -> None:
        self.counts = counts

    def initial(self) -> list[tuple[float, tuple[int, int]]]:
        """He begins with 1."""
        return [(1.0, (1, 0))]

    def jumps(self, state: tuple[int, int]) -> Iterator[tuple[float, tuple[int, int], bool]]:
        """One more, or one less."""
        has, losses = state
        if 0 < has < RARE_SIZE:
            yield 1.0, (has + 1, losses), False
            yield RARE_DOWN, (has - 1, losses + self.counts), False


def rare_covered(*, counts: bool) -> float:
    """Share of splitting's intervals that hold the gambler's chance."""
    truth = (RARE_DOWN - 1) / (RARE_DOWN**RARE_SIZE - 1)
    held = 0
    for seed in range(RARE_EXPERIMENTS):
        how = Splitting(RARE_WALKS, seed=seed, most=RARE_LOOK)
        known = KnownChain(Gambler(counts=counts), limit=1_000_000)
        found = probability_of(known, lambda state: state[0] == RARE_SIZE, splitting=how)
        assert found is not None
        held += found.estimate.low <= truth <= found.estimate.high
    return held / RARE_EXPERIMENTS


def surrounded(seed: int, *faults: Fault) -> Scenario:
    """Exponential times, messages delivered at most once, one instance at a time."""
    knobs = Knobs(commit=Exponential(mean=COMMIT), delivery="at-most-once")
    designs = ("orchestration", "choreography")
    return Scenario(
        question="Is the exact answer inside?",
        variants={name: Variant(design=name, knobs=knobs) for name in designs},
        setting=Setting(
            arrivals=Arrivals(at=(0,)),
            horizon=parse_duration("20s"),
            network=Exponential(mean=NETWORK),
            faults=faults,
        ),
        seed=seed,
    )


def two_steps() -> Workflow:
    """The saga of ``wfmodel exact``'s figures: two steps, each at its own service."""
    duration = Exponential(mean=SERVICE)
    return Workflow(
        name="two-steps",
        initial="pay",
        states={
            "pay": Task(service="payment", duration=duration, next="ship"),
            "ship": Task(service="shipping", duration=duration, next="done"),
            "done": Final(outcome="succeeded"),
        },
    )


def crashing(target: str) -> Fault:
    """Every 2 s, for 200 ms, on average."""
    every, lasts = parse_duration("2s"), parse_duration("200ms")
    return Fault(
        kind="crash", target=target, every=Exponential(mean=every), lasts=Exponential(mean=lasts)
    )


def exact_covered(design: str, fault: Fault, experiments: int = EXACT_EXPERIMENTS) -> list[str]:
    """Per answer: the exact value, how many intervals hold it, and the mean over all runs."""
    workflow, held, means = two_steps(), dict.fromkeys(COMPARED, 0), dict.fromkeys(COMPARED, 0.0)
    answers = next(a for a in exact(surrounded(0, fault), workflow) if a.variant == design)
    for seed in range(experiments):
        asked = surrounded(seed, fault)
        variant = asked.variants_by_name()[design]
        found = simulated(asked, workflow, variant, instances=EXACT_INSTANCES, jobs=1)
        for name in COMPARED:
            held[name] += found[name].low <= answers.value(name) <= found[name].high
            means[name] += found[name].mean / experiments
    return [
        f"{name} exactly {answers.value(name):.4f} (cut {answers.cut:.4f}), mean {means[name]:.4f}:"
        f" {held[name] / experiments:.1%} of {experiments} intervals hold it"
        for name in COMPARED
    ]


def print_exact() -> None:
    """Exact answers beside simulations, under crashes and under losses."""
    loss = Fault(kind="loss", target="services", probability=0.1)
    cases = {
        "orchestrator crashes": ("orchestration", crashing("orchestrator")),
        "services crash": ("choreography", crashing("services")),
        "messages are lost": ("choreography", loss),
    }
    for name, (design, fault) in cases.items():
        for line in exact_covered(design, fault):
            print(f"{name}, {design}: {line}", flush=True)


def print_rare() -> None:
    """Print the figures of rare events."""
    for kind, counts in (("known as a whole", False), ("of no end of states", True)):
        held = rare_covered(counts=counts)
        print(f"7e-10, {kind}: {held:.1%} of {RARE_EXPERIMENTS} intervals hold the truth")


def main() -> None:
    """Print the figures; with ``--exact`` or ``--rare``, only those."""
    chosen = sys.argv[1:]
    if not chosen or "--exact" in chosen:
        print_exact()
    if not chosen or "--rare" in chosen:
        print_rare()
    if chosen:
        return
    for name, share in covered().items():
        print(f"{name}: {share:.1%} of {EXPERIMENTS} intervals hold the truth")


if __name__ == "__main__":
    main()

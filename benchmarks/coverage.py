"""How often a 95 % interval holds the truth, over 400 small experiments with a known answer.

    python -m benchmarks.coverage

Each experiment is a scenario of its own, run as users run theirs: one step, exponential service
with mean 80 ms, no contention. From arrival to the durable verdict an instance needs one delivery
(5 ms), one commit, the service and one more commit. So mean latency is 85 ms where commits take no
time, and two commits of 3 ms more, 6 ms, where they are exponential with that mean.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from wfmodel.designs import Knobs
from wfmodel.experiments import Scenario, Variant, run
from wfmodel.experiments.rare import Splitting, probability_of
from wfmodel.exploration.markov import Chain
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

EXPERIMENTS = 400
REPLICATIONS = 8
INSTANCES = 10
RARE_EXPERIMENTS = 200
RARE_WALKS = 200
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


def rare_covered(repetitions: int = RARE_EXPERIMENTS) -> float:
    """Share of splitting's intervals that hold a gambler's chance of 7e-10, 1 up against 4 down."""
    size, down = 16, 4.0
    inner = np.arange(1, size)
    sources, targets = np.concatenate([inner, inner]), np.concatenate([inner + 1, inner - 1])
    rates = np.concatenate([np.ones(size - 1), np.full(size - 1, down)])
    matrix = sparse.csr_array((rates, (sources, targets)), shape=(size + 1, size + 1))
    places = np.arange(size + 1)
    chain = Chain(matrix, (places == 1).astype(float))
    truth = (down - 1) / (down**size - 1)
    held = 0
    for seed in range(repetitions):
        how = Splitting(RARE_WALKS, seed=seed)
        found = probability_of(chain, places == size, splitting=how).estimate
        held += found.low <= truth <= found.high
    return held / repetitions


def main() -> None:
    """Print the figures."""
    share = rare_covered()
    print(f"rare event of 7e-10: {share:.1%} of {RARE_EXPERIMENTS} intervals hold the truth")
    for name, share in covered().items():
        print(f"{name}: {share:.1%} of {EXPERIMENTS} intervals hold the truth")


if __name__ == "__main__":
    main()

"""The yardstick: a five-step orchestrated saga as one would write it by hand in plain SimPy.

The same parts as the modelled one: network hops, commits at orchestrator and service, exponential
work, transient failures with up to three attempts, a time-out per call, rollback in reverse order.
It knows no faults, keeps no history and measures nothing but latency and outcome.
"""

from __future__ import annotations

import random

import simpy

NETWORK_S = 0.001
COMMIT_S = 0.001
WORK_S = 0.020
TIMEOUT_S = 2.0
BACKOFF_S = 1.0
FLAKY = 0.01
STEPS = 5


class Service:
    """Takes a command, commits it, works, commits the result, replies."""

    def __init__(self, env: simpy.Environment, rng: random.Random) -> None:
        self.env = env
        self.rng = rng

    def call(self, work_s: float):
        env = self.env
        yield env.timeout(NETWORK_S)
        yield env.timeout(COMMIT_S)
        yield env.timeout(work_s)
        yield env.timeout(COMMIT_S)
        yield env.timeout(NETWORK_S)
        return self.rng.random() >= FLAKY


def saga(env: simpy.Environment, services: list[Service], rng: random.Random, results: list):
    """One instance, as the orchestrator runs it."""
    started = env.now
    yield env.timeout(NETWORK_S)
    yield env.timeout(COMMIT_S)
    completed = []
    for service in services:
        done = False
        for attempt in range(1, 4):
            if attempt > 1:
                yield env.timeout(BACKOFF_S * 2 ** (attempt - 2))
            call = env.process(service.call(rng.expovariate(1 / WORK_S)))
            outcome = yield call | env.timeout(TIMEOUT_S)
            done = call in outcome and bool(outcome[call])
            yield env.timeout(COMMIT_S)
            if done:
                break
        if not done:
            for past in reversed(completed):
                yield env.process(past.call(0.001))
                yield env.timeout(COMMIT_S)
            break
        completed.append(service)
    results.append((env.now - started, len(completed) == len(services)))


def run(instances: int, mean_gap_s: float, seed: int) -> list[tuple[float, bool]]:
    """All instances; returns (latency in seconds, succeeded) of each."""
    env, rng, results = simpy.Environment(), random.Random(seed), []
    services = [Service(env, rng) for _ in range(STEPS)]

    def arrivals():
        for _ in range(instances):
            yield env.timeout(rng.expovariate(1 / mean_gap_s))
            env.process(saga(env, services, rng, results))

    env.process(arrivals())
    env.run()
    return results

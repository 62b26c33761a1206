"""The simulator against queueing and reliability theory: results that are known exactly.

All runs are seeded, so each test either always passes or never does.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from tests.simulation.worlds import (
    INSTANT,
    d,
    durable_verdicts,
    exponential,
    rows,
    run,
    sequence,
)
from wfmodel.designs import Fault
from wfmodel.designs.history import FAULT_KINDS, Kind
from wfmodel.designs.messages import Received
from wfmodel.model.distributions import Constant
from wfmodel.model.failures import FailureMode, RetryPolicy

pytestmark = pytest.mark.long


NOTHING = Constant(0)


def erlang_c_wait(arrival_rate: float, service_rate: float, servers: int) -> float:
    """Mean wait in queue of M/M/c (Erlang 1917): P(wait) / (c mu - lambda)."""
    load = arrival_rate / service_rate
    rho = load / servers
    below = sum(load**k / math.factorial(k) for k in range(servers))
    top = load**servers / (math.factorial(servers) * (1 - rho))
    return (top / (below + top)) / (servers * service_rate - arrival_rate)


def mean_wait_s(servers: int, replication: int) -> float:
    """Mean time from the acceptance of a step to the start of its work, after a warm-up."""
    history = run(
        sequence(1, exponential("10ms"), capacity=servers),
        "choreography",
        INSTANT,
        every=exponential(f"{12500 // servers}us"),  # load 0.8 per server
        horizon="60s",
        network=NOTHING,
        replication=replication,
    )
    accepted, waits = {}, []
    for row in history:
        is_start = row.kind == Kind.REACT and isinstance(history.events[row.a], Received)
        if is_start and row.instance not in accepted:
            accepted[row.instance] = row.time_ns
        elif row.kind == Kind.BEGIN and row.time_ns > d("5s"):
            waits.append(row.time_ns - accepted[row.instance])
    return float(np.mean(waits)) / 1e9


@pytest.mark.parametrize("servers", [1, 3])
def test_waiting_times_agree_with_erlang_c(servers):
    means = [mean_wait_s(servers, replication) for replication in range(12)]
    expected = erlang_c_wait(80.0 * servers, 100.0, servers)
    half = stats.t.ppf(0.995, len(means) - 1) * stats.sem(means)
    assert abs(np.mean(means) - expected) < half, (np.mean(means), half, expected)
    assert half < 0.2 * expected  # narrow enough to mean something


def test_availability_of_alternating_crash_and_repair():
    faults = (
        Fault(kind="crash", target="service0", every=exponential("9s"), lasts=exponential("1s")),
    )
    ups = []
    for replication in range(20):
        history = run(
            sequence(1),
            knobs=INSTANT,
            horizon="2000s",
            most=1,
            faults=faults,
            replication=replication,
        )
        down, since = 0, None
        for row in history:
            if row.kind == Kind.FAULT_ON:
                assert FAULT_KINDS[row.a] == "crash"
                since = row.time_ns
            elif row.kind == Kind.FAULT_OFF and since is not None:
                down += min(row.time_ns, d("2000s")) - since
                since = None
        ups.append(1 - down / d("2000s"))
    half = stats.t.ppf(0.995, len(ups) - 1) * stats.sem(ups)
    assert abs(np.mean(ups) - 9 / (9 + 1)) < half  # MTTF / (MTTF + MTTR)
    assert half < 0.01


@pytest.mark.parametrize("design", ["orchestration", "choreography"])
def test_attempts_are_geometric(design):
    p = 0.3
    history = run(
        sequence(
            1, failures={"flaky": FailureMode("transient", p)}, retry=RetryPolicy(attempts=None)
        ),
        design,
        horizon="400s",
    )
    attempts = Counter(row.instance for row in rows(history, Kind.BEGIN))
    counts = np.array(list(attempts.values()))
    assert len(counts) == history.instances() == 3999
    half = stats.t.ppf(0.995, len(counts) - 1) * stats.sem(counts)
    assert abs(counts.mean() - 1 / (1 - p)) < half  # mean of a geometric distribution
    observed = np.array([(counts == k).sum() for k in range(1, 7)] + [(counts > 6).sum()])
    odds = [(1 - p) * p ** (k - 1) for k in range(1, 7)] + [p**6]
    assert stats.chisquare(observed, np.array(odds) * len(counts)).pvalue > 0.001


def test_latency_of_a_sequence_is_the_sum_of_its_parts():
    history = run(sequence(5), "choreography", most=20)
    # 5 x (1 ms network + 1 ms commit of the message + 10 ms work + 1 ms commit of the result)
    assert {at for _, at in latencies(history)} == {d("65ms")}
    history = run(sequence(5), "orchestration", most=20)
    # start 1+1, then 5 x (command 1+1, work 10+1, reply 1+1)
    assert {at for _, at in latencies(history)} == {d("77ms")}


def test_mean_latency_of_exponential_steps_is_the_sum_of_means():
    history = run(sequence(4, exponential("20ms")), "choreography", horizon="400s")
    values = np.array([at for _, at in latencies(history)]) / 1e6
    half = stats.t.ppf(0.995, len(values) - 1) * stats.sem(values)
    assert abs(values.mean() - (4 * 20 + 4 * 3)) < half


def latencies(history):
    arrived = {row.instance: row.time_ns for row in rows(history, Kind.ARRIVE)}
    return [(v, at - arrived[i]) for i, (v, at) in durable_verdicts(history).items()]

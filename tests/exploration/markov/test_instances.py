"""Chains of workflow instances: known means, what is refused, and what is cut."""

from __future__ import annotations

import numpy as np
import pytest

from tests.exploration.markov.chains import crashes, exponential, instance, saga
from wfmodel.designs import Knobs, orchestrate
from wfmodel.designs.faults import Fault
from wfmodel.markov import (
    NotExponentialError,
    Surroundings,
    TooManyStatesError,
    build,
    expected_reward,
    expected_time_if_hit,
    hits,
)
from wfmodel.markov.jump_semantics import ZeroTimeLoopError
from wfmodel.model.distributions import Constant, Exponential, Gamma
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Branch, Choice, Final, Task, Workflow

NETWORK_S, COMMIT_S, SERVICE_S = 0.005, 0.003, 0.080


def _choice(*branches: tuple[str, float]) -> Choice:
    return Choice(branches=tuple(Branch(next=n, when=n, probability=p) for n, p in branches))


def mean_latency(built) -> float:
    ever, mean = expected_time_if_hit(built.chain, built.chain.labels["verdict"])
    assert ever == pytest.approx(1.0)
    return mean


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_an_orchestrated_saga_is_a_sum_of_its_parts(steps):
    """Start is delivered and committed; then for each step: command, commit, work, commit, reply,
    commit."""
    mean = NETWORK_S + COMMIT_S + steps * (2 * NETWORK_S + 3 * COMMIT_S + SERVICE_S)
    assert mean_latency(instance(steps)) == pytest.approx(mean)


def test_a_choreographed_saga_is_a_sum_of_its_parts():
    """Each step: its event is delivered, committed, worked on and committed."""
    mean = 3 * (NETWORK_S + 2 * COMMIT_S + SERVICE_S)
    assert mean_latency(instance(3, design="choreography")) == pytest.approx(mean)


def test_loss_multiplies():
    """Start, and two messages a step; only those to the service are lost."""
    built = instance(2, Fault(kind="loss", target="service0", probability=0.1))
    lost = built.chain.labels["lost"]
    assert float(built.chain.initial @ hits(built.chain, lost)) == pytest.approx(0.1)


def test_a_message_comes_again_after_the_redelivery_time_out():
    """Each loss costs a time-out and another delivery: 1/9 losses on average, of one message."""
    knobs = Knobs(commit=Constant(0), redelivery_timeout=parse_duration("2s"))
    loss = Fault(kind="loss", target="service0", probability=0.1)
    built = instance(1, loss, knobs=knobs, stages=4)
    assert built.approximated == {"knobs.redelivery_timeout": 4}
    mean = 3 * NETWORK_S + SERVICE_S + 2.0 / 9
    assert mean_latency(built) == pytest.approx(mean)


def test_a_service_that_is_down_when_its_only_message_comes_loses_the_instance():
    """Choreography, nothing else crashes: lost if the service is down, or crashes at work."""
    knobs = Knobs(commit=Constant(0), delivery="at-most-once", persistence="memory")
    built = instance(1, crashes("*"), design="choreography", knobs=knobs)
    crash, work, network = 1 / 10, 1 / SERVICE_S, 1 / NETWORK_S
    # Down or up while the message travels, then a race of work and crash.
    up_on_arrival = (network + 1) / (network + 1 + crash)
    expected = up_on_arrival * work / (work + crash)
    verdict = built.chain.labels["verdict"]
    assert float(built.chain.initial @ hits(built.chain, verdict)) == pytest.approx(expected)


def test_a_choice_is_taken_within_the_jump():
    workflow = Workflow(
        name="either",
        initial="which",
        states={
            "which": _choice(("work", 0.3), ("aborted", 0.7)),
            "work": Task(service="one", duration=exponential("80ms"), next="done"),
            "done": Final(outcome="succeeded"),
            "aborted": Final(outcome="aborted"),
        },
    )
    knobs = Knobs(commit=Constant(0), delivery="at-most-once")
    built = build(orchestrate(workflow, knobs), Surroundings(exponential("5ms")))
    chain = built.chain
    ended = {e: float(chain.initial @ hits(chain, chain.labels[e])) for e in ("committed", "lost")}
    assert ended == pytest.approx({"committed": 0.3, "lost": 0.0})
    assert float(chain.initial @ hits(chain, chain.labels["compensated"])) == pytest.approx(0.7)


def test_every_end_is_reached_or_cut():
    built = instance(1, crashes("*"))
    chain = built.chain
    end = chain.labels["over"] | chain.labels["cut"]
    assert float(chain.initial @ hits(chain, end)) == pytest.approx(1.0)
    assert 0 < float(chain.initial @ hits(chain, chain.labels["cut"])) < 1e-4
    assert np.isfinite(chain.initial @ expected_reward(chain, np.ones(chain.size), end))


def test_allowing_more_copies_cuts_less_and_changes_no_more_than_was_cut():
    few, more = instance(1, crashes("*")), instance(1, crashes("*"), copies=2)
    cut = [float(b.chain.initial @ hits(b.chain, b.chain.labels["cut"])) for b in (few, more)]
    ever = [float(b.chain.initial @ hits(b.chain, b.chain.labels["verdict"])) for b in (few, more)]
    assert cut[1] < cut[0] / 10
    assert abs(ever[0] - ever[1]) <= cut[0]


def test_a_whole_gamma_shape_is_exact():
    work = Gamma(mean=parse_duration("80ms"), shape=4)
    around = Surroundings(exponential("5ms"))
    workflow = Workflow(
        name="one",
        initial="work",
        states={
            "work": Task(service="one", duration=work, next="done"),
            "done": Final(outcome="succeeded"),
        },
    )
    knobs = Knobs(commit=Constant(0), delivery="at-most-once")
    built = build(orchestrate(workflow, knobs), around)
    assert built.approximated == {}
    assert mean_latency(built) == pytest.approx(3 * NETWORK_S + SERVICE_S)


@pytest.mark.parametrize(
    ("knobs", "around", "words"),
    [
        ({}, {"network": Constant(5_000_000)}, "setting.network is constant"),
        ({"commit": Constant(1_000_000)}, {}, "knobs.commit is constant .mean 0.001 s"),
        (
            {"persistence": "log"},
            {},
            "knobs.persistence: a log is flushed on a fixed grid",
        ),
        ({"persistence": "event-stream"}, {}, "knobs.replay depends on other instances"),
        (
            {},
            {"faults": (Fault(kind="pause", every=exponential("1m")),)},
            "setting.faults.0: pause",
        ),
        (
            {},
            {"faults": (Fault(kind="crash", at=("1s",)),)},
            "setting.faults.0: crash is not among what an exact answer knows",
        ),
        (
            {},
            {"faults": (Fault(kind="crash", every=Constant(10**9)),)},
            "setting.faults.0.every is constant",
        ),
        (
            {"delivery": "at-least-once"},
            {"faults": (Fault(kind="loss", probability=0.1),)},
            "knobs.redelivery_timeout is constant",
        ),
    ],
)
def test_what_is_not_exponential_is_refused_by_its_place(knobs, around, words):
    knobs = {"commit": Constant(0), "delivery": "at-most-once", **knobs}
    around = {"network": Exponential(mean=5_000_000), **around}
    with pytest.raises(NotExponentialError, match=words):
        build(orchestrate(saga(1), Knobs(**knobs)), Surroundings(**around))


def test_a_step_time_out_is_refused_by_its_place():
    system = orchestrate(saga(1, timeout=parse_duration("1s")), Knobs(commit=Constant(0)))
    with pytest.raises(NotExponentialError, match="the time-out of 'step0' is constant"):
        build(system, Surroundings(exponential("5ms")))


def test_a_chain_that_grows_too_large_is_refused():
    with pytest.raises(TooManyStatesError, match="more than 50 states"):
        instance(2, crashes("*"), limit=50)


def test_a_loop_without_time_is_refused():
    workflow = Workflow(
        name="loop",
        initial="which",
        states={
            "which": _choice(("which2", 1.0)),
            "which2": _choice(("which", 1.0)),
            "done": Final(outcome="succeeded"),
        },
    )
    system = orchestrate(workflow, Knobs(commit=Constant(0)))
    with pytest.raises(ZeroTimeLoopError, match="give one of them a duration"):
        build(system, Surroundings(exponential("5ms")))

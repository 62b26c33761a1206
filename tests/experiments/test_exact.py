"""Exact answers against simulations, rare events against exact answers, and the commands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.cli.test_command_line import call
from tests.exploration.markov.chains import chain_of, exponential, marks, saga
from wfmodel.designs import Knobs, Table, orchestrate
from wfmodel.designs.faults import Fault
from wfmodel.designs.state import Status, View
from wfmodel.experiments import Scenario, Variant
from wfmodel.experiments.exact_answers import exact, simulated
from wfmodel.experiments.recovery_of_chain import recovery_of
from wfmodel.experiments.run_spec import RunSpec, run_cells
from wfmodel.experiments.statistics import share
from wfmodel.markov import Chain, InstanceChain
from wfmodel.markov.chain_state import State
from wfmodel.markov.phase_type import NotExponentialError
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Workflow
from wfmodel.semantics.configuration import EffectStore
from wfmodel.simulation import Arrivals, Setting

pytestmark = pytest.mark.long


def scenario(seed: int, *faults: Fault, **knobs: object) -> Scenario:
    careful = Knobs(commit=exponential("3ms"), delivery="at-most-once", **knobs)
    return Scenario(
        question="Is the exact answer inside?",
        variants={
            name: Variant(design=name, knobs=careful) for name in ("orchestration", "choreography")
        },
        setting=Setting(
            arrivals=Arrivals(at=(0,)),
            horizon=parse_duration("20s"),
            network=exponential("5ms"),
            faults=faults,
        ),
        seed=seed,
    )


def retried() -> Workflow:
    return saga(
        1,
        failures={"busy": {"kind": "transient", "probability": 0.3}},
        retry={"attempts": 2, "backoff": "0s"},
    )


CRASH = Fault(
    kind="crash", target="orchestrator", every=exponential("2s"), lasts=exponential("200ms")
)
LOSS = Fault(kind="loss", target="services", probability=0.1)


def times_held(
    faults: tuple[Fault, ...], design: str, truth: dict[str, float], workflow: Workflow
) -> dict[str, int]:
    """Of 12 intervals, each over 60 instances, how many hold the truth."""
    held = dict.fromkeys(truth, 0)
    for seed in range(12):
        asked = scenario(seed, *faults)
        variant = asked.variants_by_name()[design]
        found = simulated(asked, workflow, variant, instances=60, jobs=1)
        for name, value in truth.items():
            held[name] += found[name].low <= value <= found[name].high
    return held


def test_simulations_cover_the_exact_answer_under_losses():
    """Of 12 intervals at 95 %, fewer than 9 hold the truth twice in 10,000 times."""
    answers = exact(scenario(1, LOSS), retried())[1]
    truth = {name: answers.value(name) for name in ("latency_mean", "committed", "lost")}
    held = times_held((LOSS,), "choreography", truth, retried())
    assert min(held.values()) >= 9, held


def test_simulations_cover_the_exact_answer_under_crashes():
    """The same, where only the orchestrator crashes: nothing that a service did is done again."""
    answers = exact(scenario(1, CRASH), saga(1))[0]
    truth = {name: answers.value(name) for name in ("latency_mean", "committed", "lost")}
    held = times_held((CRASH,), "orchestration", truth, saga(1))
    assert min(held.values()) >= 9, held


def test_an_end_that_no_instance_met_still_has_an_interval():
    """None of 60 instances is lost: 1 - 0.025 ** (1 / 60) is what the binomial allows."""
    asked = scenario(1)
    variant = asked.variants_by_name()["choreography"]
    lost = simulated(asked, saga(1), variant, instances=60, jobs=1)["lost"]
    assert (lost.mean, lost.low) == (0, 0)
    assert lost.high == pytest.approx(1 - 0.025 ** (1 / 60))
    with pytest.raises(ValueError, match="values that are 0 or 1"):
        share([0.0, 0.5])


def test_full_jitter_is_refused_as_what_it_is():
    retry = {"attempts": 2, "backoff": "1s", "jitter": "full"}
    workflow = saga(1, failures={"busy": {"kind": "transient", "probability": 0.3}}, retry=retry)
    with pytest.raises(NotExponentialError, match=r"\(full jitter\) is uniform \(mean 0.5 s\)"):
        exact(scenario(1), workflow)


def test_answers_add_up():
    orchestration, choreography = exact(scenario(1, LOSS), saga(2))
    for answers in (orchestration, choreography):
        ends = ("committed", "compensated", "lost", "split_verdict", "orphaned_effect")
        assert sum(answers.value(name) for name in ends) == pytest.approx(
            1.0, abs=answers.cut + 1e-9
        )
        assert 0 < answers.value("divergent_share") < 1
    assert choreography.cut == 0
    with pytest.raises(KeyError, match="no exact answer 'nothing'; there are verdict"):
        choreography.value("nothing")


# ----------------------------------------------------------------------- life and recovery


def struck(done: float, crash: float, repair: float, lost: float) -> tuple[InstanceChain, list]:
    """0 works, 1 is down, 2 has a verdict, 3 is lost; only the verdict is progress."""
    calm = chain_of(4, [(0, 2, done), (1, 0, repair), (1, 3, lost)])
    labels = {"verdict": marks(4, 2), "over": marks(4, 2, 3), "cut": marks(4)}
    calm = replace(calm, labels=labels)
    chain = Chain(calm.rates + chain_of(4, [(0, 1, crash)]).rates, calm.initial, labels)
    state = State((), EffectStore(), (), ())
    table = Table(orchestrate(saga(1)))
    views = [(View(),), (View(),), (View(Status.SUCCEEDED),), (View(),)]
    return InstanceChain(chain, calm, [state] * 4, table, {}), views


def test_recovery_has_its_closed_form():
    """From a crash: the repair, then work until it is done or the next crash comes."""
    done, crash, repair = 5.0, 2.0, 3.0
    found = recovery_of(*struck(done, crash, repair, 0.0))
    assert found is not None
    assert found.standstills == pytest.approx(crash / (done + crash))
    assert found.mean_s == pytest.approx((1 / repair + 1 / (done + crash)) * (done + crash) / done)
    assert found.never == pytest.approx(0, abs=1e-12)


def test_what_is_lost_counts_as_never_recovered_and_not_as_time():
    done, crash, repair, lost = 5.0, 2.0, 3.0, 1.0
    found = recovery_of(*struck(done, crash, repair, lost))
    onward, back = crash / (done + crash), repair / (repair + lost)
    verdict = done / (done + crash) / (1 - onward * back)
    standstills = onward * back * verdict
    time_s = onward * (back * verdict / (repair + lost) + back * verdict / (done + crash))
    time_s /= 1 - onward * back
    assert found is not None
    assert found.standstills == pytest.approx(standstills)
    assert found.mean_s == pytest.approx(time_s / standstills)
    assert found.never == pytest.approx((1 - verdict) / (1 - verdict + standstills))


def test_simulated_standstills_last_as_long_as_the_chain_says():
    """Only the orchestrator crashes, so no interrupted work is done again (docs/exact.md)."""
    often = Fault(
        kind="crash", target="orchestrator", every=exponential("500ms"), lasts=exponential("100ms")
    )
    asked = scenario(1, often)
    answers = exact(asked, saga(1))[0]
    variant = asked.variants_by_name()["orchestration"]
    setting = replace(asked.setting, arrivals=Arrivals(at=(1,)))
    cells = [RunSpec(variant, setting, 1, number) for number in range(1500)]
    runs = run_cells(saga(1), cells, jobs=1, label="", progress=None)
    met = [
        pair
        for run in runs
        for pair in zip(run.recovery.seconds, run.recovery.observed, strict=True)
    ]
    lasted = np.array([seconds for seconds, ended in met if ended])
    never = np.array([not ended for _, ended in met])
    for seen, value in ((lasted, answers.value("recovery")), (never, answers.value("no_recovery"))):
        assert abs(seen.mean() - value) < 4 * seen.std() / len(seen) ** 0.5


def test_simulated_instances_are_inconsistent_as_long_as_the_chain_says():
    """Without faults every end is clean, so the metric looks at the same time as the chain."""
    asked, workflow = scenario(1), saga(2)
    for answers in exact(asked, workflow):
        variant = asked.variants_by_name()[answers.variant]
        seen = simulated(asked, workflow, variant, instances=400, jobs=1)["disagreement_time"]
        off = abs(seen.mean - answers.value("inconsistent_life"))
        assert off < 2 * seen.half_width, (answers.variant, seen)
        assert answers.value("consistent_share") < 1


# --------------------------------------------------------------------------------- commands

SCENARIO = """
question: How likely is a lost order?
workflow: workflow.yaml
designs: [choreography]
knobs: {delivery: at-most-once, commit: 0s}
setting:
  arrivals: {at: [0s]}
  horizon: 10s
  network: NETWORK
  faults:
    - {kind: loss, target: services, probability: 0.1}
"""
WORKFLOW = """
name: order
initial: pay
states:
  pay:
    kind: task
    service: payment
    duration: {distribution: exponential, mean: 80ms}
    next: ship
  ship:
    kind: task
    service: shipping
    duration: {distribution: exponential, mean: 50ms}
    next: done
  done: {kind: final, outcome: succeeded}
"""
NETWORK = "{distribution: exponential, mean: 5ms}"


@pytest.fixture
def file(tmp_path):
    (tmp_path / "workflow.yaml").write_text(WORKFLOW)
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO.replace("NETWORK", NETWORK))
    return path


def test_the_command_shows_the_exact_answer_and_the_simulated_one(capsys, file):
    code, out, _ = call(
        capsys, "exact", str(file), "--within", "1s", "--simulate", "20", "--jobs", "1"
    )
    assert code == 0
    [lost] = [line.split() for line in out.splitlines() if line.strip().startswith("lost ")]
    assert float(lost[1]) == pytest.approx(1 - 0.9**2)
    assert "A verdict within 1 s" in out
    assert "simulated, 95 % interval" in out


def test_the_command_refuses_what_is_not_exponential(capsys, file):
    file.write_text(SCENARIO.replace("NETWORK", "5ms"))
    code, _, err = call(capsys, "exact", str(file))
    assert code == 2
    assert "setting.network is constant (mean 0.005 s)" in err
    code, out, _ = call(capsys, "exact", str(file), "--stages", "3")
    assert code == 0
    assert "approximated: setting.network, by 3 Erlang stages" in out


def test_the_command_estimates_a_rare_end(capsys, file):
    code, out, _ = call(capsys, "rare", str(file), "--event", "lost", "--seed", "2")
    assert code == 0
    assert out.startswith("choreography: lost 0.1")
    assert "exactly 0.19" in out
    code, out, _ = call(capsys, "rare", str(file), "--event", "split-verdict")
    assert (code, out) == (0, "choreography: split-verdict cannot happen\n")
    code, _, err = call(capsys, "rare", str(file), "--event", "gone")
    assert code == 2
    assert "no end 'gone'; there are committed" in err


def test_a_variant_without_a_chain_is_named_and_the_others_are_answered():
    asked = scenario(1)
    solved = asked.variants_by_name()["choreography"]
    fixed = replace(solved, knobs=replace(solved.knobs, commit=Constant(10**6)))
    variants = {"solved": solved, "fixed": fixed}
    found = exact(replace(asked, variants=variants), saga(1))
    assert [each.variant for each in found] == ["solved"]
    assert list(found.refused) == ["fixed"]
    assert "commit" in found.refused["fixed"]
    assert "no answer about fixed" in str(found)
    with pytest.raises(NotExponentialError, match="commit"):
        exact(replace(asked, variants={"fixed": fixed}), saga(1))

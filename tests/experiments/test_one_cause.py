"""Several advantages that the same instances decide are one, and are said to be one."""

from __future__ import annotations

from dataclasses import replace

from tests.experiments.test_measures import POISSON, compared, estimate, rejected
from wfmodel.designs import Fault, Knobs
from wfmodel.experiments import Comparison, Variant, answer
from wfmodel.experiments.one_cause import one_cause
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Setting


def half_done() -> Comparison:
    """Who writes first and tells never against who loses nothing."""
    crash = Fault(kind="crash", every=Exponential(mean=d("20s")), lasts=Constant(d("2s")))
    setting = Setting(arrivals=POISSON, horizon=d("5m"), convergence=d("2m"), faults=(crash,))
    variants = {
        "fragile": Variant(
            design="choreography", knobs=Knobs(persistence="memory", delivery="at-most-once")
        ),
        "sound": Variant(design="choreography"),
    }
    return compared(rejected(0.1), setting, variants=variants, replications=12)


def test_advantages_that_the_same_instances_decide_are_said_to_be_one() -> None:
    found = half_done()
    won = [line for line in found.primary() if line.decided and line.winner == 1]
    assert len(won) >= 3
    cause = one_cause(found, won)
    assert cause is not None
    assert set(cause.shares) == {line.name for line in won}
    fragile, sound = found.variants
    assert cause.derailed == (fragile.derailed, sound.derailed)
    assert fragile.derailed == round(estimate(found, "derailed") * fragile.instances) > 0
    said = answer(found)
    assert "one advantage, not " in said.headline
    [told] = [each for each in said.points if each.startswith("One cause: ")]
    assert f"{fragile.derailed:,} of {fragile.instances:,} in fragile" in told


def test_advantages_of_different_causes_are_not() -> None:
    """Delay alone is no second advantage of the same cause if it is that of others."""
    found = half_done()
    line = found.metric("fault_delay")
    fragile, sound = found.variants
    elsewhere = {**fragile.lost_on_derailed, "fault_delay": 0.0, "terminal_consistency": 0.0}
    moved = replace(fragile, lost_on_derailed={**elsewhere, "wrong_time": 0.0})
    apart = replace(found, variants=(moved, sound))
    assert one_cause(apart, [line, found.metric("committed")]) is None
    assert "one advantage" not in answer(apart).headline
    assert one_cause(found, [line]) is None  # one is one

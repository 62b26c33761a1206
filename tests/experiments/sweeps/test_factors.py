"""A value is written where the path leads, and nowhere else; what cannot be is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.experiments.samples import scenario, workflow
from wfmodel.designs import Knobs
from wfmodel.experiments.experiment import Factor
from wfmodel.experiments.factorial.factors import FactorError, Setup, applied
from wfmodel.experiments.scenario import Variant
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.units import LONGEST_NS
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Service

SETUP = Setup(scenario(), replace(workflow(), services={"payment-service": Service(capacity=2)}))


def factor(path, **keys) -> Factor:
    return Factor(path=path, **(keys or {"levels": (1, 2)}))


def test_a_duration_becomes_the_mean_of_a_distribution_and_the_family_stays():
    found = applied(SETUP, factor("setting.faults.0.every"), "7s")
    assert found.scenario.setting.faults[0].every == Exponential(mean=d("7s"))
    assert found.workflow == SETUP.workflow
    back = replace(found.scenario, setting=SETUP.scenario.setting)
    assert back == SETUP.scenario


def test_a_constant_can_be_zero_before_and_after():
    delay = factor("knobs.relay_delay")
    later = applied(SETUP, delay, "500ms")
    assert later.scenario.knobs.relay_delay == Constant(d("500ms"))
    assert applied(later, delay, "0s").scenario.knobs.relay_delay == Constant(0)
    never = applied(SETUP, factor("setting.faults.0.lasts"), 0)
    assert never.scenario.setting.faults[0].lasts == Constant(0)


def test_a_distribution_can_be_given_whole():
    value = {"distribution": "uniform", "low": "1s", "high": "3s"}
    found = applied(SETUP, factor("setting.network"), value)
    assert found.scenario.setting.network.mean_ns() == d("2s")


def test_a_star_reaches_every_duration_there_is():
    found = applied(SETUP, factor("workflow.states.*.duration", levels=(2, 3), times=True), 3)
    before, after = SETUP.workflow.states, found.workflow.states
    assert [after[n].duration.mean_ns() for n in ("reserve", "pay", "ship")] == [
        3 * before[n].duration.mean_ns() for n in ("reserve", "pay", "ship")
    ]
    assert after["done"] == before["done"]


def test_knobs_are_set_for_every_variant():
    variants = {
        "a": Variant(design="orchestration"),
        "b": Variant(design="orchestration", knobs=Knobs(deduplicate=False)),
    }
    setup = replace(SETUP, scenario=replace(SETUP.scenario, variants=variants, compare=None))
    found = applied(setup, factor("knobs.persistence"), "memory").scenario.variants
    assert [v.knobs.persistence for v in found.values()] == ["memory", "memory"]
    assert [v.knobs.deduplicate for v in found.values()] == [True, False]
    only_b = applied(setup, factor("variants.b.knobs.watchdog"), "30s").scenario.variants
    assert [v.knobs.watchdog for v in only_b.values()] == [None, d("30s")]


def test_a_design_leaves_one_system():
    found = applied(SETUP, factor("design"), "choreography").scenario
    assert [v.design for v in found.variants_by_name().values()] == ["choreography"]
    assert found.pair() is None


def test_a_name_with_a_dot_is_reached_by_a_list():
    renamed = replace(SETUP.workflow, services={"a.b": Service(capacity=2)})
    path = ("workflow", "services", "a.b", "capacity")
    found = applied(replace(SETUP, workflow=renamed), factor(path), 9)
    assert found.workflow.services["a.b"].capacity == 9


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("knobs.persistance", "memory", "unknown part 'persistance'; did you mean 'persistence'"),
        ("knobs.persistence", "disk", "'database'"),
        ("setting.faults.3.every", "1s", "unknown part '3'; there are 0"),
        ("seting.network", "1s", "unknown beginning 'seting'; did you mean 'setting'"),
        ("setting", 1, "unknown beginning 'setting'"),
        ("setting.faults.0.probability", 1.5, "less than or equal to 1"),
        ("setting.network", "1 parsec", "unknown unit 'parsec'"),
        ("workflow.services.payment-service.capacity", 0, "greater than 0"),
        ("workflow.states.*.nonsense", 1, "nothing here has 'nonsense'"),
        ("design", "anarchy", "'choreography'"),
        ("variant", "third", "unknown variant 'third'; there are orchestration, choreography"),
        ("setting.warm_up", "1d", "warm_up must be shorter"),
    ],
)
def test_what_cannot_be_is_said(path, value, message):
    with pytest.raises(FactorError) as caught:
        applied(SETUP, factor(path), value)
    assert message in str(caught.value)


def test_times_a_number_beyond_all_bounds_is_the_longest_duration_or_said():
    longest = applied(SETUP, factor("setting.network", levels=(2, 1e308), times=True), 1e308)
    assert longest.scenario.setting.network.mean_ns() == LONGEST_NS
    capacity = factor("workflow.services.payment-service.capacity", levels=(2, 1e308), times=True)
    with pytest.raises(FactorError, match="9 times 1e\\+308 is beyond the range of floats"):
        applied(applied(SETUP, replace(capacity, times=False), 9), capacity, 1e308)


def test_times_needs_a_number():
    with pytest.raises(FactorError, match="times needs a number or a duration; there is True"):
        applied(SETUP, factor("knobs.deduplicate", levels=(1, 2), times=True), 2)

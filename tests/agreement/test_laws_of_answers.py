"""What holds for the answer of every comparison, whatever is compared and whatever strikes."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import Phase, assume, given, settings

from tests.agreement.dressed import worlds
from wfmodel.designs import Fault, System
from wfmodel.designs.anomalies import CLEAN
from wfmodel.experiments import Comparison, Scenario, answer, run
from wfmodel.experiments.assumptions import assumptions
from wfmodel.experiments.hit_alike import stops
from wfmodel.experiments.statistics import DifferenceVerdict, Method
from wfmodel.experiments.storms import StormsError
from wfmodel.metrics import METRICS, Per
from wfmodel.model.distributions import Constant
from wfmodel.model.units import parse_duration as d
from wfmodel.simulation import Setting

pytestmark = pytest.mark.long

World = tuple[System, Setting, int]
REPLICATIONS = 3
CRASH = Fault(kind="crash", at=(d("5ms"), d("100ms")), lasts=Constant(d("20ms")))
NEEDS_A_TWIN = ("fault_delay", "hurt", "derailed")
"""Of a run that is a twin there is none."""


def comparison(world: World) -> Comparison | None:
    """Both designs of the workflow, with its knobs, in its setting; None where it never ends. In
    every second one, every process crashes, too.
    """
    system, setting, seed = world
    if seed % 2:
        setting = replace(setting, faults=(*setting.faults, CRASH))
    scenario = Scenario(
        question="Which?",
        setting=setting,
        knobs=system.knobs,
        replications=REPLICATIONS,
        seed=seed,
        what_ifs=0,
    )
    try:
        return run(scenario, system.flow.workflow, jobs=1)
    except StormsError:
        return None


@given(worlds())
@settings(max_examples=15, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_answers_keep_the_laws(world: World) -> None:
    """Not made smaller on failure: each example is a comparison of six runs and their twins."""
    found = comparison(world)
    assume(found is not None and found.variants[0].instances > 0)
    for law in LAWS:
        law(found)


def zero_has_a_width(found: Comparison) -> None:
    """Law 7: no event in n, or nothing but events, has an interval that says so."""
    for line in found.metrics:
        if line.metric.unit != "fraction" or line.metric.per is not Per.INSTANCES:
            continue
        for estimate in line.estimates:
            if estimate.mean == 0 and line.name in ("lost", "committed", "hurt", "derailed"):
                assert estimate.low == 0, line.name
                assert 0 < estimate.high <= 1, line.name
            if estimate.mean == 1 and line.name in ("committed", "terminal_consistency"):
                assert estimate.low < 1 == estimate.high, line.name
    for line in found.metrics:
        for estimate in line.estimates:
            if estimate.method is Method.NONE and not math.isnan(estimate.mean):
                assert estimate.needed > REPLICATIONS, line.name
    few = [line for line in found.metrics if line.verdict is DifferenceVerdict.TOO_FEW]
    for line in few:  # three replications show nothing, and the answer says how many it takes
        assert line.difference is not None
        assert (line.difference.needed or 0) > REPLICATIONS
    assert not any(line.verdict is DifferenceVerdict.SHOWN for line in found.metrics)


def nobody_drops_out_of_a_difference(found: Comparison) -> None:
    """Law 5: a difference is that of its two columns."""
    for line in found.metrics:
        if line.difference is None or line.verdict is DifferenceVerdict.UNDEFINED:
            continue
        first, second = (each.mean for each in line.estimates)
        if not math.isnan(first + second):
            gap = line.difference.estimate.mean
            told = 0.0 if first == second else second - first  # both may be "never"
            assert math.isclose(gap, told, rel_tol=1e-9, abs_tol=1e-9), line.name


def who_alone_is_hit_is_named(found: Comparison) -> None:
    """Law 10: a process that only one design has, and that was stopped, is named."""
    text = " ".join(answer(found).cautions)
    for mine, other in (found.variants, found.variants[::-1]):
        only = {
            each.target
            for each in mine.struck
            if stops(each) and each.target not in (*other.processes, "broker")
        }
        assert (f"Only {mine.name} is hit by" in text) == bool(only)
        assert all(target in text for target in only)


def what_went_wrong_is_told_with_an_instance(found: Comparison) -> None:
    """Law 11: each way to end wrong has its number and an instance to look at."""
    clean = {each.value for each in CLEAN}
    points = answer(found).points
    for variant in found.variants:
        [line] = [each for each in points if each.startswith(f"Did not end clean, {variant.name}:")]
        for ending, count in variant.endings.items():
            if not count or ending in clean or ending == "still-running":
                continue
            assert re.search(r"Why: \d+ .*after (no fault|\d+)", line), line
            words = ending.replace("-", " ")
            assert f"{count:,} {words}" in line
            assert re.search(rf"{words}: instance \d+ of replication \d+", line), line


def it_is_said_in_words(found: Comparison) -> None:
    """Law 13: no metric is called by its name in the code."""
    said = answer(found)
    names = {name for name in METRICS if "_" in name} - {"completion_time"}
    for text in (said.headline, *said.points):
        assert not names & set(re.findall(r"\w+", text)), text
    evidence = " ".join(said.points).lower()
    for line in found.primary():
        assert line.metric.title.lower() in evidence, line.name


def what_it_rests_on_is_complete(found: Comparison) -> None:
    """Law 12: every service's capacity and every step's duration is among the assumptions."""
    listed = {each.place for each in assumptions(found.scenario, found.workflow)}
    for name, state in found.workflow.states.items():
        if state.kind == "task":
            assert f"workflow.{name}.duration" in listed
            assert f"workflow.services.{state.service}.capacity" in listed


def the_baseline_is_the_run_without_faults(found: Comparison) -> None:
    """Law 4: what a metric would be without faults is what it is without faults."""
    scenario = found.scenario
    calm = replace(scenario, setting=replace(scenario.setting, faults=()))
    without = run(calm, found.workflow, jobs=1)
    for line in found.metrics:
        if not line.baseline or line.name in NEEDS_A_TWIN:
            continue
        means = [each.mean for each in without.metric(line.name).estimates]
        assert [each.mean for each in line.baseline] == pytest.approx(means, nan_ok=True), line.name


LAWS: tuple[Callable[[Comparison], None], ...] = (
    zero_has_a_width,
    nobody_drops_out_of_a_difference,
    who_alone_is_hit_is_named,
    what_went_wrong_is_told_with_an_instance,
    it_is_said_in_words,
    what_it_rests_on_is_complete,
    the_baseline_is_the_run_without_faults,
)

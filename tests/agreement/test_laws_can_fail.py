"""Each law of measures and answers, with a change planted under which its test has to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, assume, given, settings

from tests.agreement import test_laws_of_answers as answers
from tests.agreement import test_laws_of_measures as measures
from tests.agreement.dressed import worlds
from tests.experiments.test_measures import nothing_is_gained_by_harm
from wfmodel.experiments import (
    assumptions,
    conclusion,
    hit_alike,
    ratio_estimates,
    replications,
    run_spec,
)
from wfmodel.experiments.run_observation import twin_run
from wfmodel.metrics import asked_place, twin

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:Generating overly large repr")]

Planted = Callable[[pytest.MonkeyPatch], None]
FEW = settings(max_examples=200, phases=[Phase.generate])


def instead(module: object, name: str, change: Callable[[Any], Any]) -> Planted:
    """A function of a module, changed."""
    return lambda patch: patch.setattr(module, name, change(getattr(module, name)))


def nothing_told(_: object) -> Callable[..., Iterator[str]]:
    return lambda *_, **__: iter(())


def every_instance_is_hurt(harm: Any) -> Any:
    """Recovery as a mean over everybody."""

    def changed(tracks: Any) -> Any:
        found = harm(tracks)
        return found and replace(found, hurt=np.ones_like(found.hurt))

    return changed


def nobody_is_derailed(harm: Any) -> Any:
    """Who never comes back has a delay as if he came back at once."""

    def changed(tracks: Any) -> Any:
        found = harm(tracks)
        return found and replace(found, never=np.zeros_like(found.never))

    return changed


MEASURES = [
    ("2: not to know is right", instead(asked_place, "_is_behind", lambda _: lambda *_: False)),
    (
        "2: a message in flight is a lie",
        instead(
            asked_place,
            "_is_wrong",
            lambda wrong: (
                lambda graph, *at: wrong(graph, *at) or asked_place._is_behind(graph, *at)
            ),
        ),
    ),
    ("3: everybody counts as hurt", instead(twin, "harm", every_instance_is_hurt)),
    ("4: who never comes back is back", instead(twin, "harm", nobody_is_derailed)),
]
LAWS_OF_MEASURES = {
    "2": measures.who_does_not_know_is_behind_and_not_wrong,
    "3": measures.who_is_not_hurt_does_not_count,
    "4": measures.who_is_not_hurt_does_not_count,
}


@pytest.mark.parametrize(("change", "plant"), MEASURES, ids=[name for name, _ in MEASURES])
def test_a_measure_that_breaks_a_law_is_found(
    change: str, plant: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        FEW(given(worlds())(LAWS_OF_MEASURES[change[0]]))()


def test_what_gains_by_harm_is_found() -> None:
    """Law 1: fulfilment of those that came to an end, so that a crash takes its victims out."""

    def of_survivors(values: Mapping[str, float]) -> float:
        return values["committed"] / max(values["committed"] + values["compensated"], 1e-9)

    with pytest.raises(AssertionError, match="committed"):
        nothing_is_gained_by_harm({"committed": of_survivors}, 40)


def by_the_mean_of_the_runs(paired: Any) -> Any:
    """A difference over the runs that have anything."""

    def changed(first: Any, second: Any, **how: Any) -> Any:
        kept = [i for i, pair in enumerate(zip(first[0], second[0], strict=True)) if all(pair)]
        one, other = ([column[i] for i in kept] for column in (first[0], second[0]))
        return paired((one, [1] * len(kept)), (other, [1] * len(kept)), **how)

    return changed


def in_the_code_s_name(point: Any) -> Any:
    def changed(comparison: Any, line: Any) -> str:
        told: str = point(comparison, line)
        return told.replace(conclusion.capital(line.metric.title), line.name)

    return changed


def with_the_faults(_: Any) -> Any:
    """A run that is its own twin."""
    return lambda runner, cell, history=None: twin_run(history or runner.history(cell))


ANSWERS = [
    ("4: a twin that has the faults", instead(run_spec.Runner, "twin", with_the_faults)),
    (
        "5: runs without any drop out",
        instead(replications, "paired_ratios", by_the_mean_of_the_runs),
    ),
    (
        "7: nothing seen, nothing there",
        instead(ratio_estimates, "_are_counts", lambda _: lambda *_: False),
    ),
    ("10: who can be hit is not said", instead(hit_alike, "stops", lambda _: lambda _: False)),
    ("11: no cause is told", instead(conclusion, "causes", nothing_told)),
    ("11: no instance is told", instead(conclusion, "told", nothing_told)),
    ("12: a workflow's numbers are left out", instead(assumptions, "_workflow", nothing_told)),
    ("13: names of the code", instead(conclusion, "_point", in_the_code_s_name)),
]
LAWS_OF_ANSWERS = {
    "4": answers.the_baseline_is_the_run_without_faults,
    "5": answers.nobody_drops_out_of_a_difference,
    "7": answers.zero_has_a_width,
    "10": answers.who_alone_is_hit_is_named,
    "11": answers.what_went_wrong_is_told_with_an_instance,
    "12": answers.what_it_rests_on_is_complete,
    "13": answers.it_is_said_in_words,
}


@pytest.mark.parametrize(("change", "plant"), ANSWERS, ids=[name for name, _ in ANSWERS])
def test_an_answer_that_breaks_a_law_is_found(
    change: str, plant: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    law = LAWS_OF_ANSWERS[change.split(":")[0]]

    def holds(world: answers.World) -> None:
        found = answers.comparison(world)
        assume(found is not None and found.variants[0].instances > 0)
        law(found)

    with pytest.raises(AssertionError):
        FEW(given(worlds())(holds))()

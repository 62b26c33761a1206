"""Possible or not beside how often; and what becomes of a contradiction between the two."""

from __future__ import annotations

import shlex
import signal
from dataclasses import replace

import pytest

from tests.experiments.samples import scenario, workflow
from wfmodel.cli.app import main
from wfmodel.designs import Delivery, Fault, Knobs, Persistence
from wfmodel.designs.anomalies import Anomaly
from wfmodel.experiments import Scenario, Variant, both_sides, run
from wfmodel.experiments import cross_check as module
from wfmodel.experiments.cross_check import contradicted, contradiction_words
from wfmodel.experiments.reachability import (
    Possibility,
    ReachAnswer,
    Searched,
    budget_words,
    budgets,
    possibility,
)
from wfmodel.experiments.scenario import system_of
from wfmodel.exploration import FaultBudget, Spent
from wfmodel.exploration.packed import search

MEMORY = Knobs(persistence=Persistence.MEMORY, timeouts=False)
DATABASE = Knobs(timeouts=False)


def in_memory(**changes: object) -> Scenario:
    """One design, two stores: in memory a crash loses what is under way."""
    values: dict[str, object] = {
        "variants": {
            "memory": Variant(design="orchestration", knobs=MEMORY),
            "database": Variant(design="orchestration", knobs=DATABASE),
        },
        "primary": ("lost",),
        "replications": 4,
    }
    return scenario(**{**values, **changes})


@pytest.fixture(scope="module")
def compared():
    return run(in_memory(), workflow(), jobs=1)


@pytest.fixture(scope="module")
def found(compared):
    return both_sides(compared, jobs=1, most_states=3_000)


def test_the_two_columns_agree(compared, found):
    memory, database = found.sides
    lost = {side.possibility.variant: side.pairs[0] for side in found.sides}
    assert memory.possibility.answer(Anomaly.LOST) is ReachAnswer.POSSIBLE
    assert lost["memory"].share.mean > 0
    assert database.possibility.answer(Anomaly.LOST) is ReachAnswer.IMPOSSIBLE
    assert lost["database"].share.mean == 0
    assert found.contradictions == ()


def test_the_shortest_story_is_a_crash_before_anybody_was_told(found):
    story = found.sides[0].possibility.stories[Anomaly.LOST]
    assert story.budget == FaultBudget(crashes=1)
    assert [step.split(":")[0] for step in story.steps] == [
        "orchestrator receives ‘start’",
        "orchestrator crashes",
        "orchestrator restarts",
    ]


def test_the_result_does_not_depend_on_the_number_of_workers(compared, found):
    assert both_sides(compared, jobs=2, most_states=3_000) == found


def test_what_was_cut_short_is_undecided_and_tried_no_further():
    system = system_of(workflow(), Variant(design="orchestration", knobs=DATABASE))
    tried = (FaultBudget(), FaultBudget(crashes=1), FaultBudget(crashes=2))
    found = possibility("database", system, tried, most_states=60)
    assert found.answer(Anomaly.LOST) is ReachAnswer.UNDECIDED
    assert found.cut() == (FaultBudget(crashes=1),)
    assert len(found.searches) == 2  # two crashes contain one, whose search was cut


def test_an_interrupt_is_not_taken_for_a_search_that_was_cut_short(monkeypatch):
    from wfmodel.experiments import reachability as home

    def interrupted(table, budget, **limits):
        def press(progress):
            signal.raise_signal(signal.SIGINT)

        return search(table, budget, progress=press, progress_every_s=0, **limits)

    monkeypatch.setattr(home, "search", interrupted)
    system = system_of(workflow(), Variant(design="orchestration", knobs=DATABASE))
    with pytest.raises(KeyboardInterrupt):
        possibility("database", system, (FaultBudget(crashes=1),))


def test_budgets_follow_the_faults_and_the_knobs():
    system = system_of(workflow(), Variant(design="choreography", knobs=DATABASE))
    assert budgets(in_memory(), system) == (
        FaultBudget(),
        FaultBudget(crashes=1),
        FaultBudget(crashes=2),
    )
    lossy = system_of(
        workflow(),
        Variant(design="choreography", knobs=replace(DATABASE, delivery=Delivery.AT_MOST_ONCE)),
    )
    setting = replace(in_memory().setting, faults=(Fault(kind="loss", probability=0.1),))
    assert FaultBudget(losses=2) in budgets(in_memory(setting=setting), lossy)
    assert budgets(in_memory(setting=setting), system) == (FaultBudget(),)
    timed = system_of(workflow(), Variant(design="choreography"))
    assert FaultBudget(crashes=1, timeouts=1) in budgets(in_memory(), timed)


def test_budgets_in_words():
    assert budget_words(FaultBudget()) == "no fault"
    both = FaultBudget(crashes=2, losses=1, timeouts=1)
    assert budget_words(both) == "2 crashes, 1 lost message, 1 early time-out"


# ------------------------------------------------------------------------------ contradictions


def denying(*complete: FaultBudget) -> Possibility:
    """An exploration that found nothing."""
    return Possibility("memory", tuple(Searched(each, 9, True) for each in complete), {})


def test_an_anomaly_that_was_declared_impossible_is_a_contradiction(compared):
    wrong = contradicted(compared, 0, denying(FaultBudget(crashes=2)))
    assert {each.anomaly for each in wrong} >= {Anomaly.LOST}
    assert all(each.met.faults.crashes <= 2 for each in wrong)


def test_an_instance_that_met_more_than_the_budget_is_none_and_is_counted(compared, monkeypatch):
    assert contradicted(compared, 0, denying(FaultBudget())) == ()
    monkeypatch.setattr(module, "possibility", lambda *a, **k: denying(FaultBudget()))
    [lost, *_] = both_sides(compared, jobs=1).sides[0].pairs
    shown = compared.variants[0].incidents.values()
    assert lost.beyond == sum(e.count for run in shown for e in run if Anomaly.LOST in e.anomalies)


def test_a_search_that_was_cut_short_contradicts_nothing(compared):
    cut = Possibility("memory", (Searched(FaultBudget(crashes=9), 9, False),), {})
    assert contradicted(compared, 0, cut) == ()


def test_more_laps_or_attempts_than_were_tried_are_beyond_it():
    met = Spent(FaultBudget(crashes=1), laps=2)
    assert not met.is_within(FaultBudget(crashes=1), laps=1)
    assert met.is_within(FaultBudget(crashes=1), laps=2)
    assert not Spent(FaultBudget(), patience=2).is_within(FaultBudget())
    assert not Spent(FaultBudget(losses=1)).is_within(FaultBudget(crashes=9))


STORY = "models/stories/lost-transactions/scenario.yaml"


def test_a_contradiction_fails_the_build_and_names_the_instance(capsys, monkeypatch):
    """The replay line is taken at its word: it shows an instance that has no verdict."""
    honest = module.possibility

    def deny(*arguments: object, **rest: object) -> Possibility:
        return replace(honest(*arguments, **rest), stories={})

    monkeypatch.setattr(module, "possibility", deny)
    with pytest.raises(SystemExit) as ended:
        main(["compare", STORY, "--replications", "2", "--jobs", "1"])
    assert ended.value.code == 1
    [line, *_] = [e for e in capsys.readouterr().err.splitlines() if "contradiction" in e]
    assert "ended with lost after" in line
    assert "which exploration declares impossible within" in line
    words = shlex.split(line.split("replay: ")[1])
    assert words[:2] == ["wfmodel", "simulate"]
    with pytest.raises(SystemExit) as replayed:
        main(words[1:])
    assert replayed.value.code in (0, None)
    told = capsys.readouterr().out
    assert "orchestrator" in told
    assert "succeeded" not in told


def test_nothing_is_explored_where_nobody_asks(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["compare", STORY, "--replications", "2", "--jobs", "1", "--explore", "0"])
    assert ended.value.code in (0, None)
    assert "can it happen" not in capsys.readouterr().out


def test_words_for_a_contradiction_have_all_it_takes(compared):
    [first, *_] = contradicted(compared, 0, denying(FaultBudget(crashes=2)))
    words = contradiction_words(first, "a scenario.yaml", 7)
    assert "'a scenario.yaml' --design memory --seed 7" in words

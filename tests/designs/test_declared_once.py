"""Each knob and each fault is declared once, and what is derived from that holds together."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace

import pytest
from hypothesis import given

from tests.exploration.markov.chains import saga
from wfmodel.designs import Knobs, Table, orchestrate
from wfmodel.designs.fault_costs import COSTS
from wfmodel.designs.fault_facts import HUNTED
from wfmodel.designs.faults import AT_INSTANTS, CRASHING, FACTS, Fault, FaultKind
from wfmodel.designs.knob_registry import DIALS, KNOBS, TRIED, UNTIMED, drawn_values
from wfmodel.designs.knobs import clashes
from wfmodel.designs.trace_script import Deed
from wfmodel.experiments.reachability import budget_words
from wfmodel.semantics import Anything, FaultBudget
from wfmodel.semantics.cell_rules import CellRules
from wfmodel.semantics.configuration import Cell
from wfmodel.semantics.enabled_steps import STRIKES, STRIKING, EnabledSteps, StepKind
from wfmodel.testing import knobs

USUAL = Knobs()


@pytest.mark.parametrize("name", KNOBS)
def test_alone_a_knob_clashes_with_nothing_but_defaults(name: str):
    for value in drawn_values(name):
        changed = {each: getattr(USUAL, each) for each in KNOBS} | {name: value}
        assert {clash for clash, _ in clashes(SimpleNamespace(**changed))} <= {name}


def test_random_worlds_draw_every_knob_that_changes_what_can_happen():
    still = {name for name in KNOBS if len(set(map(repr, drawn_values(name)))) == 1}
    assert still == {"replay", "correlation", "event_content"}
    assert still.isdisjoint(UNTIMED)


@given(knobs(left=("persistence", "order")))
def test_what_is_left_stays_as_it_is(drawn: Knobs):
    assert (drawn.persistence, drawn.order) == (USUAL.persistence, USUAL.order)


def test_a_budget_has_a_number_for_each_cost_and_tells_each():
    totals = [each for each in FaultBudget._fields if each != "bounds"]
    assert set(totals) == set(COSTS)
    for kind, cost in COSTS.items():
        assert budget_words(FaultBudget(**{kind: 1})) == f"1 {cost.told[0]}"
        assert budget_words(FaultBudget(**{kind: 2})) == f"2 {cost.told[1]}"


def test_kinds_of_faults_cost_what_a_budget_knows():
    assert {cost for facts in FACTS.values() for cost in facts.costs} <= set(COSTS)
    assert set(FaultKind) - set(HUNTED) == {FaultKind.REORDERING}
    assert CRASHING < AT_INSTANTS < set(FaultKind)


@pytest.mark.parametrize("kind", [kind for kind, facts in FACTS.items() if facts.slows])
def test_what_slows_needs_a_factor(kind: FaultKind):
    with pytest.raises(ValueError, match="needs a factor"):
        Fault(kind=kind)


def test_what_is_tried_and_what_is_turned_have_each_a_place():
    assert [trial.place for _, trial in TRIED] == [*range(1, len(TRIED) + 1)]
    places = sorted(facts.dial[0] for facts in KNOBS.values() if facts.dial)
    assert places == [*range(1, len(DIALS) + 1)]


@pytest.mark.parametrize(("name", "trial"), TRIED)
def test_a_value_that_is_tried_may_be_set_beside_what_is_put_back(name, trial):
    usual = {each: getattr(USUAL, each) for each in trial.puts_back}
    for value in trial.values:
        tried = value(getattr(USUAL, name)) if callable(value) else value
        assert getattr(Knobs(**usual, **{name: tried}), name) == tried


def test_a_deed_is_called_as_its_step():
    others = {StepKind.REACT, StepKind.ANSWER}  # told by what is reacted to, and by who hears it
    assert {kind.name for kind in StepKind if kind not in others} <= set(Deed.__members__)


def test_a_process_is_struck_by_so_many_classes_of_faults():
    table = Table(orchestrate(saga(2)))
    steps = EnabledSteps(CellRules(table), Anything())
    budget = FaultBudget(**dict.fromkeys(COSTS, 1))
    struck = steps.strikes(0, Cell(), budget)
    assert len(struck) == STRIKES
    assert {step.kind for each in struck for step, _, _ in each} <= STRIKING


def test_every_field_is_declared():
    assert set(KNOBS) == {each.name for each in fields(Knobs)}

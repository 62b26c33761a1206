"""Rows of a store: what is lost where two steps use one, told, and gone behind a guard."""

from __future__ import annotations

import re

import pytest

import wfmodel
from tests.agreement.telling import assert_accepted, assert_same
from tests.exploration import spin
from tests.exploration.brute import everything
from wfmodel.designs import Fault, Knobs, System, Table, build
from wfmodel.designs.history import Kind
from wfmodel.designs.trace_script import parse_schedule, schedule_text
from wfmodel.exploration import Anything, FaultBudget
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.export import promela
from wfmodel.exploration.packed import search as packed
from wfmodel.exploration.properties import (
    Holds,
    Violated,
    decide,
    parse_property,
    standard_claims,
)
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.stories import story_text
from wfmodel.markov import Surroundings, expected_time_if_hit
from wfmodel.markov import build as build_chain
from wfmodel.metrics import measure
from wfmodel.model import load_workflow
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.simulation import Arrivals, Setting, simulate
from wfmodel.simulation.replay import replay

pytestmark = pytest.mark.long

MS = 10**6
NONE = FaultBudget()
BOTH = pytest.mark.parametrize("design", ["orchestration", "choreography"])


CLAIM = "kind: task, service: db, duration: {}ms, row: {{of: slot, ROW}}"
USE = "kind: task, service: room, duration: 1ms, idempotent: true, effect: retriable"
TEXT = f"""
name: slot
initial: both
rows: {{slot: {{values: [free, held, taken]}}}}
states:
  both:
    kind: parallel
    regions:
      - name: one
        initial: claim
        states:
          claim: {{{CLAIM.format(4)}, on: {{failure: ok}}, next: use}}
          use: {{{USE}, next: ok}}
          ok: {{kind: final}}
      - name: two
        initial: claim
        states:
          claim: {{{CLAIM.format(3)}, on: {{failure: ok}}, next: use}}
          use: {{{USE}, next: ok}}
          ok: {{kind: final}}
    next: done
  done: {{kind: final}}
"""
"""Two regions claim a slot at once; whoever has it goes on."""


def built(text: str, design: str, knobs: Knobs | None = None) -> System:
    loaded = load_workflow("slot.yaml", text=text)
    assert loaded.workflow is not None, loaded.findings
    return build(loaded.workflow, design, knobs or Knobs())


def system_of(row: str, design: str, knobs: Knobs | None = None, *, lag: str = "") -> System:
    return built(TEXT.replace("ROW", row).replace("taken]", f"taken]{lag}"), design, knobs)


UNGUARDED = "expects: free, becomes: taken"
GUARDED = "expects: free, becomes: taken, guard: unchanged"
TWICE = 'never: truth["both.one/use"] == 1 and truth["both.two/use"] == 1'
LOST = "never: overwritten.slot"


def answers(system: System, budget: FaultBudget, *claims: str):
    space = search(system, budget)
    assert space.complete
    return space, decide(space, [parse_property(claim, system) for claim in claims])


@BOTH
def test_an_update_is_lost_and_the_story_names_row_value_and_writer(design):
    space, found = answers(system_of(UNGUARDED, design), NONE, TWICE, LOST)
    assert [type(each) for each in found] == [Violated, Violated]
    told = story_text(space, found[1].counterexample)
    assert re.findall(r"reads slot for both.(\w+)/claim: free", told) in (
        ["one", "two"],
        ["two", "one"],
    )
    assert "overwrites slot: taken, which both." in told
    assert "/claim has written since" in told


@BOTH
@pytest.mark.parametrize("budget", [NONE, FaultBudget(crashes=1), FaultBudget(duplicates=1)])
def test_a_guarded_write_loses_nothing_and_one_of_the_two_has_the_slot(design, budget):
    system = system_of(GUARDED, design)
    one = '(truth["both.one/use"] == 1 or truth["both.two/use"] == 1)'
    claims = (TWICE, LOST, f'never: at_rest and rows.slot == "taken" and not {one}')
    _, found = answers(system, budget, *claims)
    assert all(isinstance(each, Holds) for each in found)


@BOTH
def test_what_is_read_first_and_written_later_is_refused_by_name(design):
    space, [found] = answers(
        system_of(GUARDED, design), NONE, 'never: db.steps["both.one/claim"] == "failed"'
    )
    assert isinstance(found, Violated)
    told = story_text(space, found.counterexample)
    assert "refused: both.two/claim has written slot since" in told or "had read slot" in told


@BOTH
def test_a_relative_write_loses_nothing_and_counts_both(design):
    system = system_of("becomes: next", design)
    _, found = answers(system, NONE, LOST, 'never: at_rest and rows.slot != "taken"')
    assert all(isinstance(each, Holds) for each in found)


def test_a_crash_ends_what_was_read_and_keeps_what_was_written():
    """The second attempt reads anew: it finds what the other has written, and loses nothing."""
    system = system_of(UNGUARDED, "choreography", Knobs(interrupted="again"))
    claim = 'eventually: rows.slot == "taken"'
    _, [found] = answers(system, FaultBudget(crashes=1), claim)
    assert isinstance(found, Holds)


@BOTH
def test_a_copy_that_lags_is_read_as_it_was_and_a_guard_sees_it(design):
    """One after the other, and yet the second finds the slot free."""
    text = """
name: slot
initial: first
rows: {slot: {values: [free, taken], lag: LAG}}
states:
  first: {kind: task, service: db, row: {of: slot, ROW}, on: {conflict: done}, next: use}
  use: {kind: task, service: room, effect: retriable, idempotent: true, next: second}
  second: {kind: task, service: db, row: {of: slot, ROW}, on: {conflict: done}, next: again}
  again: {kind: task, service: room, effect: retriable, idempotent: true, next: done}
  done: {kind: final}
"""
    twice, lost = "never: truth.use == 1 and truth.again == 1", "never: overwritten.slot"
    expected = {
        f"{UNGUARDED}, read: stale": (Violated, Violated),
        f"{GUARDED}, read: stale": (Holds, Holds),
        UNGUARDED: (Holds, Holds),
    }
    for row, kinds in expected.items():
        system = built(text.replace("ROW", row).replace("LAG", "10s"), design)
        space, found = answers(system, NONE, twice, lost)
        assert tuple(map(type, found)) == kinds
        if Violated in kinds:
            assert "reads slot in its copy for second: free" in story_text(
                space, found[0].counterexample
            )
        assert effects(system) == (2 if Violated in kinds else 1)
        assert effects(built(text.replace("ROW", row).replace("LAG", "1us"), design)) == 1


def effects(system: System) -> int:
    """How many effects one simulated instance has."""
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon=1000 * MS, convergence=10**11)
    history = simulate(system, setting, seed=1)
    assert_accepted(system, history)
    return sum(row.kind == Kind.EFFECT for row in history)


WORLDS = [
    (UNGUARDED, "", Knobs()),
    (GUARDED, "", Knobs(persistence="memory")),
    (f"{GUARDED}, read: stale", ", lag: 7ms", Knobs()),
    ("becomes: next", "", Knobs(publishing="dual-write", deduplicate=False)),
    (UNGUARDED, "", Knobs(replicas={"db": 2}, acknowledge="after-work")),
    (f"{UNGUARDED}, read: stale", ", lag: 2ms", Knobs(interrupted="fails", persistence="log")),
]


@BOTH
@pytest.mark.parametrize(("row", "lag", "knobs"), WORLDS)
@pytest.mark.parametrize("seed", [1, 2])
def test_both_engines_write_the_same_history_and_the_semantics_accepts_it(
    design, row, lag, knobs, seed
):
    system = system_of(row, design, knobs, lag=lag)
    faults = (
        Fault(kind="crash", every=Exponential(mean=40 * MS), lasts="3ms"),
        Fault(kind="duplication", probability=0.2),
    )
    setting = Setting(arrivals=Arrivals(every="5ms"), horizon=150 * MS, faults=faults)
    history = simulate(system, setting, seed=seed)
    assert_accepted(system, history)
    pytest.importorskip("numba", reason="the compiled kernel needs numba")
    assert_same(history, simulate(system, setting, seed=seed, engine="compiled"))


@BOTH
@pytest.mark.parametrize(("row", "lag", "knobs"), WORLDS[:4])
def test_every_search_and_brute_force_count_the_same(design, row, lag, knobs):
    system, budget = system_of(row, design, knobs, lag=lag), FaultBudget(duplicates=1)
    assert len(search(system, budget)) == len(packed(Table(system), budget))
    assert len(search(system, NONE)) == len(everything(system, NONE, Anything())[0])


@BOTH
@pytest.mark.skipif(bool(spin.MISSING), reason="needs spin and gcc (apt-get install spin gcc)")
@pytest.mark.parametrize("row", [UNGUARDED, GUARDED])
def test_spin_counts_the_same_states(design, row, tmp_path):
    system = system_of(row, design)
    space = packed(Table(system), NONE)
    assert spin.check(promela(system), tmp_path).states == len(space)


@BOTH
def test_a_counterexample_happens_when_it_is_played(design):
    system = system_of(UNGUARDED, design)
    space, [found] = answers(system, NONE, TWICE)
    acts = parse_schedule(schedule_text(schedule_of(space, found.counterexample)))
    assert sum(row.kind == Kind.EFFECT for row in replay(system, acts)) == 2


RACE = """
name: race
initial: both
rows: {slot: {values: [free, taken]}}
states:
  both:
    kind: parallel
    regions:
      - initial: one
        states:
          one: {CLAIM, duration: MEAN1, on: {conflict: late}, next: ok}
          late: {kind: final, outcome: failed}
          ok: {kind: final}
      - initial: two
        states:
          two: {CLAIM, duration: MEAN3, on: {conflict: ok}, next: ok}
          ok: {kind: final}
    on: {failure: sorry}
    next: done
  sorry: {kind: task, service: db, duration: MEAN100, next: done}
  done: {kind: final}
"""


def test_who_is_refused_is_a_race_of_exponentials():
    """The longer of both takes 1 + 3 - 3/4 s; the slower is first in 1 of 4, which costs 100 s."""
    text = RACE.replace("CLAIM", f"kind: task, service: db, row: {{of: slot, {GUARDED}}}")
    for mean in ("100", "1", "3"):
        law = f"{{distribution: exponential, mean: {mean}s}}"
        text = text.replace(f"MEAN{mean},", f"{law},")
    system = built(text, "choreography", Knobs(commit=Constant(0)))
    chain = build_chain(system, Surroundings(network=Constant(0)))
    ever, mean = expected_time_if_hit(chain.chain, chain.chain.labels["verdict"])
    assert (ever, mean) == pytest.approx((1.0, 28.25))
    instances = 4000
    setting = Setting(
        arrivals=Arrivals(every="10s", most=instances),
        horizon=50_000 * 1000 * MS,
        convergence=3_000 * 1000 * MS,
        network=Constant(0),
    )
    history = simulate(system, setting, seed=1)
    sorry = system.flow.by_name["sorry"]
    said = sum(row.kind == Kind.EFFECT and row.a == sorry for row in history)
    assert abs(said / instances - 0.25) < 4 * (0.25 * 0.75 / instances) ** 0.5


def test_it_is_asked_where_nobody_asks():
    system = system_of(UNGUARDED, "choreography")
    assert 'never: overwritten["slot"]' in standard_claims(system)


@pytest.mark.parametrize(
    ("row", "lag", "told"),
    [
        ("expects: fre", "", "row 'slot' is never 'fre' .its values: free, held, taken"),
        ("becomes: gone", "", "row 'slot' is never 'gone'"),
        ("expects: free, guard: unchanged", "", "nothing is written: say what the row becomes"),
        ("becomes: taken, read: stale", "", "row 'slot' has no copy; say how far it lags"),
    ],
)
def test_what_means_nothing_is_refused_with_the_alternatives(row, lag, told):
    with pytest.raises(ValueError, match=told):
        system_of(row, "choreography", lag=lag)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("of: slot", "of: slt", "unfit-row 'slt'"),
        ("service: db, duration: 3ms", "service: web", "in the store of 'db'.* is at 'web'"),
        ("3ms, row", "3ms, effect: pivot, row", "no effect but that: let a step of its own follow"),
        ("3ms, row", "3ms, retry: {attempts: null, on: [conflict]}, row", "without end"),
    ],
)
def test_a_step_that_does_not_fit_its_row_is_refused(before, after, told):
    text = TEXT.replace("ROW", UNGUARDED)
    assert before in text
    with pytest.raises(ValueError, match=told):
        built(text.replace(before, after), "choreography")


def test_a_row_that_nobody_has_is_no_name_of_the_language():
    system = system_of(UNGUARDED, "choreography")
    with pytest.raises(ValueError, match="unknown row 'slto'; did you mean 'slot'"):
        parse_property("never: rows.slto == 1", system)


WRITERS = """
name: order
initial: both
rows: {r: {values: [a, b], lag: 10s}}
states:
  both:
    kind: parallel
    regions:
      - initial: there
        states:
          there: {kind: task, service: db, duration: 1s, row: {of: r, becomes: b}, next: back}
          back: {kind: task, service: db, duration: 1s, row: {of: r, becomes: a}, next: ok}
          ok: {kind: final}
      - initial: later
        states:
          later: {kind: wait, duration: 5s, next: from-copy}
          from-copy:
            kind: task
            service: db
            duration: 1s
            row: {of: r, becomes: b, GUARD, read: stale}
            on: {conflict: no}
            next: ok
          ok: {kind: final}
          no: {kind: final, outcome: failed}
    on: {failure: refused}
    next: done
  refused: {kind: final, outcome: aborted}
  done: {kind: final}
"""


@BOTH
def test_a_copy_is_behind_though_its_value_came_back(design):
    """Two writes lie between what was read and what is there, of the same value (ABA)."""
    setting = Setting(arrivals=Arrivals(at=(0,)), horizon="1m")
    guarded = built(WRITERS.replace("GUARD", "guard: unchanged"), design)
    history = simulate(guarded, setting)
    assert measure(history).values["committed"] == 0
    assert_accepted(guarded, history)
    open_to_all = built(
        WRITERS.replace("GUARD", "guard: none").replace("on: {conflict: no}", ""), design
    )
    claim = parse_property("never: overwritten.r", open_to_all)
    [answer] = decide(packed(Table(open_to_all), NONE), [claim])
    assert isinstance(answer, Violated)


UNUSED = """
name: order
initial: a
rows: {r: {values: [VALUES]}}
states:
  a: {kind: task, service: db, effect: retriable, idempotent: true, next: done}
  done: {kind: final}
"""


def test_a_row_that_no_step_uses_stays_as_it_begins():
    system = built(UNUSED.replace("VALUES", "x, y"), "orchestration")
    assert not any("overwritten" in str(claim) for claim in standard_claims(system))
    [answer] = decide(packed(Table(system), NONE), [parse_property('never: rows.r == "y"', system)])
    assert isinstance(answer, Holds)


@pytest.mark.parametrize(
    ("values", "said"), [("x, x, y", "'x' stands twice"), ("x, next", "no value is called 'next'")]
)
def test_values_that_cannot_be_told_apart_are_refused(values, said):
    [finding] = wfmodel.check(load_workflow("r.yaml", text=UNUSED.replace("VALUES", values)))
    assert (finding.code, finding.path) == ("D106", ("rows", "r", "values"))
    assert said in finding.message


SEAT = """
name: order
initial: take
rows: {seat: {values: [free, taken]}}
states:
  take:
    kind: task
    service: db
    row: {of: seat, expects: free, becomes: taken, guard: unchanged}
    retry: {attempts: 3, backoff: 1s, on: [conflict]}
    on: {conflict: no}
    next: done
  no: {kind: final, outcome: aborted}
  done: {kind: final}
"""


def test_a_conflict_can_be_retried_and_is_a_clear_answer():
    """Nothing was written, so nothing is to be undone."""
    assert not {f.code for f in wfmodel.check(load_workflow("r.yaml", text=SEAT))} & {
        "S120",
        "W2",
    }


@pytest.mark.parametrize(
    ("row", "more", "said"),
    [
        ("of: seat", "", "nothing is done with the row"),
        (
            "of: seat, expects: free",
            "failures: {conflict: {kind: business, probability: 10%}}",
            "a failure called 'conflict', too",
        ),
    ],
)
def test_a_use_that_means_nothing_is_refused(row, more, said):
    text = SEAT.replace("of: seat, expects: free, becomes: taken, guard: unchanged", row)
    found = wfmodel.check(
        load_workflow("r.yaml", text=text.replace("    retry:", f"    {more}\n    retry:"))
    )
    assert any(said in f.message for f in found if f.code == "D106"), found


def test_a_value_that_a_row_does_not_have_is_named():
    system = built(UNUSED.replace("VALUES", "free, taken"), "orchestration")
    with pytest.raises(ValueError, match=r"rows.r is never 'fre'.*values: free, taken"):
        parse_property("never: rows.r == 'fre'", system)

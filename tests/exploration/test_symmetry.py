"""A reduced search is the quotient of the full one: orbits by brute force, verdicts, runs.

``HYPOTHESIS_PROFILE=search WFMODEL_EXAMPLES=5000`` looks further.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import permutations
from math import comb
from pathlib import Path

import pytest
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from benchmarks.symmetry import members
from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import Channel, Knobs, System, Table, own_system
from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.messages import Action, Event, Received, Restarted, Send, SetTimer, TimerFired
from wfmodel.designs.state import Status, View
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import search as interpreted
from wfmodel.exploration.packed import CheckpointError, Engine, search
from wfmodel.exploration.properties import (
    Deadlock,
    Holds,
    Never,
    NeverEnds,
    Predicate,
    Undecided,
    Violated,
    comes_to_rest,
    decide,
)
from wfmodel.exploration.properties.symmetric import arrangements as others_of
from wfmodel.exploration.properties.symmetric import depends_on_who
from wfmodel.exploration.properties.visible_state import Observation
from wfmodel.exploration.state_space import InterpretedSpace
from wfmodel.exploration.stories import story_text
from wfmodel.exploration.symmetry import NotInterchangeable
from wfmodel.exploration.symmetry.unfolding import unfolded
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything
from wfmodel.semantics.successors import Successors

pytestmark = pytest.mark.long


# ------------------------------------------------------------------------------ golden counts

ORBITS = {
    # By hand for 2: 56 states of TwoPhase.tla, of which 12 are the same with rm1 and rm2
    # exchanged: (56 - 12) / 2 + 12. 5 and 9 are what TLC counts with SYMMETRY Permutations(RM).
    2: 34,
    3: 80,
    5: 314,
    9: 2_232,
}


@pytest.mark.parametrize("resources", ORBITS)
def test_two_phase_commit_has_as_many_orbits_as_tlc_finds(resources):
    space = search(Table(two_phase_commit(resources, symmetric=True)))
    assert space.complete
    assert len(space) == ORBITS[resources]
    assert space.reduction is not None
    assert not space.reduction.check.sampled  # interchangeable in full, not by a sample


def test_without_the_reduction_the_same_system_has_all_its_states():
    system = two_phase_commit(3, symmetric=True)
    assert len(search(Table(system), symmetry=False)) == 288
    assert len(interpreted(system, symmetry=False)) == 288


# ----------------------------------------------------- random systems, orbits by brute force

MEMBERS = ("a", "b", "c")
HUB = "hub"

Reaction = tuple[int, str]
"""The next level of a member, and what it does: nothing, tells the hub, a friend, everybody."""

DEEDS = ("", "hub", "friend", "all", "timer")


@dataclass(frozen=True)
class Member:
    """At a level, with at most one friend: whoever it last heard of. Reacts by a table."""

    me: str
    table: tuple[Reaction, ...]
    initial: tuple[int, str] = (0, "")

    def react(self, state: tuple[int, str], event: Event) -> tuple[object, tuple[Action, ...]]:
        level, friend = state
        match event:
            case TimerFired("go"):
                which = 0
            case Received(("from", who, int(kind))):
                which, friend = 1 + kind, friend or str(who)
            case Restarted():
                return state, (SetTimer("go"),)
            case _:
                return state, ()
        level, deed = self.table[(3 * level + which) % len(self.table)]
        told = ("from", self.me, level % 2)
        friends = (friend,) if friend and friend != self.me else ()
        others = tuple(name for name in MEMBERS if name != self.me)
        actions: dict[str, tuple[Action, ...]] = {
            "": (),
            "hub": (Send((HUB,), told),),
            "friend": (Send(friends, told),) if friends else (),
            "all": (Send(others, told),),
            "timer": (SetTimer("go"),),
        }
        return (level, friend), actions[deed]

    def view(self, state: tuple[int, str]) -> View:
        return View(Status.SUCCEEDED if state[0] == 2 else Status.RUNNING)


@dataclass(frozen=True)
class Hub:
    """Notes who has spoken; answers the speaker, or whoever spoke first, or everybody, twice."""

    answers: str
    initial: tuple[str, ...] = ()

    def react(self, state: tuple[str, ...], event: Event) -> tuple[object, tuple[Action, ...]]:
        match event:
            case Received(("from", who, int(kind))) if len(state) < 2:
                state = (*state, str(who))
                to = {"speaker": (str(who),), "first": state[:1], "all": MEMBERS}[self.answers]
                return state, (Send(to, ("from", state[0], 1 - kind)),)
            case _:
                return state, ()

    def view(self, state: tuple[str, ...]) -> View:
        return View()


tables = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(DEEDS)), min_size=9, max_size=9).map(
    tuple
)


@st.composite
def systems(draw: st.DrawFn) -> System:
    table = draw(tables)
    knobs = Knobs(
        persistence=draw(st.sampled_from(["memory", "database"])),
        delivery=draw(st.sampled_from(["at-most-once", "at-least-once"])),
        publishing=draw(st.sampled_from(["outbox", "dual-write"])),
    )
    return own_system(
        "random",
        {
            HUB: Hub(draw(st.sampled_from(["speaker", "first", "all"]))),
            **{name: Member(name, table) for name in MEMBERS},
        },
        channel=draw(st.sampled_from(list(Channel))),
        knobs=knobs,
        opening={name: (SetTimer("go"),) for name in MEMBERS},
        atomic=draw(st.booleans()),
        symmetric=(MEMBERS,),
    )


few = st.sampled_from([0, 0, 1])
budgets = st.builds(
    FaultBudget,
    crashes=few,
    losses=few,
    duplicates=few,
    pauses=few,
    restores=few,
    worker_crashes=few,
    bounds=st.just(()),
)


def full_space(system: System, budget: FaultBudget, limit: int) -> InterpretedSpace:
    """Everybody told apart, and no other reduction either."""
    rules = InstanceRules(Table(system), backups=budget.restores > 0)
    successors = Successors(rules, Anything(), urgent=False)
    space = InterpretedSpace(successors, budget, limit=limit, laps=1)
    space.run()
    return space


def text_of(space, number: int, names: dict[str, str]) -> str:
    """A configuration as text, with participants renamed, in an order that tells nothing.

    Not a line of it is the reduction's: values are taken apart here, and names replaced by hand.
    """
    table, config, budget = space.table, space.configuration(number), space.budget(number)

    def new(value):
        if isinstance(value, str):
            return names.get(value, value)
        return tuple(map(new, value)) if isinstance(value, tuple) else value

    def posts(found):
        told = [
            (new(table.messages.values[m]), sorted(new(table.names[p]) for p in to))
            for m, to in found
        ]
        return told if space.next_steps.semantics.policy.outbox else sorted(told, key=repr)

    def sends(operations):
        return posts(tuple((o[1], o[3]) for o in operations if o[0] == 0))

    def sets(operations):
        return sorted(repr(new(table.timers.values[o[1]])) for o in operations if o[0] == 2)

    who = {}
    for p, (cell, inbox) in enumerate(zip(config.cells, config.inboxes, strict=True)):
        states = [new(table.states[p].values[s]) for s in (cell.volatile, cell.durable, *cell.past)]
        pending = cell.pending and (
            cell.pending.received >= 0 and new(table.messages.values[cell.pending.received]),
            cell.pending.sender >= 0 and new(table.names[cell.pending.sender]),
            sends(cell.pending.operations),
            sets(cell.pending.operations),
            posts(cell.pending.unpublished),
            posts(cell.pending.published),
        )
        timers = sorted(repr(new(table.timers.values[t])) for t in cell.timers)
        flags = (cell.down, cell.restarting, cell.paused)
        way: dict[str, list[str]] = {}
        for sender, message in inbox:
            by = new(table.names[sender]) if sender >= 0 else ""
            way.setdefault(by, []).append(repr(new(table.messages.values[message])))
        if space.next_steps.semantics.channels.ordered is False:
            way = {by: sorted(found) for by, found in way.items()}
        who[new(table.names[p])] = (
            states,
            pending,
            timers,
            flags,
            posts(cell.queue),
            sorted(way.items()),
        )
    return repr((sorted(who.items()), budget))


def arrangements() -> Iterator[dict[str, str]]:
    for order in permutations(MEMBERS):
        yield dict(zip(MEMBERS, order, strict=True))


def orbit_of(space, number: int) -> str:
    """The orbit: the least text of all arrangements."""
    return min(text_of(space, number, names) for names in arrangements())


BOTH_DONE = Predicate(
    "two have succeeded",
    lambda seen: sum(seen.status(name) is Status.SUCCEEDED for name in MEMBERS) > 1,
)
ALL_DONE = Predicate(
    "all have succeeded", lambda seen: all(seen.status(n) is Status.SUCCEEDED for n in MEMBERS)
)
ONE_SPOKE = Predicate("a message is on its way", lambda seen: len(seen.on_their_way) > 2)
ASKED = (Never(BOTH_DONE), Never(ALL_DONE), Never(ONE_SPOKE), Deadlock())


@settings(max_examples=int(os.environ.get("WFMODEL_EXAMPLES", "25")), deadline=None)
@given(systems(), budgets)
def test_the_reduced_space_is_the_quotient_of_the_full_one(system, budget):
    full = full_space(system, budget, 600)
    assume(full.complete)
    rules = InstanceRules(Table(system), backups=budget.restores > 0)
    successors = Successors(rules, Anything(), urgent=False)
    small = InterpretedSpace(successors, budget, limit=600, laps=1, symmetry=True)
    small.run()
    orbits = {orbit_of(full, number) for number in range(len(full))}
    met = [orbit_of(small, number) for number in range(len(small))]
    event(f"{len(full) // 100 * 100} states and more")
    assert len(met) == len(set(met))  # nothing twice
    assert set(met) == orbits  # nothing missing, and nothing that is not there
    packed = search(Table(system), budget, urgent=False)
    assert len(packed) == len(small)
    for one, other in zip(decide(full, ASKED), decide(small, ASKED), strict=True):
        assert type(one) is type(other)
        if isinstance(other, Violated):
            assert len(other.counterexample) == len(one.counterexample)
            _assert_it_is_a_run(system, small, other.counterexample, budget)


def _assert_it_is_a_run(system, space, trace, budget) -> None:
    """Unfolded, it begins at the beginning and each step is one of the system's own."""
    run, told = unfolded(space, trace)
    rules = InstanceRules(run.table, backups=budget.restores > 0)
    successors = Successors(rules, Anything(), urgent=False)
    start = successors.semantics.start(successors.semantics.initial())
    assert (run.configuration(0), run.budget(0)) == (start, budget)
    for at, step in enumerate(told.steps):
        here = successors.of(run.configuration(at), run.budget(at))
        assert (step, run.configuration(at + 1), run.budget(at + 1)) in here


@settings(max_examples=20, deadline=None)
@given(systems(), budgets)
def test_the_urgent_reduction_keeps_the_answers_of_a_reduced_search(system, budget):
    small = search(Table(system), budget, urgent=False, limit=400)
    assume(small.complete)
    urgent = search(Table(system), budget, limit=400)
    kept = (Never(ALL_DONE), Deadlock())
    answers = zip(decide(small, kept), decide(urgent, kept), strict=True)
    assert all(type(one) is type(other) for one, other in answers)


# -------------------------------------------------------------------- who is not interchangeable


def changed(system: System, name: str, machine: object) -> System:
    """The system with another machine in one place."""
    return replace(system, machines={**system.machines, name: machine})  # type: ignore[dict-item]


def test_a_member_that_behaves_differently_is_refused():
    system = two_phase_commit(3, symmetric=True)
    resource = system.machines["rm2"]

    class Hasty(type(resource)):  # type: ignore[misc]
        def react(self, state, event):
            if event == Received("commit"):
                return "aborted", ()
            return super().react(state, event)

    with pytest.raises(NotInterchangeable, match=r"'rm\d' and 'rm\d' are declared interchangeable"):
        search(Table(changed(system, "rm2", Hasty("rm2"))))


def test_somebody_who_prefers_a_member_is_refused():
    system = two_phase_commit(3, symmetric=True)
    manager = system.machines["manager"]

    class Partial(type(manager)):  # type: ignore[misc]
        def react(self, state, event):
            if event == TimerFired("abort"):
                return ("abort", state[1]), (Send(("rm3",), "abort"),)
            return super().react(state, event)

    with pytest.raises(NotInterchangeable, match="manager in"):
        interpreted(changed(system, "manager", Partial(manager.resources)))


def test_members_that_begin_differently_are_refused():
    system = two_phase_commit(2, symmetric=True)
    opening = {**system.opening, "rm1": (SetTimer("prepare"),)}
    with pytest.raises(NotInterchangeable, match="opens with"):
        search(Table(replace(system, opening=opening)))
    with pytest.raises(NotInterchangeable, match="budget"):
        search(Table(system), FaultBudget(crashes=1).each("crashes", ["rm1"], 0))


@pytest.mark.parametrize(
    ("group", "told"),
    [
        (("rm1",), "two members or more"),
        (("rm1", "rm9"), "no participant 'rm9'"),
        (("rm1", "rm1"), "twice"),
    ],
)
def test_a_group_that_is_none_is_an_error(group, told):
    machines = dict(two_phase_commit(2).machines)
    with pytest.raises(ValueError, match=told):
        own_system("x", machines, symmetric=[group])


def _both(system: System, budget: FaultBudget, limit: int | None = None) -> list:
    pytest.importorskip("numba", reason="the compiled search needs numba")
    engines = (Engine.PLAIN, Engine.COMPILED)
    return [search(Table(system), budget, engine=each, limit=limit) for each in engines]


def _are_alike(plain, compiled) -> None:
    assert compiled.compiled
    assert not plain.compiled
    assert numbered(plain) == numbered(compiled)
    assert (plain.stopped, plain.transitions) == (compiled.stopped, compiled.transitions)
    for name in ("offsets", "targets", "actions"):
        assert (getattr(plain.graph, name) == getattr(compiled.graph, name)).all()


@settings(max_examples=int(os.environ.get("WFMODEL_EXAMPLES", "25")), deadline=None)
@given(systems(), budgets, st.integers(1, 400))
def test_a_compiled_reduced_search_gives_the_same_numbers(system, budget, limit):
    """With ties of every kind, in both groups of steps; stopped early or not."""
    plain, compiled = _both(system, budget, limit)
    _are_alike(plain, compiled)
    event("whole" if plain.complete else "stopped")


def test_compiled_code_does_most_of_what_has_many_states_for_each_reaction():
    """Members that go through phases: of n in k phases, as many as multisets of k + 1."""
    plain, compiled = _both(members(5, 6), FaultBudget())
    _are_alike(plain, compiled)
    assert len(plain) == comb(5 + 6, 5)
    crashed = _both(members(4, 3), FaultBudget(crashes=1))
    _are_alike(*crashed)


# ------------------------------------------------------------------------------------ properties


def committed(*names: str) -> Predicate:
    words = f"{' and '.join(names)} committed"
    return Predicate(words, lambda s: all(s.status(n) is Status.SUCCEEDED for n in names))


def test_a_property_that_names_one_of_them_and_liveness_are_not_asked():
    space = search(Table(two_phase_commit(3, symmetric=True)))
    one, pair, end, every = decide(
        space,
        [
            Never(committed("rm2")),
            Never(committed("rm1", "rm3")),
            comes_to_rest(),
            Never(committed("rm1", "rm2", "rm3")),
        ],
    )
    for answer in (one, pair):
        assert isinstance(answer, Undecided)
        assert "tells participants apart" in answer.why
    assert isinstance(end, Undecided)
    assert "endless runs" in end.why
    assert isinstance(every, Violated)
    assert "rm1 … rm3 are one" in every.bounds.words()


def test_a_story_keeps_everybody_to_its_name():
    system = two_phase_commit(3, symmetric=True)
    space = search(Table(system))
    mixed = Predicate(
        "one prepared and was told to abort, another gave up by itself",
        lambda seen: (
            sum(seen.status(n) is Status.ABORTED for n in seen.participants) == 2
            and bool(seen.on_their_way)
        ),
    )
    [answer] = decide(space, [Never(mixed)])
    assert isinstance(answer, Violated)
    _assert_it_is_a_run(system, space, answer.counterexample, FaultBudget())
    [unreduced] = decide(search(Table(system), symmetry=False), [Never(mixed)])
    assert isinstance(unreduced, Violated)
    assert len(answer.counterexample) == len(unreduced.counterexample)
    assert story_text(space, answer.counterexample).count("\n") == len(answer.counterexample) + 1


def test_a_claim_about_all_of_them_is_decided_in_their_orbits():
    system = two_phase_commit(5, symmetric=True)
    torn = Predicate(
        "one committed and another aborted",
        lambda seen: (
            {Status.SUCCEEDED, Status.ABORTED} <= {seen.status(n) for n in seen.participants}
        ),
    )
    [answer] = decide(search(Table(system), limit=40), [Never(torn)])
    assert isinstance(answer, Undecided)  # of those that were looked into, none breaks it
    assert "limit" in answer.why
    [whole] = decide(search(Table(system)), [Never(torn)])
    assert isinstance(whole, Holds)


def test_a_claim_that_only_a_far_arrangement_breaks_is_refused():
    """No exchange of two, from the one that stands for the others, comes to it."""
    space = search(Table(two_phase_commit(5, symmetric=True)))
    reduction = space.reduction
    assert reduction is not None
    members = reduction.groups[0]

    def states(seen) -> tuple[int, ...]:
        return tuple(seen.config.cells[p].volatile for p in members)

    wanted = next(
        states(Observation(other, number))
        for number in range(len(space))
        for other in others_of(space, reduction, number)
        if len(other.swaps) >= 4
    )
    near = {states(Observation(space, n)) for n in range(len(space))}
    assert wanted not in near
    one = Predicate("they are so, in this order", lambda seen: states(seen) == wanted)
    found = depends_on_who(space, reduction, [one])
    assert one in found.differing
    assert not found.sampled
    [answer] = decide(space, [Never(one)])
    assert isinstance(answer, Undecided)
    assert "tells participants apart" in answer.why


def test_everything_that_a_state_stands_for_is_looked_at_once():
    """With those that stand for them, exactly the states of the unreduced search."""
    system = two_phase_commit(4, symmetric=True)
    table = Table(system)
    space, whole = search(table), search(table, symmetry=False)
    reduction = space.reduction
    assert reduction is not None
    seen = Counter(
        other.configuration(number)
        for number in range(len(space))
        for other in (space, *others_of(space, reduction, number))
    )
    assert set(seen.values()) == {1}
    assert set(seen) == {whole.configuration(number) for number in range(len(whole))}


def test_an_answer_says_where_claims_were_compared_on_a_sample(monkeypatch):
    space = search(Table(two_phase_commit(4, symmetric=True)))
    torn = Never(committed("rm1", "rm2", "rm3", "rm4"))
    [whole] = decide(space, [torn])
    assert "sample" not in whole.bounds.words()
    monkeypatch.setattr("wfmodel.exploration.properties.symmetric.MOST_LOOKS", 50)
    [part] = decide(space, [torn])
    assert part.bounds.words().endswith("claims were compared on a sample of their exchanges")
    assert type(part) is type(whole)


# ----------------------------------------------------------------------------------- checkpoints


def numbered(space) -> tuple:
    engine = space.engine
    numbers = range(len(space))
    return (
        [engine.vector(n) for n in numbers],
        [engine.came_from(n) for n in numbers],
        space.resting.tolist(),
        space.transitions,
    )


@given(systems(), budgets, st.integers(1, 60))
def test_a_reduced_search_goes_on_from_its_checkpoint(system, budget, limit):
    whole = search(Table(system), budget, limit=400)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "search.checkpoint"
        search(Table(system), budget, limit=limit, checkpoint=path)
        resumed = search(Table(system), budget, limit=400, checkpoint=path)
        again = search(Table(system), budget, limit=400, checkpoint=path)
    assert numbered(resumed) == numbered(again) == numbered(whole)
    assert resumed.stopped == whole.stopped


def test_a_checkpoint_of_a_reduced_search_is_no_other_search_s(tmp_path):
    path = tmp_path / "search.checkpoint"
    search(Table(two_phase_commit(3, symmetric=True)), limit=20, checkpoint=path)
    with pytest.raises(CheckpointError, match=r"interchangeable .*rm1.*, this search \[\]"):
        search(Table(two_phase_commit(3, symmetric=True)), checkpoint=path, symmetry=False)


@pytest.mark.parametrize("engine", ["interpreted", "packed"])
def test_bounds_of_members_are_exchanged_with_them_and_no_step_becomes_a_fault(engine):
    system = two_phase_commit(2, symmetric=True)
    budget = FaultBudget(crashes=1).each("crashes", ("rm1", "rm2"), 1)
    make = interpreted if engine == "interpreted" else lambda s, b, **k: search(Table(s), b, **k)
    found = []
    for symmetry in (True, False):
        space = make(system, budget, symmetry=symmetry)
        [answer] = decide(space, [NeverEnds(Terminal.LOST)])
        found.append(type(answer).__name__)
    assert found == ["Holds", "Holds"]


@pytest.mark.parametrize("symmetric", [(), (MEMBERS,)])
def test_what_is_in_somebody_s_hands_is_not_lost_from_a_set_that_keeps_it(symmetric):
    table = ((0, "hub"), *[(0, "")] * 8)
    system = own_system(
        "in hand",
        {HUB: Hub("speaker"), **{name: Member(name, table) for name in MEMBERS}},
        channel=Channel.SET,
        knobs=Knobs(persistence="database", delivery="at-most-once"),
        opening={name: (SetTimer("go"),) for name in MEMBERS},
        atomic=False,
        symmetric=symmetric,
    )
    budget = FaultBudget(crashes=1, losses=1)
    whole = interpreted(system, budget, limit=1_500)
    assert len(search(Table(system), budget, limit=1_500)) == len(whole)

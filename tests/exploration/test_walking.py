"""Walks see a part of what a search sees, the same whatever their order, and count it right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.designs.workflows import workflows
from tests.exploration.test_own_systems import Log, Sender
from tests.exploration.test_packed import BOTH, budgets, some_knobs
from tests.exploration.test_seeded_bugs import knobs, saga
from tests.exploration.two_phase_commit import two_phase_commit
from wfmodel.designs import Channel, System, Table, choreograph, orchestrate, own_system
from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.messages import Action, Event, Received, SetTimer, TimerFired
from wfmodel.designs.state import View
from wfmodel.designs.trace_script import Act, Deed
from wfmodel.experiments.hunting.walk_hunt import draws
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import search
from wfmodel.exploration.properties import (
    NeverEnds,
    Undecided,
    Violated,
    decide,
    standard_properties,
)
from wfmodel.exploration.properties.shortest import Shortest
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.trace_space import RunSpace, run_space
from wfmodel.exploration.walking import WalkedSpace, shrunk, walk_space
from wfmodel.exploration.walking.coverage import Covering
from wfmodel.exploration.walking.walked_graph import spelt
from wfmodel.exploration.walking.walker import Out

pytestmark = pytest.mark.long


CRASH = FaultBudget(crashes=1)
DUAL = choreograph(saga(), knobs(publishing="dual-write"))


def walked(system: System, budget: FaultBudget, walks: int = 300, **how: object) -> WalkedSpace:
    numbers = range(walks)
    return walk_space(Table(system), budget, walks=numbers, draw=draws(1), **how)  # type: ignore[arg-type]


def nodes(space: StateSpace, numbers: Iterable[int]) -> dict[object, int]:
    return {(space.configuration(n), space.budget(n)): n for n in numbers}


# ----------------------------------------------------------------------- against a whole search


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_walks_see_only_what_the_search_sees_and_know_all_steps_from_there(data: st.DataObject):
    design = BOTH[data.draw(st.sampled_from(sorted(BOTH)), label="design")]
    system = design(data.draw(workflows(timeouts=True)), data.draw(some_knobs(), label="knobs"))
    budget = data.draw(budgets, label="budget")
    table = Table(system)  # shared: equal configurations have equal numbers in them
    whole = search(table, budget, limit=3_000)
    shares = data.draw(st.sampled_from([(), (0.5,), (0.2, 0.01)]), label="shares")
    part = walk_space(table, budget, walks=range(20), draw=draws(7), shares=shares)
    there = nodes(whole, range(len(whole)))
    for number in range(len(part)):
        node = (part.configuration(number), part.budget(number))
        if node not in there:
            assert not whole.complete
            continue
        other = there[node]
        if whole.is_open(other) or part.is_open(number):
            assert part.is_open(number) or not whole.complete
            continue
        after = [whole.successors(other), part.successors(number)]
        mine, others = (
            Counter((step, s.configuration(to), s.budget(to)) for step, to in found)
            for s, found in zip((whole, part), after, strict=True)
        )
        assert mine == others


@pytest.mark.parametrize(
    ("build", "budget", "walks"),
    [
        (lambda: orchestrate(saga(), knobs()), CRASH, 4_000),
        (lambda: DUAL, CRASH, 4_000),
        (lambda: choreograph(saga(), knobs(delivery="at-most-once")), FaultBudget(losses=1), 500),
        (lambda: two_phase_commit(3), FaultBudget(), 20_000),
    ],
)
def test_enough_walks_see_all_of_a_small_space(build, budget, walks):
    system = build()
    whole = search(Table(system), budget)
    few, many = walked(system, budget, 10), walked(system, budget, walks)
    assert few.coverage.states < len(whole)
    assert not few.coverage.closed
    assert many.coverage.states == len(many) == len(whole)
    assert many.coverage.closed
    assert many.coverage.late_states == 0
    assert many.coverage.ends == sum(
        all(whole.budget(to) != whole.budget(n) for _, to in whole.successors(n))
        for n in range(len(whole))
    )


def test_faults_that_are_drawn_like_any_step_come_early_and_see_less():
    """Why a walk has a share of faults of its own."""
    usual = walked(DUAL, CRASH).coverage.states
    assert walked(DUAL, CRASH, shares=()).coverage.states < 0.75 * usual


def test_what_walks_do_not_find_is_never_said_to_hold():
    system = orchestrate(saga(), knobs())
    space = walked(system, FaultBudget())
    assert space.coverage.closed
    answers = decide(space, standard_properties(system))
    assert all(isinstance(answer, Undecided) for answer in answers)
    assert answers[0].bounds.stopped == "300 random walks"


# ----------------------------------------------------------------------------- the same bytes


def told(space: WalkedSpace) -> list[object]:
    """A space without any number that its table gave."""
    words = []
    for number in range(len(space)):
        after = [(step.kind, to) for step, to in space.successors(number)]
        views = [
            space.table.view(p, c.volatile) for p, c in enumerate(space.configuration(number).cells)
        ]
        words.append((number, after, views, space.budget(number), space.is_open(number)))
    return words


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_order_of_walks_does_not_show(data: st.DataObject):
    workflow, some = data.draw(workflows(timeouts=True)), data.draw(some_knobs())
    system = BOTH[data.draw(st.sampled_from(sorted(BOTH)))](workflow, some)
    budget = data.draw(budgets)
    forward = list(range(30))
    other = data.draw(st.permutations(forward))
    one, two = (
        walk_space(Table(system), budget, walks=order, draw=draws(3)) for order in (forward, other)
    )
    assert one.coverage == two.coverage
    assert told(one) == told(two)


def test_a_walk_is_the_same_alone_and_among_others():
    many = walked(DUAL, CRASH, 50)
    seen = set()
    for walk in range(50):
        alone = walk_space(Table(DUAL), CRASH, walks=[walk], draw=draws(1))
        seen |= {spelt(each) for each in map(tuple, _contents(alone))}
    assert seen == {spelt(each) for each in map(tuple, _contents(many))}


def _contents(space: WalkedSpace) -> Iterator[tuple[object, ...]]:
    """What every state that a walk was in is made of, without numbers."""
    table = space.table
    for number in range(len(space)):
        if space.is_seen(number):
            config = space.configuration(number)
            yield (
                tuple(table.states[p].values[cell.volatile] for p, cell in enumerate(config.cells)),
                tuple(table.states[p].values[cell.durable] for p, cell in enumerate(config.cells)),
                tuple(cell.down for cell in config.cells),
                tuple(len(inbox) for inbox in config.inboxes),
                space.budget(number),
            )


def test_another_seed_gives_other_walks():
    one, two = (
        walk_space(Table(DUAL), CRASH, walks=range(20), draw=draws(seed)) for seed in (1, 2)
    )
    assert told(one) != told(two)


def test_a_set_is_spelt_in_order():
    assert spelt((frozenset({"b", "a"}), 1)) == "({'a','b'},1)"
    assert spelt(Received(frozenset({2, 1}))) == "Received({1,2})"


# ------------------------------------------------------------------------------ how they draw


@dataclass(frozen=True)
class Chooser:
    """May do one of four things once, of its own free will."""

    initial: str = "waits"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        match event:
            case TimerFired(str(name)) if state == "waits":
                return name, ()
            case _:
                return state, ()

    def view(self, state: str) -> View:
        return View()


def test_steps_are_equally_likely_and_faults_have_their_share():
    opening = {"one": tuple(SetTimer(name) for name in "abcd")}
    system = own_system("choice", {"one": Chooser()}, opening=opening)
    count = 2_000
    first = Counter(_first(system, FaultBudget(), walk, ()) for walk in range(count))
    assert len(first) == 4
    assert all(abs(many / count - 1 / 4) < 0.04 for many in first.values())
    alike = Counter(_first(system, CRASH, walk, ()) for walk in range(count))
    assert len(alike) == 5
    assert abs(alike["crashes"] / count - 1 / 5) < 0.04
    shared = Counter(_first(system, CRASH, walk, (0.5,)) for walk in range(count))
    assert abs(shared["crashes"] / count - 1 / 2) < 0.04


def _first(system: System, budget: FaultBudget, walk: int, shares: tuple[float, ...]) -> str:
    space = walk_space(
        Table(system), budget, walks=[walk], draw=draws(5), shares=shares, most_steps=1
    )
    assert space.coverage.outs == {Out.LONG: 1}
    [then] = [(s, n) for s, n in space.successors(0) if space.is_seen(n)]
    step, number = then
    if space.budget(number) != budget:
        return str(step.kind)
    return str(space.table.states[0].values[space.configuration(number).cells[0].volatile])


@dataclass(frozen=True)
class Blinker:
    """Goes on and off for ever."""

    initial: str = "off"

    def react(self, state: str, event: Event) -> tuple[str, tuple[Action, ...]]:
        if isinstance(event, TimerFired):
            return ("on" if state == "off" else "off"), (SetTimer("blink"),)
        return state, ()

    def view(self, state: str) -> View:
        return View()


def test_a_walk_that_comes_back_is_cut():
    system = own_system("light", {"lamp": Blinker()}, opening={"lamp": (SetTimer("blink"),)})
    seen = walked(system, FaultBudget(), 5).coverage
    assert seen.outs == {Out.LAP: 5}
    assert (seen.states, seen.steps, seen.ends, seen.unseen_end) == (2, 5, 0, None)


def test_beyond_the_laps_a_walk_is_cut():
    looped = replace(
        saga(),
        states={
            **saga().states,
            "pay": replace(saga().states["pay"], failures={}, on={}, next="book"),
        },
    )
    space = walked(orchestrate(looped, knobs()), FaultBudget(), 20)
    assert space.coverage.outs == {Out.BEYOND: 20}
    assert any(space.is_seen(n) and space.is_open(n) for n in range(len(space)))


# ---------------------------------------------------------------------------- what stops them


def test_a_limit_stops_between_states_and_leaves_whole_walks():
    space = walked(DUAL, CRASH, 300, limit=60)
    assert space.why == "limit of 60 states"
    assert 0 < space.coverage.walks < 300
    assert space.stopped == f"{space.coverage.walks} random walks (limit of 60 states)"
    assert told(space) == told(walked(DUAL, CRASH, space.coverage.walks))


def test_no_walks_at_all():
    space = walked(DUAL, CRASH, is_over=lambda: True)
    assert (space.why, len(space), space.is_open(0)) == ("the time was up", 1, True)
    seen = space.coverage
    assert (seen.walks, seen.states, seen.beside, seen.unseen, seen.closed) == (
        0,
        0,
        0,
        None,
        False,
    )
    assert all(isinstance(a, Undecided) for a in decide(space, standard_properties(DUAL)))


def test_an_interrupt_leaves_what_is_there():
    def numbers() -> Iterator[int]:
        yield from range(7)
        raise KeyboardInterrupt

    space = walk_space(Table(DUAL), CRASH, walks=numbers(), draw=draws(1))
    assert space.why == "interrupted"
    assert told(space) == told(walked(DUAL, CRASH, 7))


# ----------------------------------------------------------------------------------- coverage


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), unique=True, min_size=1), min_size=1, max_size=25))
def test_estimates_are_what_their_definitions_say(paths: list[list[int]]):
    class Bare:
        looked = [None] * 13

    covering = Covering()
    for number, path in enumerate(paths):
        covering.add(number, path, Out.ENDED)
    seen = covering.total(Bare())  # type: ignore[arg-type]
    count = len(paths)
    sets = [set(path) for path in paths]
    alone = [s for s in range(13) if sum(s in each for each in sets) == 1]
    assert seen.states == len(set().union(*sets))
    assert seen.unseen == sum(bool(each & set(alone)) for each in sets) / count
    assert seen.unseen_states == len(alone) / count
    assert seen.unseen_share == len(alone) / sum(map(len, paths))
    ends = Counter(path[-1] for path in paths)
    assert seen.unseen_end == sum(times == 1 for times in ends.values()) / count
    late = -(-count // 10)
    before = set().union(*sets[: count - late]) if count > late else set()
    assert (seen.late_walks, seen.late_states) == (late, seen.states - len(before))


def test_the_estimate_says_how_often_a_further_walk_sees_something_new():
    """Without bias: each walk is judged by all others, so over many seeds means must meet."""
    walks, seeds, table = 30, 150, Table(DUAL)
    said, came = [], []
    for seed in range(seeds):
        draw = draws(seed)
        said.append(walk_space(table, CRASH, walks=range(walks), draw=draw).coverage.unseen or 0.0)
        before = walk_space(table, CRASH, walks=range(walks - 1), draw=draw).coverage
        after = walk_space(table, CRASH, walks=range(walks), draw=draw).coverage
        came.append(after.states > before.states)
    # a share of 150 has a standard deviation of at most 0.041
    assert abs(sum(said) / seeds - sum(came) / seeds) < 3 * 0.041


# ---------------------------------------------------------------------------------- shrinking


def lost(run: StateSpace) -> bool:
    [answer] = decide(run, [NeverEnds(Terminal.LOST)])
    return isinstance(answer, Violated)


def test_a_shrunk_run_is_a_run_that_shows_it_and_nothing_can_be_left_out():
    system, budget = DUAL, FaultBudget(crashes=3)
    space = walked(system, budget, 40)
    [answer] = decide(space, [NeverEnds(Terminal.LOST)])
    assert isinstance(answer, Violated)
    for_nothing = (Act("bank", Deed.CRASH), Act("bank", Deed.RESTART))
    more = (*for_nothing, *schedule_of(space, answer.counterexample))
    assert lost(run_space(system, more, budget))
    short = shrunk(system, more, budget, lost)
    assert short is not None
    assert len(short) <= len(more) - 2
    assert lost(run_space(system, short, budget))
    for place in range(len(short)):
        less = RunSpace(system, budget)
        for act in (*short[:place], *short[place + 1 :]):
            if any(act.is_like(known) for known in less.options()):
                less.take(act)
        less.follow(())
        assert not lost(less) or len(less) - 1 >= len(short)


def test_a_run_that_does_not_show_it_is_not_shrunk():
    space = walked(DUAL, CRASH, 1)
    last = max(range(len(space)), key=lambda n: (space.is_seen(n), n))
    acts = schedule_of(space, Shortest(space).to(last))
    assert shrunk(DUAL, acts, CRASH, lambda run: False) is None
    gone = (*acts, *acts)
    assert shrunk(DUAL, gone, CRASH, lambda run: True) is None  # not a run at all


@pytest.mark.parametrize("channel", Channel)
def test_ordered_and_lasting_channels_are_walked_too(channel):
    opening = {"sender": (SetTimer("send"),)}
    machines = {"sender": Sender(), "log": Log()}
    system = own_system("numbers", machines, opening=opening, channel=channel)
    budget = FaultBudget(duplicates=1)
    seen = walked(system, budget, 2_000).coverage
    assert seen.states == len(search(Table(system), budget))
    assert seen.closed

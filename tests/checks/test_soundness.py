"""Parallel parts against the whole marking space, walked through by the token game."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.checks.effort import cases
from tests.checks.game import Marking, moves, replay, start
from wfmodel.checks import check_workflow, find_rule
from wfmodel.checks.context import Context
from wfmodel.checks.soundness import leaves_running, liveness_of
from wfmodel.model.failures import FailureKind, FailureMode
from wfmodel.model.findings import Severity
from wfmodel.model.flow import NodeKind, build_flow
from wfmodel.model.workflow import (
    Branch,
    Choice,
    DataItem,
    Effect,
    Final,
    Outcome,
    Parallel,
    Region,
    State,
    Task,
    Workflow,
)

pytestmark = pytest.mark.long

MOST = 3_000
SOUNDNESS = [find_rule(code) for code in ("S150", "S151", "S152", "S153")]


@st.composite
def machines(draw: st.DrawFn, depth: int) -> tuple[str, dict[str, State]]:
    """A machine that always ends, one way or another, with parallel parts inside."""
    count = draw(st.integers(1, 3))
    names = [f"s{number}" for number in range(count)]
    ends = ["well", "badly"]
    states: dict[str, State] = {"well": Final(), "badly": Final(outcome=Outcome.FAILED)}
    for number, name in enumerate(names):
        onward = st.sampled_from([*names[number + 1 :], *ends])
        kind = draw(st.sampled_from(["task", "task", "choice", "fork"] if depth else ["task"]))
        if kind == "choice":
            back = st.sampled_from([*names, *ends])
            states[name] = Choice(
                branches=(Branch(next=draw(back), when="w"),), default=draw(onward)
            )
        elif kind == "fork":
            width = draw(st.integers(2, 3))
            inner = [draw(machines(depth - 1)) for _ in range(width)]
            states[name] = Parallel(
                regions=tuple(Region(initial=first, states=within) for first, within in inner),
                join=draw(st.sampled_from(["all", "any", 2])),
                siblings=draw(st.sampled_from([None, "finish", "cancel"])),
                next=draw(onward),
                on={"failure": draw(onward)},
            )
        else:
            fails = draw(st.booleans())
            failures = {"f": FailureMode(kind=FailureKind.BUSINESS)} if fails else {}
            on = {"f": draw(onward)} if fails else {}
            effect = draw(st.sampled_from([Effect.NONE, Effect.COMPENSATABLE]))
            task = Task(service="s", next=draw(onward), failures=failures, on=on, effect=effect)
            states[name] = task
    return names[0], states


@st.composite
def workflows(draw: st.DrawFn) -> Workflow:
    initial, states = draw(machines(2))
    return Workflow(name="random", initial=initial, states=states)


def markings(workflow: Workflow) -> tuple[set[Marking], set[tuple[int, str]]] | None:
    """All markings, and the moves (node and event) that occur in them."""
    flow = build_flow(workflow, expand_copies=False)
    first = start(flow)
    seen, work, made = {first}, [first], set()
    while work:
        for move in moves(flow, work.pop()):
            made.add((move.node.index, move.event))
            if move.after not in seen:
                if len(seen) > MOST:
                    return None
                seen.add(move.after)
                work.append(move.after)
    return seen, made


@cases(usual=250)
@given(workflows())
def test_what_runs_enter_is_what_the_marking_space_holds(workflow: Workflow):
    context = Context.of(workflow)
    walked = markings(workflow)
    assume(walked is not None)
    assert walked is not None
    seen, made = walked
    held = {token for marking in seen for token in _tokens(marking)}
    forks = [node for node in context.flow.nodes if node.kind is NodeKind.FORK]
    assert held == liveness_of(context).entered
    for fork in forks:
        if fork.index in held:
            assert ((fork.index, "done") in made) == liveness_of(context).can_join(fork)


@cases(usual=250)
@given(workflows())
def test_regions_that_run_on_are_those_of_the_marking_space(workflow: Workflow):
    context = Context.of(workflow)
    walked = markings(workflow)
    assume(walked is not None)
    assert walked is not None
    flow, seen = context.flow, walked[0]
    twice = {
        flow.nodes[fork.node].path
        for marking in seen
        for fork in marking.forks
        if leaves_running(flow.nodes[fork.node])
        and fork.joined
        and fork.node in _tokens(marking)
        and any(token >= 0 for token in fork.regions)
    }
    found = {f.path for f in check_workflow(workflow, rules=SOUNDNESS) if f.code == "S152"}
    assert found == twice


def test_what_a_join_left_running_still_runs_when_the_fork_around_it_comes_again():
    def region(**states: State) -> Region:
        return Region(initial="work", states={**states, "ok": Final()})

    def work(to: str = "ok") -> Task:
        return Task(service="s", next=to)

    inner = Parallel(
        regions=(region(work=work()), region(work=work())),
        join="any",
        next="ok",
        on={"failure": "ok"},
    )
    outer = Parallel(
        regions=(region(work=work()), region(work=work("race"), race=inner)),
        next="again",
        on={"failure": "again"},
    )
    again = Choice(branches=(Branch(next="outer", when="w"),), default="end")
    workflow = Workflow(
        name="nested", initial="outer", states={"outer": outer, "again": again, "end": Final()}
    )
    race = ("states", "outer", "regions", 1, "states", "race")
    found = [f for f in check_workflow(workflow, rules=SOUNDNESS) if f.code == "S152"]
    assert [f.path for f in found] == [race]
    flow = build_flow(workflow, expand_copies=False)
    at = replay(flow, found[0].trace)
    [fork] = [fork for fork in at.forks if flow.nodes[fork.node].path == race]
    assert fork.joined
    assert fork.node in _tokens(at)
    assert any(token >= 0 for token in fork.regions)


def race(*, ends_at: str) -> Workflow:
    """Two regions that end by failing: the first one ends the wait."""
    region = Region(
        initial="poll",
        states={"poll": Task(service="s", next="over"), "over": Final(outcome=Outcome.FAILED)},
    )
    fork = Parallel(
        regions=(region, region), siblings="cancel", next="go-on", on={"failure": ends_at}
    )
    lost = Final(outcome=Outcome.FAILED)
    states: dict[str, State] = {"race": fork, "go-on": Final(), "sorry": Final(), "lost": lost}
    return Workflow(name="race", initial="race", states=states)


def test_a_race_that_is_ended_by_a_failure_is_no_error():
    expected = {"go-on": Severity.INFO, "sorry": Severity.INFO, "lost": Severity.ERROR}
    for ends_at, severity in expected.items():
        [found] = [f for f in check_workflow(race(ends_at=ends_at)) if f.code == "S150"]
        assert found.severity is severity


def test_work_behind_a_join_that_never_completes_is_a_warning():
    ended = race(ends_at="sorry")
    states = {**ended.states, "go-on": Task(service="s", next="sorry")}
    [found] = [f for f in check_workflow(replace(ended, states=states)) if f.code == "S150"]
    assert found.severity is Severity.WARNING


def test_a_failure_that_is_cleaned_up_after_may_be_meant():
    ended = race(ends_at="clean-up")
    states = {**ended.states, "clean-up": Task(service="s", next="lost")}
    [found] = [f for f in check_workflow(replace(ended, states=states)) if f.code == "S150"]
    assert found.severity is Severity.WARNING


def test_a_join_over_items_goes_on_where_there_are_none():
    region = Region(initial="over", states={"over": Final(outcome=Outcome.FAILED)})
    fork = Parallel(regions=(region,), for_each="orders", copies=3, next="done")
    states: dict[str, State] = {"fork": fork, "done": Final()}
    empty = Workflow(
        name="items", initial="fork", states=states, data={"orders": DataItem(input=True)}
    )
    [found] = [f for f in check_workflow(empty) if f.code == "S150"]
    assert found.severity is Severity.INFO
    assert not [f for f in check_workflow(empty) if f.severity is not Severity.INFO]


def test_a_join_that_waits_for_all_leaves_no_region_running():
    loop = race(ends_at="go-on")
    good = Region(initial="work", states={"work": Task(service="s", next="ok"), "ok": Final()})
    for siblings, codes in (("finish", {"S152"}), ("wait", set())):
        fork = Parallel(regions=(good, good), join=1, siblings=siblings, next="again")
        again = Choice(branches=(Branch(next="race", when="more"),), default="go-on")
        states: dict[str, State] = {"race": fork, "again": again, "go-on": Final()}
        found = check_workflow(replace(loop, states=states))
        assert {f.code for f in found} & {"S151", "S152"} == codes


def _tokens(marking: Marking) -> list[int]:
    inner = [token for fork in marking.forks for token in fork.regions if token >= 0]
    return [token for token in (marking.main, *inner) if token >= 0]


def wide(width: int, broken: bool) -> Workflow:
    """So many branches of one task; the last one cannot succeed, if it is broken."""
    good = Region(
        initial="work",
        states={
            "work": Task(
                service="s",
                next="ok",
                failures={"f": FailureMode(kind=FailureKind.BUSINESS)},
                on={"f": "bad"},
            ),
            "ok": Final(),
            "bad": Final(outcome=Outcome.FAILED),
        },
    )
    bad = Region(
        initial="work",
        states={"work": Task(service="s", next="bad"), "bad": Final(outcome=Outcome.FAILED)},
    )
    regions = (*(good,) * (width - 1), bad if broken else good)
    fork = Parallel(regions=regions, next="done", on={"failure": "sorry"})
    sorry = Final(outcome=Outcome.ABORTED)
    return Workflow(
        name="wide", initial="fork", states={"fork": fork, "done": Final(), "sorry": sorry}
    )


def test_many_branches_are_many_small_questions():
    for width in (17, 30, 200):
        rules = [rule.code for rule in SOUNDNESS]
        codes = [f.code for f in check_workflow(wide(width, broken=True)) if f.code in rules]
        assert codes == ["S150"]
        assert not [f for f in check_workflow(wide(width, broken=False)) if f.code in rules]
        context = Context.of(wide(width, broken=False))
        # main: fork, done, sorry; each region: work, ok, bad
        assert len(liveness_of(context).entered) == 3 + 3 * width

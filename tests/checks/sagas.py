"""Small sagas, a loop here and there: steps, forks, failures led anywhere, both forms of undo."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from wfmodel.model.failures import FailureKind, FailureMode, RetryPolicy
from wfmodel.model.workflow import (
    Branch,
    Choice,
    Compensation,
    Effect,
    Final,
    Outcome,
    Parallel,
    Region,
    State,
    Task,
    Workflow,
)

ENDS: dict[str, State] = {
    "ok": Final(),
    "aborted": Final(outcome=Outcome.ABORTED),
    "failed": Final(outcome=Outcome.FAILED),
}
STUCK = {"stuck": FailureMode(FailureKind.TRANSIENT)}
HANDLERS = (
    None,
    Compensation(),
    Compensation(failures=STUCK),
    Compensation(failures=STUCK, retry=RetryPolicy(attempts=None)),
)
EFFECTS = (Effect.COMPENSATABLE, Effect.COMPENSATABLE, Effect.RETRIABLE, Effect.NONE, Effect.PIVOT)


@st.composite
def steps(draw: st.DrawFn, following: str, ways_out: list[str]) -> Task:
    """A forward step."""
    kinds = draw(
        st.lists(st.sampled_from(["no", "flaky", "timeout", "any"]), max_size=2, unique=True)
    )
    failures = {}
    if "no" in kinds:
        failures["no"] = FailureMode(FailureKind.BUSINESS)
    if "flaky" in kinds:
        failures["flaky"] = FailureMode(FailureKind.TRANSIENT)
    events = ["failure" if kind == "any" else kind for kind in kinds]
    handled = [event for event in events if event == "failure" or draw(st.booleans())]
    return Task(
        service="s",
        next=following,
        effect=draw(st.sampled_from(EFFECTS)),
        failures=failures,
        timeout=10**9 if "timeout" in kinds else None,
        retry=draw(st.sampled_from([None, None, RetryPolicy(attempts=None)])),
        compensation=draw(st.sampled_from(HANDLERS)),
        on={event: draw(st.sampled_from(ways_out)) for event in handled},
    )


@st.composite
def undo_chains(draw: st.DrawFn, steps: list[str], ends: list[str]) -> dict[str, State]:
    """A chain of explicit compensations, entered anywhere."""
    undone = draw(st.lists(st.sampled_from(steps), max_size=3))
    states: dict[str, State] = {}
    for number, step in enumerate(undone):
        last = number == len(undone) - 1
        following = draw(st.sampled_from(ends)) if last else f"undo{number + 1}"
        failures = draw(st.sampled_from([{}, STUCK]))
        on = draw(st.sampled_from([{}, {"stuck": draw(st.sampled_from(ends))}])) if failures else {}
        states[f"undo{number}"] = Task(
            service="s", compensates=step, next=following, failures=failures, on=on
        )
    if undone and draw(st.integers(0, 3)) == 0:  # back to some compensation, or on
        last = states[f"undo{len(undone) - 1}"]
        assert isinstance(last, Task)
        back = Branch(next=draw(st.sampled_from(list(states))))
        states["more"] = Choice(branches=(back,), default=last.next)
        states[f"undo{len(undone) - 1}"] = replace(last, next="more")
    return states


@st.composite
def regions(draw: st.DrawFn, may_undo: list[str]) -> Region:
    """One or two steps, and perhaps one compensation of a step from outside."""
    names = ["a", "b"][: draw(st.integers(1, 2))]
    undo = draw(st.sampled_from([None, *may_undo])) if may_undo else None
    ways_out = ["bad", "good", "rollback", *(["back"] if undo else [])]
    states: dict[str, State] = {}
    for name, following in zip(names, [*names[1:], "good"], strict=True):
        states[name] = draw(steps(following, ways_out))
    if undo is not None:
        states["back"] = Task(service="s", compensates=undo, next="bad")
    states |= {"good": Final(), "bad": Final(outcome=draw(st.sampled_from(list(Outcome)[1:])))}
    return Region(initial="a", states=states)


@st.composite
def forks(draw: st.DrawFn, following: str, ways_out: list[str], may_undo: list[str]) -> Parallel:
    """Two regions; at most one of them compensates what came before."""
    parts = (draw(regions(may_undo)), draw(regions([])))
    if draw(st.booleans()):
        parts = parts[::-1]
    on = draw(st.sampled_from([{}, {"failure": draw(st.sampled_from(ways_out))}]))
    if draw(st.integers(0, 4)) == 0:
        join = draw(st.sampled_from(["all", "any"]))
        parts = parts[:1]
        return Parallel(regions=parts, for_each="items", copies=2, join=join, next=following, on=on)
    return Parallel(
        regions=parts,
        join=draw(st.sampled_from(["all", "all", "any", "first"])),
        siblings=draw(st.sampled_from(["finish", "cancel"])),
        next=following,
        on=on,
    )


@st.composite
def sagas(draw: st.DrawFn, *, parallel: bool = True) -> Workflow:
    """A whole workflow of up to four elements."""
    count = draw(st.integers(2, 4))
    names = [f"s{number}" for number in range(count)]
    is_fork = [parallel and draw(st.integers(0, 3)) == 0 for _ in names]
    tasks = [name for name, fork in zip(names, is_fork, strict=True) if not fork]
    ends = ["aborted", "failed", "ok", "rollback"]
    undo = draw(undo_chains(tasks, ends)) if tasks else {}
    states: dict[str, State] = {}
    for number, name in enumerate(names):
        following = [*names, "ok"][number + 1]
        ways_out = [*ends, *undo, *names[number + 1 :]]
        if is_fork[number]:
            states[name] = draw(
                forks(
                    following,
                    ways_out,
                    tasks[: tasks.index(name)] if name in tasks else [t for t in tasks if t < name],
                )
            )
        elif draw(st.integers(0, 9)) == 0:
            branch = Branch(next=draw(st.sampled_from(ways_out)))
            states[name] = Choice(branches=(branch,), default=following)
        else:
            states[name] = draw(steps(following, ways_out))
    if draw(st.integers(0, 2)) == 0:
        states |= draw(loops(states, [*names, "ok"]))
    return Workflow(name="saga", initial="s0", states={**states, **undo, **ENDS})


@st.composite
def loops(draw: st.DrawFn, states: dict[str, State], names: list[str]) -> dict[str, State]:
    """Back to an earlier step, with no fork on the way; what changes."""
    tail = draw(st.integers(0, len(names) - 2))
    head = tail
    while head > 0 and not isinstance(states[names[head - 1]], Parallel):
        head -= 1
    last = states[names[tail]]
    if not isinstance(last, Task):
        return {}
    back = Branch(next=draw(st.sampled_from(names[head : tail + 1])))
    again = Choice(branches=(back,), default=last.next)
    return {"again": again, names[tail]: replace(last, next="again")}

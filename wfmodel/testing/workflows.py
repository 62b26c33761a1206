"""Random valid workflows: small, with every kind of state, loops, rollback and nested regions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from wfmodel.model.cancellation import Cancellation
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.failures import FailureKind, FailureMode, RetryPolicy
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import (
    ROLLBACK,
    Branch,
    Choice,
    Compensation,
    Effect,
    Final,
    Lands,
    Outcome,
    Parallel,
    Reaction,
    Receive,
    Region,
    State,
    SubDefinition,
    SubWorkflow,
    Task,
    Wait,
    Workflow,
)

SERVICES = ("A", "B", "C")
"""Services that random workflows use."""

NO = FailureMode(kind=FailureKind.BUSINESS, probability=0.2)
BLIP = FailureMode(kind=FailureKind.TRANSIENT, probability=0.2)
MS = parse_duration("1ms")
WORK = Exponential(mean=20 * MS)


@st.composite
def workflows(
    draw: DrawFn,
    *,
    states: int = 4,
    depth: int = 2,
    timeouts: bool = False,
    loops: bool = True,
    cancel: bool = True,
    untimed_receives: bool = True,
    outside: bool = False,
) -> Workflow:
    """A workflow of at most ``states`` states per machine, nested at most ``depth`` deep.

    It has no findings that would keep it from running, and may have others: dead ends, steps that
    nothing undoes. Services are ``SERVICES``. ``timeouts`` gives some steps a time-out, and some
    workflows one of their own; ``loops`` lets choices lead back; ``cancel`` lets a join cancel its
    siblings, and somebody outside the whole; ``untimed_receives`` lets a receive wait for ever;
    ``outside`` gives some steps an effect that no transaction reaches.
    """
    options = _Options(timeouts, loops, cancel, untimed_receives, outside)
    subs: dict[str, SubDefinition] = {}
    if depth and draw(st.integers(0, 3)) == 0:
        inner = _machine(draw, 2, 0, "u", options, ())
        subs["sub"] = SubDefinition(initial="u0", states=inner)
    main = _machine(draw, states, depth, "s", options, tuple(subs))
    limit = draw(st.sampled_from([None, None, None, 60 * MS])) if timeouts else None
    undone = limit is not None and draw(st.booleans())
    on: dict[Literal["timeout", "cancel"], Literal["rollback"]] = {}
    if undone:
        on["timeout"] = "rollback"
    cancelled = None
    if cancel and draw(st.integers(0, 4)) == 0:
        cancelled = Cancellation(probability=draw(st.sampled_from([0.3, 1.0])), delay=WORK)
        if draw(st.booleans()):
            on["cancel"] = "rollback"
    return Workflow(
        name="random",
        initial="s0",
        states=main,
        workflows=subs,
        timeout=limit,
        cancel=cancelled,
        on=on,
    )


@dataclass(frozen=True)
class _Options:
    timeouts: bool
    loops: bool
    cancel: bool
    untimed_receives: bool
    outside: bool


def _machine(
    draw: DrawFn, most: int, depth: int, prefix: str, options: _Options, subs: tuple[str, ...]
) -> dict[str, State]:
    names = [f"{prefix}{i}" for i in range(draw(st.integers(1, most)))]
    states: dict[str, State] = {}
    for i, name in enumerate(names):
        steps = [n for n, state in states.items() if isinstance(state, Task)]
        states[name] = _state(draw, names, i, steps, depth, options, subs)
    states["ok"] = Final(outcome=Outcome.SUCCEEDED)
    states["no"] = Final(outcome=draw(st.sampled_from([Outcome.ABORTED, Outcome.FAILED])))
    return states


def _state(
    draw: DrawFn,
    names: list[str],
    i: int,
    steps: list[str],
    depth: int,
    options: _Options,
    subs: tuple[str, ...],
) -> State:
    kinds = ["task", "task", "task", "choice", "wait", "receive"]
    kinds += ["parallel", "parallel"] if depth else []
    kinds += ["sub"] if subs else []
    ahead = [*names[i + 1 :], "ok", ROLLBACK, "no"]
    onward = st.sampled_from([*ahead[:2], ahead[0]])
    anywhere = st.sampled_from(ahead)
    handlers = st.dictionaries(st.just("failure"), anywhere)
    match draw(st.sampled_from(kinds)):
        case "task":
            return _task(draw, steps, onward, anywhere, options)
        case "choice":
            back = names[: i + 1] if options.loops and draw(st.booleans()) else ahead
            branches = (Branch(next=draw(st.sampled_from(back))),)
            service = draw(st.sampled_from([None, *SERVICES]))
            return Choice(branches=branches, default=draw(anywhere), service=service)
        case "wait":
            return Wait(duration=Constant(draw(st.sampled_from([0, MS]))), next=draw(onward))
        case "receive":
            return _receive(draw, steps, onward, anywhere, options)
        case "sub":
            on = draw(handlers)
            return SubWorkflow(workflow="sub", next=draw(onward), on=on)
        case _:
            return _parallel(draw, depth, onward, handlers, options)


def _task(
    draw: DrawFn,
    steps: list[str],
    onward: st.SearchStrategy[str],
    anywhere: st.SearchStrategy[str],
    options: _Options,
) -> Task:
    failures = draw(st.sampled_from([{}, {"no": NO}, {"no": NO, "blip": BLIP}, {"blip": BLIP}]))
    retry = draw(st.sampled_from([None, RetryPolicy(attempts=2, backoff=MS)]))
    on = draw(st.dictionaries(st.sampled_from(["failure", "no"]), anywhere, max_size=2))
    undo = Compensation(
        service=draw(st.sampled_from([None, *SERVICES])),
        duration=WORK,
        failures=draw(st.sampled_from([{}, {}, {"stuck": NO}])),
        retry=draw(st.sampled_from([None, RetryPolicy(attempts=2, backoff=MS)])),
        idempotent=draw(st.booleans()),
        tolerates_absence=draw(st.booleans()),
    )
    explicit = draw(st.sampled_from([None, None, None, *steps]))
    return Task(
        service=draw(st.sampled_from(SERVICES)),
        duration=WORK,
        next=draw(onward),
        failures=failures,
        retry=retry,
        timeout=draw(st.sampled_from([None, 30 * MS])) if options.timeouts else None,
        idempotent=draw(st.booleans()),
        priority=draw(st.sampled_from([0, 0, 1, 2])),
        lands=draw(st.sampled_from(Lands)) if options.outside else Lands.WITH_COMMIT,
        effect=Effect.COMPENSATABLE,
        compensates=explicit,
        compensation=draw(st.sampled_from([None, undo, undo])) if explicit is None else None,
        on=on,
    )


def _receive(
    draw: DrawFn,
    steps: list[str],
    onward: st.SearchStrategy[str],
    anywhere: st.SearchStrategy[str],
    options: _Options,
) -> Receive:
    events = {"yes": Reaction(next=draw(onward)), "deny": Reaction(next=draw(anywhere))}
    timeout = draw(st.sampled_from([None, 30 * MS])) if options.untimed_receives else 30 * MS
    on = {"timeout": draw(anywhere)} if timeout is not None and draw(st.booleans()) else {}
    service = draw(st.sampled_from([None, *SERVICES]))
    cause = draw(st.sampled_from([None, *steps])) if service is not None else None
    return Receive(
        events=events, delay=WORK, timeout=timeout, on=on, service=service, caused_by=cause
    )


def _parallel(
    draw: DrawFn,
    depth: int,
    onward: st.SearchStrategy[str],
    handlers: st.SearchStrategy[dict[str, str]],
    options: _Options,
) -> Parallel:
    regions = tuple(
        Region(initial=f"r{n}0", states=_machine(draw, 2, depth - 1, f"r{n}", options, ()))
        for n in range(draw(st.integers(1, 3 if depth == 1 else 2)))
    )
    return Parallel(
        regions=regions,
        join=draw(st.sampled_from(["all", "all", "any", "first", len(regions)])),
        siblings=draw(st.sampled_from(["finish", "cancel"] if options.cancel else ["finish"])),
        next=draw(onward),
        on=draw(handlers),
    )

"""Every run of a small workflow, one interleaving at a time: what the saga rules must find.

Written apart from the checker, from the definitions, with no care for speed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from tests.checks.game import Fork, Marking, Move, can_raise, moves, start
from wfmodel.model.failures import FailureKind
from wfmodel.model.flow import Flow, Node, NodeKind
from wfmodel.model.workflow import DONE, FAILURE, TIMEOUT, Effect, Outcome, Task

NEVER, FLAKY, MAYBE, THERE, LATE, UNDONE = "never", "flaky", "maybe", "there", "late", "undone"


MOST_VISITS = 2
"""So many visits of one step are told apart; of more, those that are surest to stand."""

Visits = tuple[str, ...]
"""Visits of a step that stand, or may; or one word for why none does, or is in sight."""


@dataclass(frozen=True)
class Moment:
    marking: Marking
    effects: tuple[tuple[int, Visits], ...]
    excused: bool = False
    pivot: bool = False
    stuck: frozenset[int] = frozenset()
    """Compensations that have failed for good, and whose step is not compensated since."""


@dataclass
class Verdicts:
    """Per rule: the step (or compensation) and whether it is certain."""

    w1: dict[str, bool] = field(default_factory=dict)
    w2: dict[str, bool] = field(default_factory=dict)
    w3: set[str] = field(default_factory=set)
    w6: set[str] = field(default_factory=set)
    w8: bool = False
    """Whether some run ends badly after a pivot."""


def enumerate_runs(flow: Flow, most: int = 60_000) -> Verdicts | None:
    """The verdicts over all runs; None if there are more moments than ``most``."""
    steps = [n for n in flow.steps() if _has_effect(flow, n)]
    first = Moment(start(flow), tuple((step.index, (NEVER,)) for step in steps))
    verdicts, seen, work = Verdicts(), {first}, [first]
    sweeping = frozenset(n.index for n in flow.nodes if n.undoes is not None and _sweeps(flow, n))
    while work:
        if len(seen) > most:
            return None
        moment = work.pop()
        _judge(flow, moment, verdicts, sweeping)
        for move in moves(flow, moment.marking):
            after = Moment(
                move.after,
                _effects(flow, moment, move, sweeping),
                moment.excused or _excuses(move),
                moment.pivot or _is_pivot(move),
                _stuck(flow, moment, move),
            )
            if after not in seen:
                seen.add(after)
                work.append(after)
    return verdicts


def _has_effect(flow: Flow, node: Node) -> bool:
    assert isinstance(node.state, Task)
    undone = any(other.undoes == node.index for other in flow.nodes)
    return undone or node.state.effect is not Effect.NONE


def _judge(flow: Flow, moment: Moment, verdicts: Verdicts, sweeping: frozenset[int]) -> None:
    effects = dict(moment.effects)
    end = flow.nodes[moment.marking.main]
    if end.kind is NodeKind.FINAL and not moment.excused:
        found = {Outcome.ABORTED: verdicts.w2, Outcome.FAILED: verdicts.w1}.get(end.outcome)
        for index, effect in effects.items():
            if found is not None and (_stands(effect) or effect == (LATE,)):
                name = flow.nodes[index].name
                found[name] = found.get(name, False) or THERE in effect
    if end.kind is NodeKind.FINAL:
        verdicts.w8 |= moment.pivot and end.outcome is not Outcome.SUCCEEDED
        if end.implicit or end.outcome is not Outcome.FAILED:
            verdicts.w6 |= {flow.nodes[index].name for index in moment.stuck}
    held = [moment.marking.main]
    held += [t for fork in moment.marking.forks for t in fork.regions if t >= 0]
    for token in held:
        node = flow.nodes[token]
        if node.kind is NodeKind.TASK and node.undoes in effects:
            before = effects[node.undoes]
            if before == (NEVER,) or (before == (UNDONE,) and token not in sweeping):
                verdicts.w3.add(node.name)
        if node.kind is NodeKind.ROLLBACK:
            verdicts.w6 |= set(_fallible(flow, node, effects))


def _fallible(flow: Flow, rollback: Node, effects: dict[int, Visits]) -> Iterator[str]:
    """Handlers that a rollback comes to run and that can fail for good."""
    for index, effect in effects.items():
        step = flow.nodes[index]
        if _stands(effect) and step.handler and _within(flow, step, rollback.scope):
            handler = flow.nodes[step.handler]
            if handler.state.failures and handler.state.retry is None:  # type: ignore[union-attr]
                yield handler.name


def _stuck(flow: Flow, moment: Moment, move: Move) -> frozenset[int]:
    undoes = move.node.undoes
    if undoes is None or move.event in ("fork", "end"):
        return moment.stuck
    if move.event != DONE:
        return moment.stuck | {move.node.index}
    return frozenset(i for i in moment.stuck if flow.nodes[i].undoes != undoes)


def _is_pivot(move: Move) -> bool:
    state = move.node.state
    pivot = isinstance(state, Task) and state.effect is Effect.PIVOT
    return pivot and move.node.undoes is None and move.event == DONE


def _excuses(move: Move) -> bool:
    state = move.node.state
    if not isinstance(state, Task) or move.event in ("fork", "end"):
        return False
    if move.node.undoes is not None:
        return move.event != DONE
    return _is_pivot(move)


def _effects(
    flow: Flow, moment: Moment, move: Move, sweeping: frozenset[int]
) -> tuple[tuple[int, Visits], ...]:
    effects = dict(moment.effects)
    node, event = move.node, move.event
    if node.kind is NodeKind.TASK and node.undoes in effects and event == DONE:
        swept = node.index in sweeping
        effects[node.undoes] = (UNDONE,) if swept else _undone(effects[node.undoes])
    elif node.kind is NodeKind.TASK and node.index in effects:
        effects[node.index] = _result(node, event, effects[node.index])
        if _stands(effects[node.index]) and _is_out_of_sight(flow, moment, node):
            effects[node.index] = (LATE,)
    elif node.kind is NodeKind.ROLLBACK:
        for index, effect in effects.items():
            step = flow.nodes[index]
            if _stands(effect) and step.handler and _within(flow, step, node.scope):
                effects[index] = (UNDONE,)
    elif node.kind is NodeKind.FORK and event == DONE:
        for scope in _not_arrived(flow, moment.marking, node):
            for index, effect in effects.items():
                if _stands(effect) and _within(flow, flow.nodes[index], scope):
                    effects[index] = (LATE,)
    return tuple(effects.items())


def _stands(visits: Visits) -> bool:
    return visits[0] in (THERE, MAYBE)


def _result(node: Node, event: str, before: Visits) -> Visits:
    state = node.state
    assert isinstance(state, Task)
    if before == (LATE,):
        return before
    standing = before if _stands(before) else ()
    if event == DONE:
        return _surest((*standing, THERE))
    if event in (TIMEOUT, FAILURE):
        return _surest((*standing, MAYBE))
    if state.failures[event].kind is FailureKind.TRANSIENT:
        return (FLAKY,) if before in ((NEVER,), (UNDONE,)) else before
    return before


def _surest(visits: Visits) -> Visits:
    return tuple(sorted(visits, key=[THERE, MAYBE].index)[:MOST_VISITS])


def _undone(visits: Visits) -> Visits:
    """What is left once the latest visit that stands is taken back, in every case there is."""
    if not _stands(visits):
        return (UNDONE,)
    cases = product(*((True,) if visit == THERE else (True, False) for visit in visits))
    left = [max(0, sum(case) - 1) for case in cases]
    return (THERE,) if min(left) else (MAYBE,) if max(left) else (UNDONE,)


def _sweeps(flow: Flow, undo: Node) -> bool:
    """Whether a compensation is in a loop, and its step in another: it runs as often, we trust."""
    step = undo.undoes
    assert step is not None
    loops = undo.index in _ahead(flow, undo.index) and step in _ahead(flow, step)
    return loops and not (step in _ahead(flow, undo.index) and undo.index in _ahead(flow, step))


def _ahead(flow: Flow, index: int) -> frozenset[int]:
    """Nodes that a run can come to from a node, one move or more later."""
    seen, work = set[int](), [index]
    while work:
        node = flow.nodes[work.pop()]
        targets = [e.target for e in node.edges if can_raise(node, e.event)]
        targets += [flow.initial_of(region) for region in node.regions]
        fork = flow.scopes[node.scope].fork
        if node.kind is NodeKind.FINAL and fork is not None:
            targets += [edge.target for edge in flow.nodes[fork].edges]
        work += [target for target in targets if target not in seen]
        seen |= set(targets)
    return frozenset(seen)


def _within(flow: Flow, node: Node, scope: int) -> bool:
    at: int | None = node.scope
    while at is not None:
        if at == scope:
            return True
        at = flow.scopes[at].parent
    return False


def _not_arrived(flow: Flow, marking: Marking, node: Node) -> list[int]:
    fork: Fork | None = marking.fork(node.index)
    assert fork is not None
    return [s for s, token in zip(node.regions, fork.regions, strict=True) if token >= 0]


def _is_out_of_sight(flow: Flow, moment: Moment, node: Node) -> bool:
    """Whether a join around the step has already gone on."""
    return any(
        fork.joined and any(_within(flow, node, s) for s in flow.nodes[fork.node].regions)
        for fork in moment.marking.forks
    )

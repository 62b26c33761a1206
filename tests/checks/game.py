"""The token game of a flow, written apart from the checker: what a run is, one word at a time.

Used twice: to replay the runs that findings show, and to enumerate every run of small workflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from wfmodel.checks.soundness import spare_of
from wfmodel.model.flow import Flow, Node, NodeKind, raised_events
from wfmodel.model.workflow import (
    DONE,
    FAILURE,
    Compensation,
    Outcome,
    Parallel,
    Receive,
    Task,
)

ENDED_WELL, ENDED_BADLY, STOPPED = -1, -2, -3


@dataclass(frozen=True)
class Fork:
    """A fork in progress: per region a token (a node, or how it ended); whether it is joined."""

    node: int
    regions: tuple[int, ...]
    joined: bool = False


@dataclass(frozen=True)
class Marking:
    main: int
    forks: tuple[Fork, ...] = ()

    def fork(self, node: int) -> Fork | None:
        return next((fork for fork in self.forks if fork.node == node), None)

    def with_fork(self, fork: Fork) -> Marking:
        others = tuple(f for f in self.forks if f.node != fork.node)
        return replace(self, forks=tuple(sorted((*others, fork), key=lambda f: f.node)))


@dataclass(frozen=True)
class Move:
    word: str
    node: Node
    event: str
    after: Marking


def start(flow: Flow) -> Marking:
    return Marking(flow.initial)


def can_raise(node: Node, event: str) -> bool:
    state = node.state
    match state:
        case Task():
            names = raised_events(state)
            endless = state.retry is not None and state.retry.attempts is None
            unnamed = not endless and all(name in state.on for name in names)
            return event == DONE or event in names or (event == FAILURE and unnamed)
        case Receive():
            return event in state.events or event in raised_events(state)
        case _:
            return True


def moves(flow: Flow, marking: Marking) -> Iterator[Move]:
    yield from _token_moves(flow, marking, marking.main, None, 0)
    for fork in marking.forks:
        for number, token in enumerate(fork.regions):
            if token >= 0:
                yield from _token_moves(flow, marking, token, fork, number)
        if not fork.joined:
            yield from _join_moves(flow, marking, fork)


def _token_moves(
    flow: Flow, marking: Marking, token: int, fork: Fork | None, number: int
) -> Iterator[Move]:
    node = flow.nodes[token]
    if node.kind is NodeKind.FORK:
        running = marking.fork(token)
        if running is None or _is_over(running):
            initials = tuple(flow.initial_of(region) for region in node.regions)
            after = marking.with_fork(Fork(token, initials))
            yield Move(f"{node.name} -fork->", node, "fork", after)
    elif node.kind is NodeKind.FINAL:
        if fork is not None:
            well = node.outcome is Outcome.SUCCEEDED
            after = _placed(marking, fork, number, ENDED_WELL if well else ENDED_BADLY)
            yield Move(node.name, node, "end", after)
    else:
        cancelled = fork is not None and _is_cancelled(flow, marking, fork)
        if cancelled and node.kind is not NodeKind.TASK:
            return
        for edge in node.edges:
            if can_raise(node, edge.event):
                to = STOPPED if cancelled else edge.target
                after = _placed(marking, fork, number, to)
                yield Move(f"{node.name} -{edge.event}->", node, edge.event, after)


def _is_over(fork: Fork) -> bool:
    """Whether the fork can be entered again: with a region still running it would be a second."""
    return fork.joined and all(token < 0 for token in fork.regions)


def _is_cancelled(flow: Flow, marking: Marking, fork: Fork) -> bool:
    """Whether a fork's regions stop: its join has cancelled them, or one around it has."""
    if fork.joined and _cancels(flow, fork):
        return True
    around = marking.fork(flow.scopes[flow.nodes[fork.node].scope].fork)
    return around is not None and _is_cancelled(flow, marking, around)


def _cancels(flow: Flow, fork: Fork) -> bool:
    state = flow.nodes[fork.node].state
    assert isinstance(state, Parallel)
    return state.siblings == "cancel"


def _join_moves(flow: Flow, marking: Marking, fork: Fork) -> Iterator[Move]:
    node = flow.nodes[fork.node]
    state = node.state
    assert isinstance(state, Parallel)
    good = fork.regions.count(ENDED_WELL)
    bad = fork.regions.count(ENDED_BADLY)
    spare = state.width - state.needed
    if state.copies > 1:  # the one region stands for all: the copies not shown may do otherwise
        done, failed = (good == 1 or spare > 0), good + bad == 1
        lost = bad == 1 or (good == 1 and _can_fail(flow, node))
    else:
        done, failed = good >= state.needed, good + bad == len(fork.regions)
        lost = bad > spare_of(state)
    for event, holds in ((DONE, done), (FAILURE, lost and (failed or _cancels(flow, fork)))):
        edge = next((e for e in node.edges if e.event == event), None)
        if holds and edge is not None:
            yield Move(
                f"{node.name} -{event}->", node, event, _joined(marking, fork, event, edge.target)
            )


def _can_fail(flow: Flow, fork: Node) -> bool:
    """Whether a copy of a region without forks of its own can end badly."""
    seen = work = [flow.initial_of(region) for region in fork.regions]
    while work:
        nodes = [flow.nodes[index] for index in work]
        targets = [e.target for n in nodes for e in n.edges if can_raise(n, e.event)]
        work = [target for target in dict.fromkeys(targets) if target not in seen]
        seen = seen + work
    ends = (flow.nodes[index].outcome for index in seen)
    return any(outcome not in (None, Outcome.SUCCEEDED) for outcome in ends)


def _joined(marking: Marking, fork: Fork, event: str, target: int) -> Marking:
    regions = fork.regions
    if event == FAILURE:
        regions = tuple(STOPPED if token >= 0 else token for token in regions)
    marking = marking.with_fork(replace(fork, regions=regions, joined=True))
    for holder in marking.forks:
        if fork.node in holder.regions:
            return _placed(marking, holder, holder.regions.index(fork.node), target)
    return replace(marking, main=target)


def _placed(marking: Marking, fork: Fork | None, number: int, to: int) -> Marking:
    if fork is None:
        return replace(marking, main=to)
    regions = (*fork.regions[:number], to, *fork.regions[number + 1 :])
    return marking.with_fork(replace(fork, regions=regions))


def tokens(marking: Marking) -> list[int]:
    return [marking.main, *(t for fork in marking.forks for t in fork.regions if t >= 0)]


def replay(flow: Flow, words: tuple[str, ...]) -> Marking:
    """Where a run's words lead.

    Raises:
        AssertionError: at a word that is no move, with what would be.
    """
    marking = start(flow)
    for position, word in enumerate(words):
        options = {move.word: move for move in moves(flow, marking)}
        if word in options:
            marking = options[word].after
            continue
        here = [flow.nodes[token].name for token in tokens(marking)]
        rest = words[position + 1 :]
        if _is_handler(flow, marking, word) or word in here:
            ends = not rest or (len(rest) == 1 and _is_handler(flow, marking, rest[0]))
            assert ends, f"{word!r} is where the run should end: {words}"
            continue
        raise AssertionError(f"{word!r} (word {position}) cannot follow: {sorted(options)}")
    return marking


def _is_handler(flow: Flow, marking: Marking, word: str) -> bool:
    """A handler that fails or gives up, while a rollback is running."""
    name, _, event = word.partition(" -")
    node = flow.nodes[flow.by_name[name]] if name in flow.by_name else None
    if node is None or not isinstance(node.state, Compensation):
        return False
    rolling = any(flow.nodes[token].kind is NodeKind.ROLLBACK for token in tokens(marking))
    return rolling and (not event or event.removesuffix("->") in raised_events(node.state))

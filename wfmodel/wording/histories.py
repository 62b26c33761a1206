"""One recorded thing in words: the same words in a text table, a plot and a report."""

from __future__ import annotations

from typing import Final

from wfmodel.designs.history import FAULT_KINDS, Drop, History, Kind, Row
from wfmodel.designs.messages import (
    Arrive,
    Cancel,
    Chosen,
    Command,
    Ended,
    Event,
    External,
    Message,
    Proceed,
    Received,
    Reply,
    Restarted,
    Start,
    TimerFired,
    WorkDone,
)
from wfmodel.designs.state import View

DROPS: Final = {
    Drop.LOST: "lost on the network",
    Drop.RECIPIENT_DOWN: "recipient down",
    Drop.UNPUBLISHED: "sender crashed before publishing",
    Drop.BROKER_DOWN: "broker down",
    Drop.SET_ASIDE: "a dead letter, after too many deliveries",
}
_OF_STATES: Final[dict[int, str]] = {Kind.COMMIT: "durable", Kind.RESTORE: "restored"}
_OF_MESSAGES: Final[dict[int, str]] = {
    Kind.ACKNOWLEDGE: "acknowledges",
    Kind.SEND: "sends",
    Kind.DUPLICATE: "delivered twice",
    Kind.PHANTOM: "phantom, tells of a state that was lost",
}
_TIMERS: Final = {
    "timeout": "time-out",
    "backoff": "back-off over",
    "wait": "wait over",
    "watchdog": "watchdog",
    "refresh": "copy up to date after",
}


def message_words(message: Message, nodes: tuple[str, ...]) -> str:
    """What a message says, short."""
    match message:
        case Start(nudge=nudge):
            return _nudged("start", nudge)
        case Proceed(node=node, nudge=nudge):
            return _nudged(f"next: {nodes[node]}", nudge)
        case Command(node=node, attempt=attempt):
            again = "" if attempt == 1 else f" (attempt {attempt})"
            return f"do {nodes[node]}{again}"
        case Reply(node=node, outcome=outcome):
            return f"{nodes[node]}: {outcome}"
        case Arrive(home=home, nudge=nudge):
            return _nudged(f"region {home.region} of {nodes[home.fork]} is in", nudge)
        case Cancel(home=home):
            return f"stop region {home.region} of {nodes[home.fork]}"
        case Ended(outcome=outcome):
            return f"ended: {outcome.value}"
        case External(event=event):
            return f"event {event}"


def _nudged(text: str, nudge: bool) -> str:
    return f"{text} (repeated)" if nudge else text


def event_words(event: Event, nodes: tuple[str, ...]) -> str:
    """What a participant reacts to, short."""
    match event:
        case Received(message=message):
            return f"takes up: {message_words(message, nodes)}"
        case WorkDone(node=node, outcome=outcome):
            return f"work on {nodes[node]}: {outcome}"
        case TimerFired(timer=timer):
            at = f" of {nodes[timer.node]}" if timer.node >= 0 else ""
            return f"{_TIMERS.get(timer.kind, timer.kind)}{at}"
        case Chosen(node=node, branch=branch):
            return f"{nodes[node]} takes branch {branch}"
        case Restarted():
            return "restarted, goes on from its durable state"


MOST_STEPS: Final = 24
"""Steps that a state is told by; a longer workflow's is told by where it is, or a history of it
would be told in the square of its length."""


def view_words(view: View, nodes: tuple[str, ...]) -> str:
    """What a store says: status, and the steps that it knows of."""
    if len(view.steps) > MOST_STEPS:
        at = ", ".join(nodes[node] for node in view.active[:MOST_STEPS]) or "none"
        return f"{view.status.value} ({len(view.steps):,} steps known, open: {at})"
    steps = ", ".join(f"{nodes[node]} {status.value}" for node, status in view.steps)
    return f"{view.status.value} ({steps})" if steps else view.status.value


def row_words(row: Row, history: History) -> str:
    """One row of a history as a sentence without its subject."""
    nodes = history.nodes
    match row.kind:
        case Kind.REACT:
            return event_words(history.events[row.a], nodes)
        case kind if kind in _OF_STATES:
            view = history.views[row.participant][row.a]
            return f"{_OF_STATES[kind]}: {view_words(view, nodes)}"
        case kind if kind in _OF_MESSAGES:
            return f"{_OF_MESSAGES[kind]}: {message_words(history.messages[row.a], nodes)}"
        case Kind.DIE:
            ended = history.events[row.a]
            assert isinstance(ended, WorkDone)
            unseen = "" if row.b else ", seen by nobody"
            return f"the worker of {nodes[ended.node]} dies{unseen}"
        case Kind.DROP:
            cause = DROPS[Drop(row.b)]
            return f"message dropped ({cause}): {message_words(history.messages[row.a], nodes)}"
        case Kind.TAKE:
            return f"replica {row.a} goes on with the instance"
        case Kind.LAPSE:
            return f"replica {row.a} is taken for dead, and fenced"
        case Kind.BOOT:
            return f"replica {row.a} starts anew"
        case Kind.FAULT_ON | Kind.FAULT_OFF:
            begins = "begins" if row.kind == Kind.FAULT_ON else "ends"
            return f"fault {begins}: {FAULT_KINDS[row.a].value}"
        case _:
            return _plain(row, nodes)


def _plain(row: Row, nodes: tuple[str, ...]) -> str:
    match row.kind:
        case Kind.ARRIVE:
            return "arrives"
        case Kind.BEGIN:
            return f"begins {nodes[row.a]}"
        case Kind.EFFECT:
            return f"effect of {nodes[row.a]} lands"
        case Kind.UNDO:
            return f"effect of {nodes[row.a]} is taken back"
        case Kind.ARRIVALS_END:
            return "no further arrivals or faults"
        case _:
            return "nothing is left to happen" if row.a else "time limit"


def who_words(row: Row, history: History) -> str:
    """Who does what a row says: a participant, the broker that a fault is at, or the outside."""
    whole = row.kind in (Kind.FAULT_ON, Kind.FAULT_OFF)
    return participant_name(history, row.participant, outside="broker" if whole else "outside")


def participant_name(history: History, participant: int, *, outside: str = "outside") -> str:
    """Name of a row's participant."""
    return outside if participant < 0 else history.participants[participant]

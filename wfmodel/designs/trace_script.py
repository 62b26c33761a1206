"""A schedule says, act by act, what happens next in one instance: plain text, one act per line.

    orders: receives start
    orders: commits
    orders: publishes go on with charge
    payment: crashes

The explorer writes it, the simulator plays it, a person reads it. It names states of the workflow,
not numbers, so it outlives changes elsewhere in the workflow. Where two different messages have the
same words, a mark (``#3fa2``) tells them apart. Where a name would read as something else (it has a
colon and a blank, a line's end, …), the sign that would is written as Python writes it: ``\\x20``.

Where several instances run, a line names the one that it is about; a process's crash is in all.

    instance 2, orders: receives start
    orders: crashes
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Final

from wfmodel.designs.faults import CRASHING, FaultKind
from wfmodel.designs.messages import (
    Arrive,
    Cancel,
    Chosen,
    Command,
    Ended,
    External,
    Message,
    PeerGone,
    Proceed,
    Received,
    Reply,
    Restarted,
    Start,
    Timer,
    TimerFired,
    WorkDone,
)
from wfmodel.designs.value_words import value_words
from wfmodel.model.flow import Flow
from wfmodel.model.workflow import DONE


class Deed(StrEnum):
    """What kind of act."""

    RECEIVE = "receives"
    TIMER = "is woken by"
    FINISH = "finishes"
    CHOOSE = "takes"
    RESUME = "resumes"
    COMMIT = "commits"
    FLUSH = "flushes"
    PUBLISH = "publishes"
    ACKNOWLEDGE = "acknowledges"
    LAND = "has the effect outside of"
    ANSWER = "is sent"
    SILENCE = "is never answered"
    CRASH = "crashes"
    RESTORE = "is restored from a backup"
    DIE = "loses the worker of"
    DIE_UNSEEN = "loses, seen by nobody, the worker of"
    RESTART = "restarts"
    PAUSE = "is paused"
    GO_ON = "goes on as if nothing had been"
    LAPSE = "is taken for dead, and another goes on"
    VANISH = "never has the effect outside of"
    SET_ASIDE = "has no delivery left of"
    LOSE = "never gets"
    DUPLICATE = "gets another copy of"


DOWNING: Final = frozenset({Deed.CRASH, Deed.RESTORE})
"""Deeds that take what is volatile, and leave a process down."""

DEATHS: Final = frozenset({Deed.DIE, Deed.DIE_UNSEEN})
"""Deeds that take an attempt's worker."""

SWITCHED: Final[Mapping[FaultKind, tuple[Deed, Deed]]] = {
    **dict.fromkeys(CRASHING, (Deed.CRASH, Deed.RESTART)),
    FaultKind.PAUSE: (Deed.PAUSE, Deed.GO_ON),
}
"""What a process does when a fault of it begins, and what when that is over."""

FAULTS: Final = DOWNING | DEATHS | {Deed.PAUSE, Deed.LOSE, Deed.DUPLICATE}

OWED: Final = frozenset(
    {
        Deed.RECEIVE,
        Deed.TIMER,
        Deed.FINISH,
        Deed.CHOOSE,
        Deed.COMMIT,
        Deed.PUBLISH,
        Deed.ACKNOWLEDGE,
        Deed.LAND,
        Deed.RESTART,
        Deed.GO_ON,
    }
)
"""What is left to happen as long as one of these is possible."""

_MARK: Final = re.compile(r" #([0-9a-f]{4})$")
_INSTANCE: Final = re.compile(r"instance (\d+), ")
_WHO: Final = re.compile(r"^ | $|(?<=:) |:$|^#|^i(?=nstance \d+, )")
_WHAT: Final = re.compile(r"^ | $|#(?=[0-9a-f]{4}$)")
"""Signs of a name at which a line would be read otherwise."""
_ESCAPED: Final = re.compile(r"\\\\|\\x([0-9a-f]{2})|\\U(0[0-9a-f]{7})")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that happens: who does it, what, and the message, timer, step or branch in words.

    An empty ``mark`` stands for any. ``instance`` counts from 1; 0 is the only one, or all of them.
    """

    participant: str
    deed: Deed
    what: str = ""
    mark: str = ""
    instance: int = 0

    def __str__(self) -> str:
        mark = f" #{self.mark}" if self.mark else ""
        what = f"{' ' if self.what else ''}{_written(self.what, _WHAT)}{mark}"
        return f"{self.whose}{_written(self.participant, _WHO)}: {self.deed.value}{what}"

    @property
    def whose(self) -> str:
        """Which instance it concerns, to begin a line with."""
        return f"instance {self.instance}, " if self.instance else ""

    def is_like(self, other: Act) -> bool:
        """Whether they are the same, marks counting only where both have one."""
        marks = {self.mark, other.mark} - {""}
        mine = (self.participant, self.deed, self.what)
        return mine == (other.participant, other.deed, other.what) and len(marks) <= 1


def parse_schedule(text: str) -> tuple[Act, ...]:
    """The acts of a text; blank lines, and lines that begin with ``#``, say nothing.

    Raises:
        ValueError: a line is no act; it is named.
    """
    acts = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith("#"):
            acts.append(_parse(number, line))
    return tuple(acts)


def _parse(number: int, line: str) -> Act:
    named = _INSTANCE.match(line)
    instance, said = (int(named[1]), line[named.end() :]) if named else (0, line)
    who, colon, rest = said.partition(": ")
    found = _MARK.search(rest)
    mark, rest = (found[1], rest[: found.start()]) if found else ("", rest)
    for deed in Deed:
        if rest == deed.value or rest.startswith(f"{deed.value} "):
            what = _read(rest[len(deed.value) + 1 :])
            return Act(_read(who), deed, what, mark, instance)
    deeds = ", ".join(deed.value for deed in Deed)
    why = "no deed is known" if colon else "no participant and colon"
    raise ValueError(f"line {number} is no act ({why}): {line!r} (deeds: {deeds})")


def _written(name: str, mistaken: re.Pattern[str]) -> str:
    """A name as the text has it: what it would be mistaken for, or cannot be seen, is escaped."""
    seen = "".join(
        each if each.isprintable() else _escape(each) for each in name.replace("\\", r"\\")
    )
    return mistaken.sub(lambda found: _escape(found[0]), seen)


def _escape(sign: str) -> str:
    return f"\\x{ord(sign):02x}" if ord(sign) < 256 else f"\\U{ord(sign):08x}"


def _read(text: str) -> str:
    """The name that was written so."""
    return _ESCAPED.sub(
        lambda found: chr(int(found[1] or found[2], 16)) if found[0] != r"\\" else "\\", text
    )


def acts_of_instance(acts: Iterable[Act], instance: int) -> tuple[Act, ...]:
    """What one of several instances lives through, as a schedule of one."""
    return tuple(replace(act, instance=0) for act in acts if act.instance in (0, instance))


def schedule_text(acts: Iterable[Act]) -> str:
    """The text of a schedule, a line per act."""
    return "".join(f"{act}\n" for act in acts)


def marked(content: object) -> str:
    """Four digits that tell contents with the same words apart."""
    known = isinstance(content, Message)
    told = repr(content) if known else f"{type(content).__name__} {value_words(content)}"
    return blake2b(told.encode(), digest_size=2).hexdigest()


def act_on_event(flow: Flow, participant: str, event: object) -> Act:
    """The act of reacting to an event."""
    match event:
        case Received(message):
            return act_on_message(flow, participant, Deed.RECEIVE, message)
        case TimerFired(timer):
            return Act(participant, Deed.TIMER, timer_words(flow, timer))
        case WorkDone(node, epoch, attempt, outcome):
            step = f"{_visit(flow, node, epoch)}{_attempt(attempt)}: {outcome}"
            return Act(participant, Deed.FINISH, step)
        case Chosen(node, epoch, branch):
            return Act(participant, Deed.CHOOSE, f"{branch} at {_visit(flow, node, epoch)}")
        case Restarted():
            return Act(participant, Deed.RESUME)
    raise TypeError(f"no event: {event!r}")


def act_of_attempt(flow: Flow, participant: str, ended: WorkDone, deed: Deed = Deed.LAND) -> Act:
    """The act of an attempt that has its effect outside, or never has it, or whose worker is lost,
    after the effect or before.
    """
    there = ", after its effect" if deed in DEATHS and ended.outcome == DONE else ""
    step = f"{_visit(flow, ended.node, ended.epoch)}{_attempt(ended.attempt)}"
    return Act(participant, deed, f"{step}{there}")


def act_on_message(flow: Flow, participant: str, deed: Deed, message: object) -> Act:
    """The act of receiving, publishing, losing or copying a message."""
    return Act(participant, deed, message_words(flow, message), marked(message))


def backup_words(back: int) -> str:
    """How old a backup is, in changes of what the store says of the instance."""
    return f"{back} change{'s' if back > 1 else ''} old"


def message_words(flow: Flow, message: object) -> str:
    """A message in a few words."""
    match message:
        case Start(nudge):
            return f"start{_again(nudge)}"
        case Proceed(node, epoch, nudge=nudge):
            return f"go on with {_visit(flow, node, epoch)}{_again(nudge)}"
        case Command(node, epoch, attempt):
            return f"do {_visit(flow, node, epoch)}{_attempt(attempt)}"
        case Reply(node, epoch, attempt, outcome):
            return f"{_visit(flow, node, epoch)}{_attempt(attempt)} ended: {outcome}"
        case Arrive(home, outcome, nudge=nudge):
            region = f"region {home.region} of {_visit(flow, home.fork, home.epoch)}"
            return f"{region} is over: {outcome or 'cancelled'}{_again(nudge)}"
        case Cancel(home, at_once):
            now = " at once" if at_once else ""
            return f"stop region {home.region} of {_visit(flow, home.fork, home.epoch)}{now}"
        case Ended(outcome):
            return f"the instance {outcome}"
        case External(node, epoch, event):
            return f"{event} for {_visit(flow, node, epoch)}"
        case PeerGone(who):
            return f"{who} is gone"
        case _:
            return value_words(message)


def timer_words(flow: Flow, timer: object) -> str:
    """A timer in a few words."""
    if not isinstance(timer, Timer):
        return value_words(timer)
    if timer.node < 0:
        return f"the {timer.kind}"
    return f"the {timer.kind} of {_visit(flow, timer.node, timer.epoch)}{_attempt(timer.attempt)}"


def _visit(flow: Flow, node: int, epoch: int) -> str:
    return f"{flow.nodes[node].name} ({epoch})" if epoch else flow.nodes[node].name


def _attempt(attempt: int) -> str:
    return f", attempt {attempt}" if attempt > 1 else ""


def _again(nudge: bool) -> str:
    return ", again" if nudge else ""

"""A story is a run in plain words: who does what, and what changes for everybody to see.

Each line names the act (the same words as a schedule) and its consequences: effects that land or
are taken back, what the participant now believes, what a crash takes away.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import DOWNING, FAULTS, Act, Deed, message_words
from wfmodel.designs.value_words import value_words
from wfmodel.escaping import printable
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.scheduling import act_between, steps_of
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.stories.row_words import READS, rows_between
from wfmodel.exploration.symmetry.unfolding import unfolded
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.enabled_steps import ABOUT_BACKUPS
from wfmodel.semantics.successors import Step, StepKind


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a story. ``senders``: who may have sent the message that it is about."""

    number: int
    act: Act
    consequences: tuple[str, ...]
    publishes: tuple[str, ...] = ()
    """Recipients of what it publishes."""
    sends: tuple[tuple[str, str], ...] = ()
    """(recipient, message in words): what sets out at once, where a reaction is one step."""

    @property
    def text(self) -> str:
        """The line without its number."""
        to: dict[str, list[str]] = {}
        for recipient, message in self.sends:
            to.setdefault(message, []).append(recipient)
        sent = (f"sends ‘{message}’ to {', '.join(who)}" for message, who in to.items())
        return self._text((*self.consequences, *sent))

    @property
    def deed_text(self) -> str:
        """The same without what it sends, where arrows show that."""
        return self._text(self.consequences)

    def _text(self, told: Sequence[str]) -> str:
        what = f" {self.act.what}" if self.act.what else ""
        if self.act.deed in ABOUT_MESSAGES:
            what = f" ‘{self.act.what}’"
        after = f": {'; '.join(told)}" if told else ""
        who = f"{self.act.whose}{self.act.participant}"
        return printable(f"{who} {self.act.deed.value}{what}{after}")


ABOUT_MESSAGES = frozenset(
    {
        Deed.RECEIVE,
        Deed.PUBLISH,
        Deed.ACKNOWLEDGE,
        Deed.LOSE,
        Deed.DUPLICATE,
        Deed.SET_ASIDE,
        Deed.ANSWER,
        Deed.SILENCE,
    }
)


NOTHING = "nothing changes"
STATES = ("believes ", "is now ", READS, NOTHING)
"""How consequences begin that a later line can take back."""


def decisive(lines: Sequence[Line]) -> int:
    """The number of the line that is a story's point of no return.

    It is the last that no later line takes back: a fault, an effect that lands or is undone, a
    message or an attempt that is lost. Where nothing of the kind happens, it is the last line.
    """
    for line in reversed(lines):
        told = [each for each in line.consequences if not each.startswith(STATES)]
        if told or line.act.deed in FAULTS:
            return line.number
    return lines[-1].number if lines else 0


def story_of(space: StateSpace, trace: Trace) -> tuple[Line, ...]:
    """The lines of a run, numbered from 1; of a reduced space, with everybody's own name."""
    space, trace = unfolded(space, trace)
    config = space.configuration
    return tuple(
        line_between(space.table, number, config(source), step, config(target))
        for number, (source, step, target) in enumerate(steps_of(trace), 1)
    )


def story_text(space: StateSpace, trace: Trace) -> str:
    """The numbered story, and how it ends."""
    space, trace = unfolded(space, trace)
    lines = story_of(space, trace)
    width = len(str(len(lines)))
    told = [f"{line.number:>{width}}. {line.text}" for line in lines]
    if trace.loop is not None:
        told.append(f"{'':>{width}}  and so on for ever, from line {trace.loop + 1}.")
    told.append(f"{'':>{width}}  {ending(space, trace.numbers[-1])}")
    return "\n".join(told) + "\n"


def ending(space: StateSpace, number: int) -> str:
    """Where a run ends: what everybody believes, and what stands."""
    return f"In the end: {ending_words(space.table, space.configuration(number))}"


def ending_words(table: Table, config: Configuration) -> str:
    """What everybody believes of an instance, and what stands."""
    if table.own:
        return _own_ending(table, config)
    views = [
        f"{name} {'is down' if cell.down else table.view(p, cell.volatile).status.value}"
        for p, (name, cell) in enumerate(zip(table.names, config.cells, strict=True))
    ]
    nodes = table.system.flow.nodes
    standing = [
        f"{nodes[e.node].name}{f' ×{e.net}' if e.net > 1 else ''}" for e in config.effects if e.net
    ]
    return printable(f"{', '.join(views)}. In effect: {', '.join(standing) or 'nothing'}.")


def _own_ending(table: Table, config: Configuration) -> str:
    """Of a system of one's own: everybody's state, and what is still on its way."""
    states = [
        f"{name} is {'down' if cell.down else value_words(table.states[p].values[cell.volatile])}"
        for p, (name, cell) in enumerate(zip(table.names, config.cells, strict=True))
    ]
    told = f"{', '.join(states)}."
    sent = [
        f"‘{value_words(table.messages.values[message])}’ to {table.names[p]}"
        for p, message in config.channel
    ]
    on_their_way = "" if table.system.channel == "set" else ", ".join(sent)
    return printable(f"{told} On their way: {on_their_way}." if on_their_way else told)


def line_between(
    table: Table, number: int, before: Configuration, step: Step, after: Configuration
) -> Line:
    """The line of a step from one configuration to another."""
    act, p = act_between(table, before, step, after), step.participant
    told = [*_effects(table, before, after)]
    if act.deed in DOWNING:
        told += _losses(table, p, before, after, back=step.kind in ABOUT_BACKUPS)
    else:
        told += _beliefs(table, p, before, after)
        told += rows_between(table, p, before, after)
    if before.cells[p].decided != after.cells[p].decided and act.deed is Deed.PUBLISH:
        told.append("as the one had decided that was taken for dead")
    recipients = _recipients(table, before, after) if act.deed is Deed.PUBLISH else ()
    sent = () if step.kind is StepKind.DUPLICATE else _sent(table, before, after)
    if table.own and step.kind is StepKind.REACT and before.cells == after.cells and not sent:
        told.append(NOTHING)
    return Line(number, act, tuple(told), recipients, tuple(sent))


def _effects(table: Table, before: Configuration, after: Configuration) -> Iterator[str]:
    for effect in after.effects.beyond(before.effects):
        known = before.effects.at(effect.node)
        old = next((each for each in known if each.epoch == effect.epoch), None)
        name = table.system.flow.nodes[effect.node].name
        landed, undone = (old.landed, old.undone) if old else (0, 0)
        if effect.landed > landed:
            yield f"{name} takes effect{' again' if landed else ''}"
        if effect.undone > undone:
            yield f"{name} is undone"


def _beliefs(table: Table, p: int, before: Configuration, after: Configuration) -> Iterator[str]:
    """What the participant holds of the instance now, where that is new."""
    if table.own:
        now = after.cells[p].volatile
        if before.cells[p].volatile != now:
            yield f"is now {value_words(table.states[p].values[now])}"
        return
    old = table.view(p, before.cells[p].volatile)
    new = table.view(p, after.cells[p].volatile)
    nodes = table.system.flow.nodes
    found = [f"instance {new.status.value}"] if new.status is not old.status else []
    found += [f"{nodes[n].name} {status.value}" for n, status in new.steps.beyond(old.steps)]
    if found:
        yield f"believes {', '.join(found)}"


def _sent(table: Table, before: Configuration, after: Configuration) -> list[tuple[str, str]]:
    """What set out in a step of a system of one's own in which reaction and messages are one."""
    if not (table.own and table.system.atomic):
        return []
    fresh = sorted((Counter(after.channel) - Counter(before.channel)).elements())
    return [(table.names[p], value_words(table.messages.values[m])) for p, m in fresh]


def _losses(
    table: Table, p: int, before: Configuration, after: Configuration, *, back: bool
) -> Iterator[str]:
    """What was volatile, or younger than the backup."""
    old, new = before.cells[p], after.cells[p]
    nodes = table.system.flow.nodes
    if old.volatile != new.volatile:
        left = f"instance {table.view(p, new.volatile).status.value}"
        if table.own:
            left = f"is {value_words(table.states[p].values[new.volatile])}"
        what = "the backup does not hold" if back else "it did not commit"
        yield f"forgets what {what} ({left})"
    for node, _, _ in old.work:
        yield f"its attempt at {nodes[node].name} is lost"
    pending = old.pending.unpublished if old.pending else ()
    for message, _ in (*old.queue, *pending):
        if message not in {each for each, _ in new.queue}:
            words = message_words(table.system.flow, table.messages.values[message])
            yield f"‘{words}’ is never sent"


def _recipients(table: Table, before: Configuration, after: Configuration) -> tuple[str, ...]:
    """Where a message has set out to."""
    return tuple(
        name
        for name, old, new in zip(table.names, before.inboxes, after.inboxes, strict=True)
        if old != new
    )

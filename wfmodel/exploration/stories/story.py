"""A story is a run in plain words: who does what, and what changes for everybody to see.

Each line names the act (the same words as a schedule) and its consequences: effects that land or
are taken back, what the participant now believes, what a crash takes away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import FAULTS, Act, Deed, message_words
from wfmodel.escaping import printable
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.scheduling import act_between, steps_of
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.symmetry.unfolding import unfolded
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.successors import Step


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a story. ``senders``: who may have sent the message that it is about."""

    number: int
    act: Act
    consequences: tuple[str, ...]
    publishes: tuple[str, ...] = ()
    """Recipients of what it publishes."""

    @property
    def text(self) -> str:
        """The line without its number."""
        what = f" {self.act.what}" if self.act.what else ""
        if self.act.deed in ABOUT_MESSAGES:
            what = f" ‘{self.act.what}’"
        after = f": {'; '.join(self.consequences)}" if self.consequences else ""
        who = f"{self.act.whose}{self.act.participant}"
        return printable(f"{who} {self.act.deed.value}{what}{after}")


ABOUT_MESSAGES = frozenset(
    {
        Deed.RECEIVE,
        Deed.PUBLISH,
        Deed.ACKNOWLEDGE,
        Deed.LOSE,
        Deed.DUPLICATE,
        Deed.ANSWER,
        Deed.SILENCE,
    }
)


def decisive(lines: Sequence[Line]) -> int:
    """The number of the line that is a story's point of no return.

    It is the last that no later line takes back: a fault, an effect that lands or is undone, a
    message or an attempt that is lost. Where nothing of the kind happens, it is the last line.
    """
    for line in reversed(lines):
        told = [each for each in line.consequences if not each.startswith("believes ")]
        if told or line.act.deed in FAULTS:
            return line.number
    return lines[-1].number if lines else 0


def story_of(space: StateSpace, trace: Trace) -> tuple[Line, ...]:
    """The lines of a run, numbered from 1; of a reduced space, with everybody's own name."""
    space, trace = unfolded(space, trace)
    return tuple(
        _line(space, number, source, step, target)
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
    views = [
        f"{name} {'is down' if cell.down else table.view(p, cell.volatile).status.value}"
        for p, (name, cell) in enumerate(zip(table.names, config.cells, strict=True))
    ]
    nodes = table.system.flow.nodes
    standing = [
        f"{nodes[e.node].name}{f' ×{e.net}' if e.net > 1 else ''}" for e in config.effects if e.net
    ]
    return printable(f"{', '.join(views)}. In effect: {', '.join(standing) or 'nothing'}.")


def _line(space: StateSpace, number: int, source: int, step: Step, target: int) -> Line:
    before, after = space.configuration(source), space.configuration(target)
    return line_between(space.table, number, before, step, after)


def line_between(
    table: Table, number: int, before: Configuration, step: Step, after: Configuration
) -> Line:
    """The line of a step from one configuration to another."""
    act, p = act_between(table, before, step, after), step.participant
    told = [*_effects(table, before, after)]
    if act.deed is Deed.CRASH:
        told += _losses(table, p, before, after)
    else:
        told += _beliefs(table, p, before, after)
    recipients = _recipients(table, before, after) if act.deed is Deed.PUBLISH else ()
    return Line(number, act, tuple(told), recipients)


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
    old = table.view(p, before.cells[p].volatile)
    new = table.view(p, after.cells[p].volatile)
    nodes = table.system.flow.nodes
    found = [f"instance {new.status.value}"] if new.status is not old.status else []
    found += [f"{nodes[n].name} {status.value}" for n, status in new.steps.beyond(old.steps)]
    if found:
        yield f"believes {', '.join(found)}"


def _losses(table: Table, p: int, before: Configuration, after: Configuration) -> Iterator[str]:
    """What was volatile."""
    old, new = before.cells[p], after.cells[p]
    nodes = table.system.flow.nodes
    if old.volatile != new.volatile:
        left = table.view(p, new.volatile).status.value
        yield f"forgets what it did not commit (instance {left})"
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

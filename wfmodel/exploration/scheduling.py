"""From a run of the state space to a schedule that the simulator can play."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from wfmodel.designs.messages import External, WorkDone
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import (
    Act,
    Deed,
    act_of_attempt,
    act_on_event,
    act_on_message,
    backup_words,
    message_words,
)
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.symmetry.unfolding import unfolded
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.enabled_steps import ABOUT_BACKUPS, ABOUT_EVENTS
from wfmodel.semantics.successors import Step, StepKind


def schedule_of(space: StateSpace, trace: Trace) -> tuple[Act, ...]:
    """The acts of a run, in order; marks are left out where words are enough."""
    space, trace = unfolded(space, trace)
    table, config = space.table, space.configuration
    acts = [act_between(table, config(a), step, config(b)) for a, step, b in steps_of(trace)]
    flow = table.system.flow
    alike = Counter(message_words(flow, message) for message in table.messages.values)
    return tuple(a if alike[a.what] > 1 else replace(a, mark="") for a in acts)


def steps_of(trace: Trace) -> Iterator[tuple[int, Step, int]]:
    """(from, step, to) of a run, in order."""
    return zip(trace.numbers, trace.steps, trace.numbers[1:], strict=False)


def act_between(table: Table, before: Configuration, step: Step, after: Configuration) -> Act:
    """A step from one configuration to another as an act."""
    who, flow = table.names[step.participant], table.system.flow
    if step.kind is StepKind.REACT:
        return act_on_event(flow, who, table.events.values[step.number])
    if step.kind is StepKind.ANSWER:
        return _answer(table, before, step.participant, after)
    deed = Deed[step.kind.name]
    if step.number < 0:
        return Act(who, deed)
    if step.kind in ABOUT_BACKUPS:
        return Act(who, deed, backup_words(step.number))
    if step.kind in ABOUT_EVENTS:
        ended = table.events.values[step.number]
        assert isinstance(ended, WorkDone)
        return act_of_attempt(flow, who, ended, deed)
    return act_on_message(flow, who, deed, table.messages.values[step.number])


def _answer(table: Table, before: Configuration, p: int, after: Configuration) -> Act:
    """Which event came from outside, or that none does: seen from what it changed."""
    who, flow = table.names[p], table.system.flow
    for _, number in Counter(after.channel) - Counter(before.channel):
        message = table.messages.values[number]
        assert isinstance(message, External)
        hearer = table.names[table.hearer(p, message.node)]
        return act_on_message(flow, hearer, Deed.ANSWER, message)
    [(node, epoch)] = Counter(before.cells[p].expected) - Counter(after.cells[p].expected)
    return Act(who, Deed.SILENCE, message_words(flow, External(node, epoch, "anything")))

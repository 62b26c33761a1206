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
    act_of_death,
    act_of_landing,
    act_on_event,
    act_on_message,
    backup_words,
    message_words,
)
from wfmodel.exploration.properties.property_answer import Trace
from wfmodel.exploration.state_space import StateSpace
from wfmodel.exploration.symmetry.unfolding import unfolded
from wfmodel.semantics.configuration import Configuration
from wfmodel.semantics.successors import Step, StepKind

PLAIN = {
    StepKind.COMMIT: Deed.COMMIT,
    StepKind.FLUSH: Deed.FLUSH,
    StepKind.CRASH: Deed.CRASH,
    StepKind.RESTART: Deed.RESTART,
    StepKind.PAUSE: Deed.PAUSE,
    StepKind.RESUME: Deed.GO_ON,
    StepKind.LAPSE: Deed.LAPSE,
}
"""Steps that name nothing but who."""

DEATHS = {StepKind.DIE: Deed.DIE, StepKind.DIE_UNSEEN: Deed.DIE_UNSEEN}

ABOUT_MESSAGES = {
    StepKind.PUBLISH: Deed.PUBLISH,
    StepKind.ACKNOWLEDGE: Deed.ACKNOWLEDGE,
    StepKind.LOSE: Deed.LOSE,
    StepKind.DUPLICATE: Deed.DUPLICATE,
    StepKind.SET_ASIDE: Deed.SET_ASIDE,
}


def schedule_of(space: StateSpace, trace: Trace) -> tuple[Act, ...]:
    """The acts of a run, in order; marks are left out where words are enough."""
    space, trace = unfolded(space, trace)
    acts = [act_of_step(space, source, step, target) for source, step, target in steps_of(trace)]
    flow = space.table.system.flow
    alike = Counter(message_words(flow, message) for message in space.table.messages.values)
    return tuple(a if alike[a.what] > 1 else replace(a, mark="") for a in acts)


def steps_of(trace: Trace) -> Iterator[tuple[int, Step, int]]:
    """(from, step, to) of a run, in order."""
    return zip(trace.numbers, trace.steps, trace.numbers[1:], strict=False)


def act_of_step(space: StateSpace, source: int, step: Step, target: int) -> Act:
    """One step of a space as an act."""
    before, after = space.configuration(source), space.configuration(target)
    return act_between(space.table, before, step, after)


def act_between(table: Table, before: Configuration, step: Step, after: Configuration) -> Act:
    """A step from one configuration to another as an act."""
    who, flow = table.names[step.participant], table.system.flow
    if step.kind is StepKind.REACT:
        return act_on_event(flow, who, table.events.values[step.number])
    if step.kind in (StepKind.LAND, StepKind.VANISH):
        done = table.events.values[step.number]
        assert isinstance(done, WorkDone)
        deed = Deed.LAND if step.kind is StepKind.LAND else Deed.VANISH
        return act_of_landing(flow, who, done, deed)
    if step.kind in DEATHS:
        ended = table.events.values[step.number]
        assert isinstance(ended, WorkDone)
        return act_of_death(flow, who, ended, DEATHS[step.kind])
    if step.kind is StepKind.ANSWER:
        return _answer(table, before, step.participant, after)
    if step.kind is StepKind.RESTORE:
        return Act(who, Deed.RESTORE, backup_words(step.number))
    if step.kind in PLAIN:
        return Act(who, PLAIN[step.kind])
    return act_on_message(flow, who, ABOUT_MESSAGES[step.kind], table.messages.values[step.number])


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

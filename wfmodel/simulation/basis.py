"""What the text of a run stands on, in plain Python: records are objects, SimPy keeps the time.

``compiled_basis`` has the same names for machine code. Nothing here decides what happens.
"""

from __future__ import annotations

from wfmodel.native.record_layout import NULL
from wfmodel.simulation.declared import CONSTANT, Sampler
from wfmodel.simulation.randomness import uniform
from wfmodel.simulation.records import (
    Event,
    Held,
    Instance,
    Landed,
    LineEntry,
    Operation,
    Parcel,
    Process,
    ProcessCell,
    Stimulus,
    TabledReaction,
    TimerSetting,
)
from wfmodel.simulation.run_record import Opener, Run

__all__ = [
    "FAR",
    "cell_of",
    "chosen",
    "done_with",
    "duration",
    "event_of",
    "external",
    "forget",
    "give_stimulus",
    "instance_of",
    "is_aborted",
    "landed_of",
    "line_entry_of",
    "notice",
    "opening",
    "parcel_of",
    "quantile",
    "reaction_of",
    "refer",
    "row",
    "schedule",
    "setting_of",
    "starting",
    "stimulus_of",
    "storm",
    "takes",
    "uniform",
    "unrefer",
    "work_done",
]

FAR = 4 * 10**18
"""No delay is longer: whatever is later than any run is as good as never."""

# ------------------------------------------------------------------------------ time and the record


def schedule(run: Run, delay: int, event: Event) -> None:
    """Let an event happen, so many nanoseconds from now."""
    run.clock.put(event, delay)


def row(run: Run, kind: int, instance: int, participant: int, a: int, b: int) -> None:
    """Something happened now."""
    run.write((run.now, kind, instance, participant, a, b))


def is_aborted(run: Run) -> bool:
    """Whether the run must stop: an error is raised at once here."""
    return False


def storm(run: Run, instance: Instance, participant: int, event: int) -> None:
    """An instance goes on without end.

    Raises:
        StormError: always.
    """
    run.questions.storm(instance.index, participant, event, run.now)


# ---------------------------------------------------------------------------------------- records


def event_of(run: Run, kind: int, instance: Instance) -> Event:
    """A new event, of which only the kind and the instance are set."""
    return Event(kind, instance)


def done_with(run: Run, event: Event) -> None:
    """An event has had its effect."""


def stimulus_of(run: Run, event: int, item: int) -> Stimulus:
    """An event for a machine."""
    return Stimulus(event, item)


def give_stimulus(run: Run, stimulus: Stimulus) -> None:
    """A machine has met it."""


def parcel_of(
    run: Run, instance: Instance, sender: int, recipient: int, message: int, event: int
) -> Parcel:
    """A message on its way."""
    return Parcel(instance, sender, recipient, message, event, taken=run.now, sent=run.now)


def setting_of(run: Run, cell: ProcessCell, timer: int, fired: int) -> TimerSetting:
    """A timer that is set, before others of the cell."""
    return TimerSetting(cell, cell.process.life, timer, fired, cell.timers)


def held_of(
    run: Run, cell: ProcessCell, parcel: Parcel, node: int, epoch: int, attempt: int
) -> Held:
    """The latest delivery, in hand, and an attempt that it asked for; before others of the cell."""
    return Held(parcel, cell.deliveries, node, epoch, attempt, cell.held)


def line_entry_of(run: Run, parcel: Parcel) -> LineEntry:
    """A message's place in the line of its instance."""
    return LineEntry(parcel)


def landed_of(run: Run, instance: Instance, node: int, epoch: int) -> Landed:
    """A visit whose effect lands."""
    return Landed(node, epoch)


def instance_of(run: Run, index: int) -> Instance:
    """An instance of which nobody knows anything."""
    return Instance(index, cells=[NULL] * run.participants)


def cell_of(run: Run, instance: Instance, process: Process) -> ProcessCell:
    """The cell of an instance at a process, after whatever crash it has not noticed yet."""
    cell = instance.cells[process.index]
    if cell is NULL:
        cell = instance.cells[process.index] = ProcessCell(process, instance, process.life)
    elif cell.life != process.life:
        forget(run, cell)
    return cell


def forget(run: Run, cell: ProcessCell) -> None:
    """A crash has happened since: the volatile state is what was durable."""
    cell.life = cell.process.life
    cell.volatile = cell.durable
    cell.busy = False
    cell.cause = NULL
    cell.reaction = NULL
    cell.out = False
    cell.unowned = False
    cell.held = NULL
    cell.working = 0
    cell.gaps = 0
    cell.inbox.first = NULL


def refer(instance: Instance) -> None:
    """Something refers to an instance; Python counts for itself."""


def unrefer(run: Run, instance: Instance) -> None:
    """One thing less refers to an instance."""


# ------------------------------------------------------------------------------------------ draws


def duration(run: Run, sampler: Sampler, entity: int, index: int) -> int:
    """The duration that belongs to (stream, entity, index)."""
    if sampler.family == CONSTANT:
        return sampler.a
    drawn: int = sampler.distribution.quantile(uniform(sampler.base, entity, index))
    return drawn


def quantile(run: Run, sampler: Sampler, u: float) -> int:
    """Nanoseconds at probability ``u``."""
    drawn: int = sampler.distribution.quantile(u)
    return drawn


# ----------------------------------------------------------------------------------------- tables


def reaction_of(run: Run, process: Process, state: int, event: int) -> TabledReaction:
    """The reaction of a participant."""
    found = process.reactions.get((state, event))
    if found is None:
        found = process.reactions[state, event] = run.questions.reaction(
            process.index, state, event
        )
    return found


def work_done(run: Run, node: int, epoch: int, attempt: int, outcome: int) -> int:
    """The event that ends an attempt."""
    number: int = run.questions.work_done(node, epoch, attempt, outcome)
    return number


def chosen(run: Run, node: int, epoch: int, branch: int) -> int:
    """The event that a branch was taken."""
    number: int = run.questions.chosen(node, epoch, branch)
    return number


def external(run: Run, recipient: int, node: int, epoch: int, answer: int) -> Operation:
    """The operation that sends an outside event."""
    operation: Operation = run.questions.external(recipient, node, epoch, answer)
    return operation


def takes(run: Run, process: Process, state: int, message: int) -> bool:
    """Whether a machine takes a message in a state."""
    return bool(run.questions.takes(process.index, state, message))


def notice(run: Run, process: Process) -> Operation:
    """The operation that tells those of a crash who watch the process."""
    operation: Operation = run.questions.notice(process.index)
    return operation


def opening(run: Run) -> Opener:
    """Who has asked for something before anything happens."""
    first: Opener = run.questions.opening()
    return first


def starting(run: Run) -> Operation:
    """The operation that starts an instance."""
    operation: Operation = run.questions.starting()
    return operation

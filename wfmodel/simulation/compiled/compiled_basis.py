"""What the text of a run stands on, compiled: records are words of memory, time is a heap.

``simulation/basis`` has the same names in plain Python. What Python has answered is looked up; a
new question goes to Python, and only when the other engine would have asked it: so states, events
and messages get the same numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wfmodel.model import quantiles
from wfmodel.native.callbacks import answered
from wfmodel.native.record_layout import NULL
from wfmodel.native.words import (
    address_of,
    ask,
    compiled,
    get,
    put_real,
    reference,
    same_text,
    unsigned,
)
from wfmodel.simulation import randomness
from wfmodel.simulation.compiled.heap import push
from wfmodel.simulation.compiled.memory import (
    drop_stimuli,
    give_small,
    instance_of,
    new_cell,
    owned,
    refer,
    row,
    take_small,
    unrefer,
)
from wfmodel.simulation.compiled.run_header import (
    ABORT,
    ASK,
    ASK_CHOSEN,
    ASK_DONE,
    ASK_EXTERNAL,
    ASK_NOTICE,
    ASK_OPENING,
    ASK_QUANTILE,
    ASK_REACTION,
    ASK_START,
    ASK_STORM,
    ASK_TAKES,
    REAL,
)
from wfmodel.simulation.declared import (
    CONSTANT,
    EMPIRICAL,
    EXPONENTIAL,
    LOGNORMAL,
    UNIFORM,
    WEIBULL,
    Sampler,
)
from wfmodel.simulation.event_codes import RUNNING, UNWATCHED
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

__all__ = ["instance_of", "refer", "row", "unrefer"]

FAR = 4 * 10**18
"""No delay is longer: whatever is later than any run is as good as never."""

as_event = reference(Event)
as_stimulus = reference(Stimulus)
as_parcel = reference(Parcel)
as_setting = reference(TimerSetting)
as_held = reference(Held)
as_landed = reference(Landed)
as_line_entry = reference(LineEntry)
as_reaction = reference(TabledReaction)
as_operation = reference(Operation)
as_opener = reference(Opener)

_uniform_of = compiled(randomness.uniform, natural=True)
if TYPE_CHECKING:
    from wfmodel.model.quantiles import exponential as _exponential
    from wfmodel.model.quantiles import lognormal as _lognormal
    from wfmodel.model.quantiles import uniform as _uniform
    from wfmodel.model.quantiles import weibull as _weibull
else:
    _uniform, _exponential, _lognormal, _weibull = same_text(
        quantiles, "uniform", "exponential", "lognormal", "weibull"
    )

# ------------------------------------------------------------------------------------------- time


@compiled
def schedule(run: Run, delay: int, event: Event) -> None:
    """Let an event happen, so many nanoseconds from now."""
    push(address_of(run), run.now + min(delay, FAR), address_of(event))


@compiled
def is_aborted(run: Run) -> bool:
    """Whether the run must stop: an answer failed, and Python will raise the error."""
    return get(address_of(run), ABORT) != 0


@compiled
def storm(run: Run, instance: Instance, participant: int, event: int) -> None:
    """An instance goes on without end: Python raises the error when this event is over."""
    ask(get(address_of(run), ASK), ASK_STORM, instance.index, participant, event, run.now)


# ---------------------------------------------------------------------------------------- records


@compiled
def event_of(run: Run, kind: int, instance: Instance) -> Event:
    """A new event, of which only the kind and the instance are set; it refers to its instance."""
    event = as_event(take_small(address_of(run)))
    event.kind = kind
    event.instance = instance
    event.next = NULL
    if instance:
        refer(instance)
    return event


@compiled
def done_with(run: Run, event: Event) -> None:
    """An event has had its effect."""
    instance = event.instance
    give_small(address_of(run), address_of(event))
    if instance:
        unrefer(run, instance)


@compiled
def stimulus_of(run: Run, event: int, item: int) -> Stimulus:
    """An event for a machine."""
    stimulus = as_stimulus(take_small(address_of(run)))
    stimulus.event = event
    stimulus.item = item
    stimulus.next = NULL
    stimulus.attempt = 0
    return stimulus


@compiled
def give_stimulus(run: Run, stimulus: Stimulus) -> None:
    """A machine has met it."""
    give_small(address_of(run), address_of(stimulus))


@compiled
def parcel_of(
    run: Run, instance: Instance, sender: int, recipient: int, message: int, event: int
) -> Parcel:
    """A message on its way."""
    parcel = as_parcel(owned(run, instance))
    parcel.instance = instance
    parcel.sender = sender
    parcel.recipient = recipient
    parcel.message = message
    parcel.event = event
    parcel.watched = UNWATCHED
    parcel.taken = run.now
    parcel.sent = run.now
    parcel.deliveries = 0
    return parcel


@compiled
def setting_of(run: Run, cell: ProcessCell, timer: int, fired: int) -> TimerSetting:
    """A timer that is set, before others of the cell."""
    setting = as_setting(owned(run, cell.instance))
    setting.cell = cell
    setting.life = cell.process.life
    setting.timer = timer
    setting.fired = fired
    setting.next = cell.timers
    return setting


@compiled
def held_of(
    run: Run, cell: ProcessCell, parcel: Parcel, node: int, epoch: int, attempt: int
) -> Held:
    """The latest delivery, in hand, and an attempt that it asked for; before others of the cell."""
    held = as_held(owned(run, cell.instance))
    held.parcel = parcel
    held.delivery = cell.deliveries
    held.node = node
    held.epoch = epoch
    held.attempt = attempt
    held.next = cell.held
    held.stage = RUNNING
    return held


@compiled
def line_entry_of(run: Run, parcel: Parcel) -> LineEntry:
    """A message's place in the line of its instance."""
    turn = as_line_entry(owned(run, parcel.instance))
    turn.parcel = parcel
    turn.next = NULL
    turn.open = 0
    turn.acknowledged = False
    return turn


@compiled
def landed_of(run: Run, instance: Instance, node: int, epoch: int) -> Landed:
    """A visit whose effect lands."""
    landed = as_landed(owned(run, instance))
    landed.node = node
    landed.epoch = epoch
    landed.net = 0
    landed.next = NULL
    landed.even = NULL
    landed.odd = NULL
    return landed


@compiled
def cell_of(run: Run, instance: Instance, process: Process) -> ProcessCell:
    """The cell of an instance at a process, after whatever crash it has not noticed yet."""
    cell = instance.cells[process.index]
    if not cell:
        cell = new_cell(run, instance, process)
        instance.cells[process.index] = cell
    elif cell.life != process.life:
        forget(run, cell)
    return cell


@compiled
def forget(run: Run, cell: ProcessCell) -> None:
    """A crash has happened since: the volatile state is what was durable."""
    cell.life = cell.process.life
    cell.volatile = cell.durable
    cell.busy = False
    cell.reaction = NULL
    cell.out = False
    cell.unowned = False
    cell.held = NULL
    cell.working = 0
    cell.gaps = 0
    drop_stimuli(run, cell)


# ------------------------------------------------------------------------------------------ draws


@compiled
def uniform(base: int, entity: int, index: int) -> float:
    """The uniform number in (0, 1) that belongs to (stream, entity, index)."""
    return _uniform_of(unsigned(base), unsigned(entity), unsigned(index))


@compiled
def duration(run: Run, sampler: Sampler, entity: int, index: int) -> int:
    """The duration that belongs to (stream, entity, index)."""
    if sampler.family == CONSTANT:
        return sampler.a
    return quantile(run, sampler, uniform(sampler.base, entity, index))


@compiled
def quantile(run: Run, sampler: Sampler, u: float) -> int:
    """Nanoseconds at probability ``u``."""
    family = sampler.family
    if family == CONSTANT:
        return sampler.a
    if family == EXPONENTIAL:
        return _exponential(u, sampler.a)
    if family == LOGNORMAL:
        return _lognormal(u, sampler.a, sampler.real)
    if family == UNIFORM:
        return _uniform(u, sampler.a, sampler.b)
    if family == WEIBULL:
        return _weibull(u, sampler.a, sampler.real)
    if family == EMPIRICAL:
        return _empirical(sampler, u)
    h = address_of(run)
    put_real(h, REAL, u)
    return ask(get(h, ASK), ASK_QUANTILE, sampler.a, 0, 0, 0)


@compiled
def _empirical(sampler: Sampler, u: float) -> int:
    """Values in ascending order, with their cumulative weights."""
    wanted = u * sampler.weights[sampler.count - 1]
    low, high = 0, sampler.count
    while low < high:
        middle = (low + high) // 2
        if wanted < sampler.weights[middle]:
            high = middle
        else:
            low = middle + 1
    return sampler.values[min(low, sampler.count - 1)]


# ----------------------------------------------------------------------------------------- tables


@compiled
def reaction_of(run: Run, process: Process, state: int, event: int) -> TabledReaction:
    """The reaction of a participant."""
    return as_reaction(answered(address_of(run), ASK_REACTION, process.index, state, event, 0))


@compiled
def work_done(run: Run, node: int, epoch: int, attempt: int, outcome: int) -> int:
    """The event that ends an attempt."""
    return answered(address_of(run), ASK_DONE, node, epoch, attempt, outcome)


@compiled
def chosen(run: Run, node: int, epoch: int, branch: int) -> int:
    """The event that a branch was taken."""
    return answered(address_of(run), ASK_CHOSEN, node, epoch, branch, 0)


@compiled
def external(run: Run, recipient: int, node: int, epoch: int, answer: int) -> Operation:
    """The operation that sends an outside event."""
    return as_operation(answered(address_of(run), ASK_EXTERNAL, recipient, node, epoch, answer))


@compiled
def takes(run: Run, process: Process, state: int, message: int) -> bool:
    """Whether a machine takes a message in a state."""
    return answered(address_of(run), ASK_TAKES, process.index, state, message, 0) != 0


@compiled
def notice(run: Run, process: Process) -> Operation:
    """The operation that tells those of a crash who watch the process."""
    return as_operation(answered(address_of(run), ASK_NOTICE, process.index, 0, 0, 0))


@compiled
def opening(run: Run) -> Opener:
    """Who has asked for something before anything happens."""
    return as_opener(ask(get(address_of(run), ASK), ASK_OPENING, 0, 0, 0, 0))


@compiled
def starting(run: Run) -> Operation:
    """The operation that starts an instance."""
    return as_operation(ask(get(address_of(run), ASK), ASK_START, 0, 0, 0, 0))

"""The next event, whatever it is: where a run enters the text.

The way of a message: ``reactions.release``, ``network.relay``, ``publish``, ``post`` (row SEND),
``transmit``, ``clock.put``, ``dispatch``, ``happenings.deliver``, ``take_up``, ``reactions.offer``,
``react`` (row REACT).
"""

from __future__ import annotations

from wfmodel.native.record_layout import NULL
from wfmodel.simulation.arrivals import arrivals
from wfmodel.simulation.basis import done_with, event_of
from wfmodel.simulation.event_codes import (
    ARRIVAL,
    CHECK,
    EXTERNAL,
    FAULT,
    LANE_HEAD,
    LAPSED,
    RELAYED,
    RESTART_LATE,
    RETRANSMIT,
    TAKE_OVER,
)
from wfmodel.simulation.fault_injection import await_next, inject
from wfmodel.simulation.happenings import fire, happen
from wfmodel.simulation.network import check_acknowledged, deliver_again, lapsed, publish
from wfmodel.simulation.outside import answer_from_outside
from wfmodel.simulation.records import Event, Injected
from wfmodel.simulation.recovery import take_over
from wfmodel.simulation.run_record import Run
from wfmodel.simulation.timers import leave_lane


def dispatch(run: Run, event: Event) -> None:
    """Let an event happen."""
    kind = event.kind
    if kind < RESTART_LATE:  # all that a pause may defer comes first in the numbering
        happen(run, event)
        return
    if kind == FAULT:
        inject(run, event)
        return
    if kind == ARRIVAL:
        arrivals(run, event)
        return
    if kind == LANE_HEAD:
        fire(run, event.lane.first)
        leave_lane(run, event.lane)
    elif kind == RELAYED:
        publish(run, event.process, event.instance, event.operation)
    elif kind == RETRANSMIT:
        deliver_again(run, event.parcel)
    elif kind == LAPSED:
        if lapsed(run, event):
            return
    elif kind == TAKE_OVER:
        if take_over(run, event):
            return
    elif kind == CHECK:
        check_acknowledged(run, event.parcel)
    elif kind == EXTERNAL:
        answer_from_outside(run, event)
    done_with(run, event)


def begin_fault(run: Run, fault: Injected) -> None:
    """An injected fault awaits its first strike."""
    event = event_of(run, FAULT, NULL)
    event.fault = fault
    await_next(run, event)


def begin_arrivals(run: Run) -> None:
    """Instances arrive from now on."""
    arrivals(run, event_of(run, ARRIVAL, NULL))

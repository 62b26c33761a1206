"""The modelled five-step saga of the throughput benchmark, and its setting."""

from __future__ import annotations

from wfmodel.designs import Knobs, Persistence
from wfmodel.designs.faults import ALL_SERVICES, Fault, FaultKind
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.failures import FailureKind, FailureMode, RetryPolicy
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Compensation, Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

STEPS = 5


def workflow() -> Workflow:
    """Five compensatable steps, one service each, as in ``plain_simpy``."""
    states = {
        f"step{i}": Task(
            service=f"service{i}",
            duration=Exponential(mean=d("20ms")),
            failures={"flaky": FailureMode(FailureKind.TRANSIENT, 0.01)},
            timeout=d("2s"),
            retry=RetryPolicy(attempts=3, backoff=d("1s")),
            compensation=Compensation(action="undo", duration=Constant(d("1ms"))),
            next=f"step{i + 1}" if i + 1 < STEPS else "done",
            on={"failure": "rollback"},
        )
        for i in range(STEPS)
    }
    return Workflow(name="saga", initial="step0", states={**states, "done": Final()})


FAULTS = (
    Fault(
        kind=FaultKind.CRASH,
        target=ALL_SERVICES,
        every=Exponential(mean=d("60s")),
        lasts=Constant(d("200ms")),
    ),
    Fault(kind=FaultKind.LOSS, probability=0.001),
    Fault(kind=FaultKind.DUPLICATION, probability=0.001),
)
"""A crash of each service a minute; one message in a thousand lost, one in a thousand doubled."""


def setting(instances: int, faults: tuple[Fault, ...] = ()) -> Setting:
    """Poisson arrivals, ten milliseconds apart."""
    return Setting(
        arrivals=Arrivals(every=Exponential(mean=d("10ms")), most=instances),
        horizon=instances * d("20ms") + d("10s"),
        network=Constant(d("1ms")),
        faults=faults,
    )


def knobs() -> Knobs:
    """The careful default."""
    return Knobs(persistence=Persistence.DATABASE, commit=Constant(d("1ms")))

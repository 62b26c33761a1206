"""Small workflows and settings that the simulation tests share."""

from __future__ import annotations

from wfmodel.designs import Fault, History, Knobs, choreograph, orchestrate
from wfmodel.designs.history import Kind, Row
from wfmodel.model.distributions import Constant, Distribution, Exponential
from wfmodel.model.failures import FailureMode, RetryPolicy
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Compensation, Final, Service, Task, Workflow
from wfmodel.simulation import Arrivals, Setting, simulate

d = parse_duration
INSTANT = Knobs(persistence="memory", timeouts=False)
TEN_MS = Constant(d("10ms"))
HUNDRED_MS = Constant(d("100ms"))
ONE_MS = Constant(d("1ms"))
DESIGNS = {"orchestration": orchestrate, "choreography": choreograph}


def exponential(mean: str) -> Exponential:
    return Exponential(mean=d(mean))


def sequence(
    steps: int = 3,
    duration: Distribution = TEN_MS,
    *,
    failures: dict[str, FailureMode] | None = None,
    retry: RetryPolicy | None = None,
    timeout: str | None = None,
    capacity: int | None = None,
    idempotent: bool = False,
) -> Workflow:
    """Steps one after another, each at a service of its own, with handlers and rollback."""
    states = {
        f"step{i}": Task(
            service=f"service{i}",
            duration=duration,
            failures=failures or {},
            retry=retry,
            timeout=None if timeout is None else d(timeout),
            effect="compensatable",
            idempotent=idempotent,
            compensation=Compensation(action="undo", duration=Constant(d("1ms"))),
            next=f"step{i + 1}" if i + 1 < steps else "done",
            on={"failure": "rollback"},
        )
        for i in range(steps)
    }
    services = {f"service{i}": Service(capacity=capacity) for i in range(steps)}
    return Workflow(
        name="sequence",
        initial="step0",
        states={**states, "done": Final(outcome="succeeded")},
        services=services,
    )


def run(
    workflow: Workflow,
    design: str = "orchestration",
    knobs: Knobs | None = None,
    *,
    every: Distribution = HUNDRED_MS,
    horizon: str = "10s",
    faults: tuple[Fault, ...] = (),
    most: int | None = None,
    network: Distribution = ONE_MS,
    seed: int = 7,
    replication: int = 0,
    convergence: str = "10m",
    processes: tuple = (),
) -> History:
    setting = Setting(
        arrivals=Arrivals(every=every, most=most),
        horizon=d(horizon),
        faults=faults,
        network=network,
        convergence=d(convergence),
    )
    system = DESIGNS[design](workflow, knobs or Knobs())
    return simulate(system, setting, seed=seed, replication=replication, processes=processes)


def rows(history: History, kind: Kind) -> list[Row]:
    return [row for row in history if row.kind == kind]


def durable_verdicts(history: History) -> dict[int, tuple[str, int]]:
    """First verdict of each instance in any durable view, and when (memory: in any view)."""
    verdicts: dict[int, tuple[str, int]] = {}
    volatile = history.knobs.persistence == "memory"
    for row in history:
        if row.kind == Kind.COMMIT or (volatile and row.kind == Kind.REACT):
            state = row.a if row.kind == Kind.COMMIT else row.b
            view = history.views[row.participant][state]
            if view.status.is_final:
                verdicts.setdefault(row.instance, (view.status.value, row.time_ns))
    return verdicts


def net_effects(history: History) -> dict[int, dict[str, int]]:
    """Landings minus undoings per instance and step name."""
    net: dict[int, dict[str, int]] = {i: {} for i in range(history.instances())}
    for row in history:
        if row.kind in (Kind.EFFECT, Kind.UNDO):
            name, sign = history.nodes[row.a], 1 if row.kind == Kind.EFFECT else -1
            net[row.instance][name] = net[row.instance].get(name, 0) + sign
    return net

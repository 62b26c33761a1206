"""A workflow and a setting that the tests of this layer share."""

from __future__ import annotations

from wfmodel.designs import Fault, Knobs
from wfmodel.experiments.scenario import Scenario
from wfmodel.model.distributions import Constant, Exponential
from wfmodel.model.failures import FailureMode, RetryPolicy
from wfmodel.model.units import parse_duration as d
from wfmodel.model.workflow import Compensation, Final, Task, Workflow
from wfmodel.simulation import Arrivals, Setting

CAREFUL = Knobs(redelivery_timeout=d("2s"), watchdog=d("20s"))


def workflow() -> Workflow:
    """Reserve, pay, ship; the first two can be undone."""

    def step(name: str, following: str, **rest: object) -> Task:
        return Task(
            service=f"{name}-service",
            duration=Exponential(mean=d("200ms")),
            timeout=d("10s"),
            retry=RetryPolicy(attempts=3, backoff=d("1s")),
            next=following,
            **rest,
        )

    undo = Compensation(duration=Constant(d("50ms")), idempotent=True)
    declined = {"declined": FailureMode(kind="business", probability=0.1)}
    return Workflow(
        name="order",
        initial="reserve",
        states={
            "reserve": step("stock", "pay", effect="compensatable", compensation=undo),
            "pay": step(
                "payment",
                "ship",
                effect="compensatable",
                compensation=undo,
                failures=declined,
                on={"failure": "rollback"},
            ),
            "ship": step("shipping", "done", effect="retriable"),
            "done": Final(outcome="succeeded"),
        },
    )


def crashes(every: str = "20s", lasts: str = "2s", target: str = "*") -> Fault:
    return Fault(
        kind="crash",
        target=target,
        every=Exponential(mean=d(every)),
        lasts=Exponential(mean=d(lasts)),
    )


def scenario(**changes: object) -> Scenario:
    """A small comparison: 30 instances a run, crashes of everybody."""
    values: dict[str, object] = {
        "question": "Who should keep the state of an order?",
        "knobs": CAREFUL,
        "setting": Setting(
            arrivals=Arrivals(every=Exponential(mean=d("1s"))),
            horizon=d("30s"),
            convergence=d("2m"),
            faults=(crashes(),),
        ),
        "replications": 8,
    }
    return Scenario(**{**values, **changes})

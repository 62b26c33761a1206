"""A run with what traces show: several services and instances, and crashes that end work."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import wfmodel
from wfmodel.designs import History, Knobs
from wfmodel.designs.faults import Fault, FaultKind
from wfmodel.model.distributions import Constant
from wfmodel.simulation import Arrivals, Setting

ORDER = Path(__file__).parents[2] / "models" / "order-fulfilment" / "workflow.yaml"
SECOND = 10**9
INSTANCES = 12


@cache
def run(*, correlation: bool = True) -> History:
    """Twelve orders, choreographed; payment crashes twice while some are open."""
    order = wfmodel.load(ORDER).workflow
    crash = Fault(
        kind=FaultKind.CRASH, target="payment", at=(SECOND, 2 * SECOND), lasts=Constant(SECOND)
    )
    setting = Setting(
        arrivals=Arrivals(at=tuple(number * SECOND // 4 for number in range(INSTANCES))),
        horizon=20 * SECOND,
        faults=(crash,),
    )
    return wfmodel.simulate(
        wfmodel.choreograph(order, Knobs(correlation=correlation)), setting, seed=3
    )

"""``simulation/outside.py``, compiled: branches, and what the outside world answers."""

from __future__ import annotations

from wfmodel.native.words import compiled, get, put
from wfmodel.simulation.kernel.broker import post
from wfmodel.simulation.kernel.cells import enqueue
from wfmodel.simulation.kernel.draws import quantile, uniform
from wfmodel.simulation.kernel.effects import block
from wfmodel.simulation.kernel.events import after
from wfmodel.simulation.kernel.layout import (
    B_BUSINESS_BASE,
    B_DELAY,
    B_ODDS,
    B_ODDS_BASE,
    C_INSTANCE,
    C_PROCESS,
    EXTERNAL,
    I_INDEX,
    N_A,
    N_B,
    N_C,
    N_D,
    N_INSTANCE,
    NOTHING,
    P_INDEX,
)
from wfmodel.simulation.kernel.tables import chosen, external
from wfmodel.simulation.kernel.workers import pick

OUTSIDE = -1


@compiled
def choose(h: int, cell: int, node: int, epoch: int) -> None:
    """Take a branch; the machine hears of it when its present reaction is over."""
    at = block(h, node)
    u = uniform(get(at, B_ODDS_BASE), get(get(cell, C_INSTANCE), I_INDEX), epoch)
    event = chosen(h, node, epoch, pick(get(at, B_ODDS), u))
    enqueue(h, cell, event, NOTHING, 0, 0)


@compiled
def expect(h: int, cell: int, node: int, epoch: int) -> None:
    """The outside will answer, or not."""
    at, instance = block(h, node), get(cell, C_INSTANCE)
    index = get(instance, I_INDEX)
    answer = pick(get(at, B_ODDS), uniform(get(at, B_ODDS_BASE), index, epoch))
    if not answer:
        return
    delay = quantile(h, get(at, B_DELAY), uniform(get(at, B_BUSINESS_BASE), index, epoch))
    recipient = get(get(cell, C_PROCESS), P_INDEX)
    put(after(h, delay, EXTERNAL, instance, recipient, node, epoch), N_D, answer)


@compiled
def answer_from_outside(h: int, node: int) -> None:
    """The answer goes to whoever expected it."""
    operation = external(h, get(node, N_A), get(node, N_B), get(node, N_C), get(node, N_D))
    post(h, OUTSIDE, get(node, N_INSTANCE), operation)

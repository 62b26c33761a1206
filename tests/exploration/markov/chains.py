"""Chains for tests: some with closed forms, one from a workflow."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from wfmodel.designs import Knobs, choreograph, orchestrate
from wfmodel.designs.faults import Fault
from wfmodel.markov import Chain, InstanceChain, Surroundings, build
from wfmodel.model.distributions import Exponential
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import Final, Task, Workflow


def chain_of(size: int, rates: Iterable[tuple[int, int, float]], start: int = 0) -> Chain:
    """A chain from (source, target, rate)."""
    sources, targets, values = zip(*rates, strict=True)
    initial = np.zeros(size)
    initial[start] = 1.0
    matrix = sparse.csr_array((values, (sources, targets)), shape=(size, size))
    return Chain(matrix, initial)


def marks(size: int, *numbers: int) -> np.ndarray:
    found = np.zeros(size, dtype=bool)
    found[list(numbers)] = True
    return found


def ruin(size: int, up: float, down: float, start: int = 1) -> Chain:
    """A gambler between 0 and ``size``, both of which he does not leave."""
    inner = range(1, size)
    rates = [(i, i + 1, up) for i in inner] + [(i, i - 1, down) for i in inner]
    return chain_of(size + 1, rates, start)


def ruin_wins(size: int, up: float, down: float, start: int = 1) -> float:
    """Feller, An Introduction to Probability Theory I, XIV.2."""
    ratio = down / up
    return (ratio**start - 1) / (ratio**size - 1)


def exponential(text: str) -> Exponential:
    return Exponential(mean=parse_duration(text))


def saga(steps: int, **task: object) -> Workflow:
    """Steps one after the other, each at its own service, of mean 80 ms."""
    names = [f"step{i}" for i in range(steps)]
    after = [*names[1:], "done"]
    states = {
        name: Task(
            service=f"service{i}",
            duration=exponential("80ms"),
            next=after[i],
            **task,  # type: ignore[arg-type]
        )
        for i, name in enumerate(names)
    }
    return Workflow(
        name="saga", initial=names[0], states={**states, "done": Final(outcome="succeeded")}
    )


def crashes(target: str, every: str = "10s", lasts: str = "1s") -> Fault:
    return Fault(kind="crash", target=target, every=exponential(every), lasts=exponential(lasts))


def instance(
    steps: int, *faults: Fault, design: str = "orchestration", knobs: Knobs | None = None, **more
) -> InstanceChain:
    """The chain of a saga whose messages are delivered at most once."""
    knobs = knobs or Knobs(commit=exponential("3ms"), delivery="at-most-once")
    made = orchestrate if design == "orchestration" else choreograph
    around = Surroundings(exponential("5ms"), faults)
    return build(made(saga(steps), knobs), around, **more)

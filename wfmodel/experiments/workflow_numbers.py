"""Every number of a workflow that a run depends on: capacities, times, probabilities, repetitions.

What a definition leaves out has a value too: a service without a capacity takes any number at once,
a step without a time-out is waited for without end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from wfmodel.model.distributions import Constant, Distribution
from wfmodel.model.flow import Node, build_flow
from wfmodel.model.source import Path
from wfmodel.model.workflow import (
    Choice,
    Compensation,
    Parallel,
    Receive,
    Service,
    Task,
    Wait,
    Workflow,
)
from wfmodel.wording.declarations import distribution_words, duration_words, retry_words
from wfmodel.wording.figures import number

CAPACITIES: Final = "Capacities"
PROBABILITIES: Final = "Probabilities"
TIMES: Final = "Times"
TIME_OUTS: Final = "Time-outs and retries"
SHARED: Final = "no probability is given: an equal part of what the others leave"
INSTANT: Final = "no duration is given: it takes no time"
AT_ONCE: Final = "no capacity is given: nobody waits for a worker"
FOR_EVER: Final = "no time-out is given: whoever waits goes on waiting"
ONCE: Final = "no retry is given: one attempt"


@dataclass(frozen=True, slots=True)
class WorkflowNumber:
    """One number. ``place``: ``workflow.NODE.key``; ``state``: ``workflow.NODE``, of which it is a
    part; ``path``: where it stands, or would, in the definition. ``why``: of a default.
    """

    group: str
    state: str
    key: str
    what: str
    value: str
    path: Path
    why: str = ""

    @property
    def place(self) -> str:
        """Its place, as ``sources`` names it."""
        return f"{self.state}.{self.key}"

    @property
    def declared(self) -> bool:
        """Whether it is no default."""
        return not self.why


def workflow_numbers(workflow: Workflow) -> tuple[WorkflowNumber, ...]:
    """All numbers by group, in the order of the definition."""
    nodes: dict[str, Node] = {}
    for node in build_flow(workflow, expand_copies=False).nodes:
        if not node.implicit:
            nodes.setdefault(node.name, node)
    listed = [*_services(workflow, nodes), *(n for node in nodes.values() for n in _of(node))]
    listed += _of_the_whole(workflow)
    groups = (CAPACITIES, TIMES, PROBABILITIES, TIME_OUTS)
    return tuple(each for group in groups for each in listed if each.group == group)


def _of_the_whole(workflow: Workflow) -> Iterator[WorkflowNumber]:
    if workflow.timeout is not None:
        value, at = duration_words(workflow.timeout), ("timeout",)
        yield WorkflowNumber(TIME_OUTS, "workflow", "timeout", "the whole", value, at)
    if workflow.cancel is not None:
        of, delay = "workflow.cancel", distribution_words(workflow.cancel.delay)
        chance = number(workflow.cancel.probability, "fraction")
        yield WorkflowNumber(TIMES, of, "delay", "cancelled after", delay, ("cancel", "delay"))
        where = ("cancel", "probability")
        yield WorkflowNumber(PROBABILITIES, of, "probability", "cancelled", chance, where)


def _services(workflow: Workflow, nodes: Mapping[str, Node]) -> Iterator[WorkflowNumber]:
    used = (node.service for node in nodes.values() if node.service is not None)
    for name in dict.fromkeys((*workflow.services, *used)):
        capacity = workflow.services.get(name, Service()).capacity
        value, why = ("without limit", AT_ONCE) if capacity is None else (f"{capacity:,}", "")
        path, state = ("services", name, "capacity"), f"workflow.services.{name}"
        yield WorkflowNumber(CAPACITIES, state, "capacity", f"workers of {name}", value, path, why)


def _of(node: Node) -> Iterator[WorkflowNumber]:
    match node.state:
        case Task() | Compensation() as work:
            yield _time(node, "duration", "takes", work.duration)
            for name, mode in work.failures.items():
                what = f"fails, {name} ({mode.kind.value})"
                yield _chance(node, f"failures.{name}", what, mode.probability)
            yield _timeout(node, work.timeout)
            policy = work.retry
            words, why = ("none", ONCE) if policy is None else (retry_words(policy), "")
            yield _number(node, TIME_OUTS, "retry", "retry", words, why)
        case Wait(duration=duration) if node.service is not None or duration.mean_ns():
            yield _time(node, "duration", "waits", duration)
        case Receive() as receive:
            yield _time(node, "delay", "answer after", receive.delay)
            for (name, event), chance in zip(
                receive.events.items(), receive.probabilities(), strict=True
            ):
                why = SHARED if event.probability is None else ""
                yield _chance(node, f"events.{name}.probability", f"event {name}", chance, why)
            yield _timeout(node, receive.timeout)
        case Choice() as choice:
            yield from _branches(node, choice)
        case Parallel(for_each=str() as items, copies=copies):
            what = f"copies, one for each of {items}"
            yield _number(node, CAPACITIES, "copies", what, f"{copies:,}")


def _branches(node: Node, choice: Choice) -> Iterator[WorkflowNumber]:
    given = [branch.probability for branch in choice.branches]
    given += [] if choice.default is None else [None]
    for i, (target, chance) in enumerate(
        zip(choice.targets(), choice.probabilities(), strict=True)
    ):
        key: Path = ("branches", i, "probability") if i < len(choice.branches) else ("default",)
        why, name = SHARED if given[i] is None else "", ".".join(map(str, key))
        yield _chance(node, name, f"goes to {target}", chance, why, (*node.path, *key))


def _time(node: Node, key: str, what: str, value: Distribution) -> WorkflowNumber:
    why = INSTANT if value == Constant(0) else ""
    return _number(node, TIMES, key, what, distribution_words(value), why)


def _timeout(node: Node, value: int | None) -> WorkflowNumber:
    words, why = ("none", FOR_EVER) if value is None else (duration_words(value), "")
    return _number(node, TIME_OUTS, "timeout", "time-out", words, why)


def _chance(
    node: Node, key: str, what: str, chance: float, why: str = "", path: Path | None = None
) -> WorkflowNumber:
    words = number(chance, "fraction")
    return _number(node, PROBABILITIES, key, what, words, why, path)


def _number(
    node: Node, group: str, key: str, what: str, value: str, why: str = "", path: Path | None = None
) -> WorkflowNumber:
    told = f"{node.name.replace('~undo', ', handler')}: {what}"
    inside = (*node.path, *key.split(".")) if path is None else path
    return WorkflowNumber(group, f"workflow.{node.name}", key, told, value, inside, why)

"""Five bugs that teams make, each seeded and each found, with the story that explains it.

The careful system has no anomaly within the same budget, so it is the bug that is found. Stories
are told without the commits and publications in between; how many steps there are in all is
asserted too, since the shortest one is promised.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from wfmodel.designs import Knobs, Machine, System, choreograph, orchestrate
from wfmodel.designs.anomalies import Anomaly
from wfmodel.designs.messages import Command, Event, Received, Reply, Send, Work
from wfmodel.designs.state import View
from wfmodel.experiments.reachability import possibility
from wfmodel.exploration import FaultBudget
from wfmodel.model.failures import FailureMode
from wfmodel.model.flow_graph import Node
from wfmodel.model.units import parse_duration
from wfmodel.model.workflow import DONE, Compensation, Final, Task, Workflow

CRASH = FaultBudget(crashes=1)


def saga() -> Workflow:
    """Book a hotel, pay; whatever fails cancels the hotel."""
    return Workflow(
        name="saga",
        initial="book",
        states={
            "book": Task(
                service="hotel",
                effect="compensatable",
                compensation=Compensation(action="cancel", tolerates_absence=True),
                timeout=parse_duration("10s"),
                on={"timeout": "rollback"},
                next="pay",
            ),
            "pay": Task(
                service="bank",
                effect="pivot",
                failures={"declined": FailureMode(kind="business", probability=0.1)},
                on={"failure": "rollback"},
                next="done",
            ),
            "done": Final(outcome="succeeded"),
        },
    )


def knobs(**changes: object) -> Knobs:
    """The careful choice; whoever waits, waits for the answer."""
    return Knobs(**{"timeouts": False, **changes})  # type: ignore[arg-type]


def stories(system: System, budget: FaultBudget) -> dict[Anomaly, list[str]]:
    """A shortest story of every anomaly that is possible."""
    found = possibility("seeded", system, (budget,))
    assert all(search.complete for search in found.searches)
    return {anomaly: list(story.steps) for anomaly, story in found.stories.items()}


def told(story: list[str]) -> list[str]:
    """The story without what participants come to believe, and without commits and publications
    after which nothing has changed.
    """
    plain = (re.sub(r"[:;] ([^:;]* to it|believes [^:;]*)", "", line) for line in story)
    return [line for line in plain if not re.match(r"\w+ (commits$|publishes)", line)]


@pytest.mark.parametrize("design", [orchestrate, choreograph])
@pytest.mark.parametrize(
    "budget",
    [
        CRASH,
        FaultBudget(crashes=2),
        FaultBudget(duplicates=1),
        FaultBudget(timeouts=1),
        FaultBudget(losses=1),
    ],
    ids=lambda budget: budget.describe().split(";")[0],
)
def test_the_careful_system_has_no_anomaly(design, budget):
    assert stories(design(saga(), knobs()), budget) == {}


def test_without_deduplication_a_repeated_event_pays_twice():
    found = stories(choreograph(saga(), knobs(deduplicate=False)), FaultBudget(duplicates=1))
    story = found[Anomaly.DUPLICATED_EFFECT]
    assert len(story) == 20
    assert told(story) == [
        "hotel receives ‘start’",
        "hotel finishes book: done",
        "hotel commits: book takes effect",
        "bank gets another copy of ‘go on with pay’",
        "bank receives ‘go on with pay’",
        "bank receives ‘go on with pay’",
        "bank finishes pay: done",
        "bank commits: pay takes effect",
        "hotel receives ‘the instance succeeded’",
        "bank finishes pay: done",
        "bank commits: pay takes effect again",
        "hotel receives ‘the instance succeeded’",
    ]


def test_a_dual_write_instead_of_an_outbox_loses_the_event_between_the_two():
    story = stories(choreograph(saga(), knobs(publishing="dual-write")), CRASH)[Anomaly.LOST]
    assert len(story) == 6
    assert told(story) == [
        "hotel receives ‘start’",
        "hotel finishes book: done: book takes effect",
        "hotel crashes: ‘go on with pay’ is never sent",
        "hotel restarts",
    ]


def test_a_commit_after_the_send_tells_of_a_payment_and_then_decides_otherwise():
    first = knobs(publishing="dual-write", dual_write_order="publish-first")
    found = stories(choreograph(saga(), first), CRASH)
    assert Anomaly.LOST not in found  # the other order loses, this one makes things up
    story = found[Anomaly.SPLIT_VERDICT]
    assert len(story) == 25
    assert told(story) == [
        "hotel receives ‘start’",
        "hotel finishes book: done: book takes effect",
        "bank receives ‘go on with pay’",
        "bank finishes pay: done: pay takes effect",
        "hotel receives ‘the instance succeeded’",
        "bank crashes: forgets what it did not commit (instance running)",
        "bank restarts",
        "bank resumes",
        "bank finishes pay: declined",
        "hotel receives ‘go on with book~undo’",
        "hotel finishes book~undo: done: book is undone",
        "bank receives ‘the instance aborted’",
    ]


def test_a_compensation_before_the_acknowledgement_is_overtaken_by_the_step():
    """Whoever does not wait for the step's answer undoes what is not yet done."""
    found = stories(orchestrate(saga(), knobs(timeouts=True)), FaultBudget(timeouts=1))
    story = found[Anomaly.ORPHANED_EFFECT]
    assert len(story) == 20
    assert told(story) == [
        "orchestrator receives ‘start’",
        "hotel receives ‘do book’",
        "orchestrator is woken by the timeout of book",
        "hotel receives ‘do book~undo’",
        "hotel finishes book~undo: done",
        "orchestrator receives ‘book~undo ended: done’",
        "hotel finishes book: done",
        "hotel commits: book takes effect",
        "orchestrator receives ‘book ended: done’",
    ]


def test_without_a_watchdog_a_lost_message_is_the_end():
    once, loss = {"delivery": "at-most-once"}, FaultBudget(losses=1)
    for design, starter in ((orchestrate, "orchestrator"), (choreograph, "hotel")):
        assert stories(design(saga(), knobs(**once, watchdog="1m")), loss) == {}
        found = stories(design(saga(), knobs(**once)), loss)
        assert found[Anomaly.LOST] == [f"{starter} never gets ‘start’"]


@dataclass(frozen=True)
class Hasty:
    """A service that acknowledges a compensation which it has only begun, and takes no note."""

    machine: Machine
    nodes: tuple[Node, ...]

    @property
    def initial(self) -> Hashable:
        return self.machine.initial

    def view(self, state: Any) -> View:
        return self.machine.view(state)

    def react(self, state: Any, event: Event) -> tuple[Any, tuple[Any, ...]]:
        match event:
            case Received(message=Command(node, epoch, attempt, reply_to)) if (
                self.nodes[node].undoes is not None
            ):
                reply = Send((reply_to,), Reply(node, epoch, attempt, DONE))
                return state, (reply, Work(node, epoch, attempt))
        return self.machine.react(state, event)


def test_a_compensation_acknowledged_before_it_is_done_is_left_hanging_by_a_crash():
    """No knob makes this one: the machine is wrapped."""
    system = orchestrate(saga(), knobs())
    hasty = Hasty(system.machines["hotel"], system.flow.nodes)
    mutated = replace(system, machines={**system.machines, "hotel": hasty})
    assert stories(mutated, FaultBudget()) == {}
    found = stories(mutated, CRASH)
    assert set(found) == {Anomaly.DANGLING_COMPENSATION, Anomaly.ORPHANED_EFFECT}
    story = found[Anomaly.DANGLING_COMPENSATION]
    assert len(story) == 26
    assert told(story)[-5:] == [
        "orchestrator receives ‘pay ended: declined’",
        "hotel receives ‘do book~undo’",
        "orchestrator receives ‘book~undo ended: done’",
        "hotel crashes: its attempt at book~undo is lost",
        "hotel restarts",
    ]

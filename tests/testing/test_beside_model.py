"""The example of docs/testing.md runs; an implementation that is wrong is found, and told of."""

from __future__ import annotations

import re
import subprocess
import sys
import unittest
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.exploration.test_explorer import saga
from wfmodel.designs import Knobs, choreograph, orchestrate
from wfmodel.designs.messages import Received, Restarted, SetTimer, TimerFired, Work, WorkDone
from wfmodel.testing import beside_model, event_sequences

DOC = Path(__file__).parents[2] / "docs" / "testing.md"


def example() -> str:
    return re.search(r"```python\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL).group(1)


def outcome(text: str) -> unittest.TestResult:
    names: dict[str, object] = {}
    exec(compile(text, str(DOC), "exec"), names)  # our own documentation
    return run(names["TestWarehouse"])


def run(case: type[unittest.TestCase]) -> unittest.TestResult:
    """Few and short examples: every mistake below needs at most four events."""
    case.settings = settings(max_examples=40, stateful_step_count=8)
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    assert result.testsRun == 1
    return result


def test_the_example_holds():
    assert outcome(example()).wasSuccessful()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            'return (Send((reply_to,), Reply(node, epoch, attempt, "done")),)',
            "return ()",
        ),
        ("return (Work(0, 0, self.attempt),)", "return ()"),
        ("if self.asked_by is not None:\n                    return ()\n", "\n"),
    ],
    ids=["repeated command", "restart", "command while working"],
)
def test_a_mistake_is_found_and_told(right, wrong):
    assert right in example()
    result = outcome(example().replace(right, wrong, 1))
    (_, told), *_ = [*result.failures, *result.errors]
    assert "your 'warehouse' asks for" in told


class Copy:
    """The model itself, as an implementation."""

    def __init__(self, machine) -> None:
        self.machine, self.state = machine, machine.initial

    def handle(self, event):
        self.state, actions = self.machine.react(self.state, event)
        return actions

    def view(self):
        return self.machine.view(self.state)


@pytest.mark.parametrize("build", [orchestrate, choreograph])
@pytest.mark.parametrize("who", ["hotel", "bank"])
def test_the_model_does_as_the_model_does(build, who):
    system = build(saga(), Knobs())
    case = beside_model(system, who, lambda: Copy(system.machines[who])).TestCase
    result = run(case)
    assert result.wasSuccessful(), result.failures + result.errors


SYSTEM = choreograph(saga(), Knobs())


@settings(max_examples=50)
@given(event_sequences(SYSTEM, "bank"))
def test_events_come_when_they_are_due(events):
    machine = SYSTEM.machines["bank"]
    state, working, timers = machine.initial, [], set()
    for event in events:
        match event:
            case WorkDone(node, epoch, attempt, _):
                working.remove((node, epoch, attempt))
            case TimerFired(timer):
                assert timer in timers
            case Restarted():
                working, timers = [], set()
            case _:
                assert isinstance(event, Received)
        state, actions = machine.react(state, event)
        working += [(a.node, a.epoch, a.attempt) for a in actions if isinstance(a, Work)]
        timers |= {a.timer for a in actions if isinstance(a, SetTimer)}


@pytest.mark.parametrize("name", ["bnak", ""])
def test_an_unknown_participant_is_named(name):
    with pytest.raises(ValueError, match="there are hotel, bank"):
        beside_model(SYSTEM, name, lambda: Copy(SYSTEM.machines["bank"]))


def test_without_hypothesis_the_message_says_what_to_install():
    program = "import sys; sys.modules['hypothesis'] = None; import wfmodel.testing"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode != 0
    assert "pip install 'wfmodel[testing]'" in done.stderr

"""models/own-systems: verdicts and counts of the checkers that the examples come from."""

from __future__ import annotations

import pytest

from wfmodel.designs import System, Table, load_system
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.packed import Engine, search
from wfmodel.exploration.properties import Holds, Violated, decide, parse_property


def system(text: str) -> System:
    return load_system(f"models/own-systems/{text}")


def verdicts(text: str, budget: FaultBudget | None = None) -> list[tuple[type, int]]:
    """Of each property what was answered, and the steps of the run that shows it."""
    made = system(text)
    asked = [parse_property(p, made) if isinstance(p, str) else p for p in made.properties]
    found = []
    for answer in decide(search(Table(made), budget), asked):
        match answer:
            case Violated(counterexample=run) | Holds(witness=run):
                found.append((type(answer), len(run or ())))
    return found


@pytest.mark.parametrize(
    ("processes", "times", "states"),
    [
        # Of LamportMutex.tla, where each process asks so many times: counted by a search over the
        # specification's own variables, written for that.
        (2, 1, 62),
        (2, 2, 392),
        (2, 3, 1_492),
        (3, 1, 20_000),
    ],
)
def test_lamports_mutex_has_the_states_of_its_specification(processes, times, states):
    made = system(f"lamport_mutex.py:mutex({processes}, {times})")
    space = search(Table(made))
    assert (len(space), space.complete) == (states, True)
    [answer] = decide(space, made.properties)
    assert isinstance(answer, Holds)


def test_without_its_acknowledgements_the_mutex_lets_two_in(monkeypatch):
    """So the property can fail."""
    made = system("lamport_mutex.py:mutex(2, 1)")
    process = type(made.machines["p0"])
    monkeypatch.setattr(process, "_beats_all", lambda self, state: True)
    [answer] = decide(search(Table(made)), made.properties)
    assert isinstance(answer, Violated)


def test_a_detector_that_asks_is_neither_accurate_nor_complete_and_one_that_watches_is_both():
    crash = FaultBudget(crashes=1)
    # It is out of patience at once; the node answers, crashes and comes back, and was trusted.
    assert verdicts("failure_detector.py:asking", crash) == [(Violated, 1), (Violated, 4)]
    assert [kind for kind, _ in verdicts("failure_detector.py:watching", crash)] == [Holds] * 2


def test_a_register_with_two_copies_loses_a_write():
    # Put, put ok, get from the other, and what comes back: as Stateright's shortest run.
    assert verdicts("single_copy_register.py:register(1)")[0][0] is Holds
    assert verdicts("single_copy_register.py:register(2)") == [(Violated, 4)]


@pytest.mark.parametrize(
    ("text", "states"),
    [("two_phase_commit()", 288), ("two_phase_commit(5)", 8_832),
     ("two_phase_commit(5, symmetric=True)", 314)],
)  # fmt: skip
def test_two_phase_commit_has_the_states_that_stateright_counts(text, states):
    made = load_system(f"models/two-phase-commit/system.py:{text}")
    space = search(Table(made), engine=Engine.PLAIN)
    [answer] = decide(space, made.properties)
    assert (len(space), type(answer)) == (states, Holds)

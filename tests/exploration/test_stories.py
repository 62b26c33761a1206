"""Runs told to people, and the schedules that tell them to the simulator."""

from __future__ import annotations

import warnings

import pytest

from tests.exploration.test_explorer import saga
from wfmodel.designs import Knobs, orchestrate
from wfmodel.designs.anomalies import Terminal
from wfmodel.designs.table import Table
from wfmodel.designs.trace_script import Act, Deed, parse_schedule, schedule_text
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.exhaustive_search import search
from wfmodel.exploration.properties import NeverEnds, Undecided, decide, parse_property
from wfmodel.exploration.scheduling import schedule_of
from wfmodel.exploration.state_space import InterpretedSpace
from wfmodel.exploration.stories import (
    regression_test,
    sequence_mermaid,
    story_of,
    story_text,
)
from wfmodel.semantics.instance_rules import InstanceRules
from wfmodel.semantics.nondeterminism import Anything
from wfmodel.semantics.successors import Successors
from wfmodel.simulation.replay import replay
from wfmodel.simulation.script import UnplayableError

CARELESS = Knobs(publishing="dual-write", timeouts=False)

STORY = """\
1. orchestrator receives ‘start’: believes instance running, book running
2. orchestrator commits
3. orchestrator publishes ‘do book’
4. hotel receives ‘do book’: believes book running
5. hotel commits
6. hotel finishes book: done: book takes effect; believes book done
7. hotel commits
8. hotel crashes: ‘book ended: done’ is never sent
9. hotel restarts
   In the end: orchestrator running, hotel unknown, bank unknown. In effect: book.
"""


@pytest.fixture(scope="module")
def dangling():
    """A saga that books, tells nobody, and so never goes on: the space, and the run to it."""
    space = search(orchestrate(saga(), CARELESS), FaultBudget(crashes=1))
    wanted = "never: truth.book == 1 and at_rest and orchestrator.status == 'running'"
    [found] = decide(space, [parse_property(wanted, space.table.system)])
    return space, found.counterexample


def test_a_story_says_who_did_what_and_what_followed(dangling):
    assert story_text(*dangling) == STORY


def test_a_diagram_has_the_same_numbers(dangling):
    text = sequence_mermaid(*dangling)
    assert "    p0-)p1: 3. do book\n" in text
    assert "Note over p1: 8. crashes" in text
    assert text.count("rect") == text.count("    end\n") == 1
    turn = text[text.index("rect rgb(255, 236, 179)") : text.index("    end\n")]
    assert "8. crashes" in turn
    assert "point of no return" in turn


def test_a_schedule_is_text_and_comes_back(dangling):
    acts = schedule_of(*dangling)
    assert parse_schedule(schedule_text(acts)) == acts
    assert acts[-2:] == (Act("hotel", Deed.CRASH), Act("hotel", Deed.RESTART))
    assert len(story_of(*dangling)) == len(acts)


def test_a_line_that_is_no_act_is_named():
    with pytest.raises(ValueError, match="line 2 is no act"):
        parse_schedule("hotel: crashes\nhotel explodes\n")


def test_what_cannot_happen_is_refused_with_what_could():
    with pytest.raises(UnplayableError) as caught:
        replay(orchestrate(saga(), CARELESS), parse_schedule("hotel: receives do book"))
    assert "act 1 cannot happen" in str(caught.value)
    assert "orchestrator: receives start" in str(caught.value)


def test_an_interrupted_search_answers_with_what_is_there():
    table = Table(orchestrate(saga(), CARELESS))
    successors = Successors(InstanceRules(table), Anything())
    space = InterpretedSpace(successors, FaultBudget(crashes=2), limit=10_000, laps=1)

    def interrupt(done: int, known: int) -> None:
        raise KeyboardInterrupt

    space.report_every = 100
    space.run(interrupt)
    assert space.stopped == "interrupted"
    [lost] = decide(space, [NeverEnds(Terminal.LOST)])
    assert isinstance(lost, Undecided)
    assert "interrupted" in lost.why


@pytest.mark.parametrize("title", ["never x²", 'never "a\\b"', r"never a == '\N\'", "", "3 ***"])
def test_a_kept_test_is_python_whatever_the_claim_is_called(title):
    text = regression_test(
        path="a\\b.yaml",
        design="orchestration",
        knobs=Knobs(),
        claim="never_ends: lost",
        title=title,
        schedule=(),
        budget=FaultBudget(),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module = compile(text, "kept", "exec")
    assert any(name.startswith("test_orchestration") for name in module.co_names)

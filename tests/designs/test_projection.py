"""What a choreography cannot know is said; what it can know is not."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.designs.workflows import workflows
from wfmodel.cli.app import main
from wfmodel.designs import EventContent, choreograph, projection_findings
from wfmodel.model.workflow import (
    Branch,
    Choice,
    DataItem,
    Final,
    Parallel,
    Reaction,
    Receive,
    Region,
    Task,
    Workflow,
)

CARRY, THIN = EventContent.CARRY_STATE, EventContent.THIN


def chain(decider: str | None, *between: str) -> Workflow:
    """``scoring`` writes the score, others come in between, then somebody decides by it."""
    names = ["score", *(f"step{n}" for n in range(len(between))), "decide"]
    steps = {
        f"step{n}": Task(service=service, next=names[n + 2]) for n, service in enumerate(between)
    }
    return Workflow(
        name="chain",
        initial="score",
        data={"score": DataItem(type="number"), "request": DataItem(input=True)},
        states={
            "score": Task(service="scoring", writes=("score",), next=names[1]),
            **steps,
            "decide": Choice(
                service=decider,
                branches=(Branch(next="good", when="score > 700", reads=("score",)),),
                default="bad",
            ),
            "good": Final(),
            "bad": Final(outcome="aborted"),
        },
    )


def found(workflow: Workflow, content: EventContent) -> list[str]:
    return [finding.code for finding in projection_findings(workflow, content)]


def test_whoever_wrote_it_knows_it():
    assert found(chain("scoring"), THIN) == []
    assert found(chain(None), THIN) == []


def test_the_next_one_is_told_what_was_just_written():
    assert found(chain("clerk"), THIN) == []


def test_thin_events_do_not_carry_what_was_written_before():
    [finding] = projection_findings(chain("clerk", "mail"), THIN)
    assert finding.code == "C101"
    assert "'clerk' decides 'decide' by 'score'" in finding.message
    assert finding.path == ("states", "decide", "branches", 0)
    assert found(chain("clerk", "mail"), CARRY) == []


def test_who_once_heard_of_it_has_not_forgotten():
    assert found(chain("mail", "mail", "clerk"), THIN) == []


def test_inputs_are_known_to_whoever_starts_and_travel_with_state():
    workflow = chain("clerk", "mail")
    choice = workflow.states["decide"]
    branch = Branch(next="good", when="request", reads=("request",))
    states = {**workflow.states, "decide": Choice(**{**_fields(choice), "branches": (branch,)})}
    asked = Workflow(name="asked", initial="score", data=workflow.data, states=states)
    assert found(asked, CARRY) == []
    assert found(asked, THIN) == ["C101"]


def _fields(state: Choice) -> dict[str, object]:
    return {"branches": state.branches, "default": state.default, "service": state.service}


def test_the_keeper_of_a_join_hears_what_regions_wrote():
    region = Region(
        initial="look",
        states={"look": Task(service="eye", writes=("seen",), next="ok"), "ok": Final()},
    )
    workflow = Workflow(
        name="join",
        initial="start",
        states={
            "start": Task(service="head", next="both"),
            "both": Parallel(regions=(region,), next="decide"),
            "decide": Choice(branches=(Branch(next="ok", reads=("seen",)),), default="ok"),
            "ok": Final(),
        },
    )
    assert found(workflow, THIN) == []


def test_an_answer_must_know_where_to_go():
    workflow = Workflow(
        name="answer",
        initial="route",
        states={
            "route": Choice(service="a", branches=(Branch(next="left"),), default="right"),
            "left": Task(service="a", next="ask"),
            "right": Task(service="b", next="ask"),
            "ask": Receive(events={"yes": Reaction(next="ok")}, timeout=10**9),
            "ok": Final(),
        },
    )
    [finding] = projection_findings(workflow)
    assert finding.code == "C102"
    assert "'a' or 'b'" in finding.message


@given(workflows())
def test_every_workflow_projects_and_carried_state_tells_no_less(workflow: Workflow):
    assert choreograph(workflow).design == "choreography"
    thin, carried = (set(found(workflow, content)) for content in (THIN, CARRY))
    assert carried <= thin


def test_the_command_line_shows_the_place(tmp_path, capsys):
    path = tmp_path / "w.yaml"
    path.write_text(
        """name: w
initial: score
states:
  score: {kind: task, service: scoring, idempotent: true, writes: [score], next: mail}
  mail: {kind: task, service: mail, idempotent: true, next: decide}
  decide:
    kind: choice
    service: clerk
    branches:
      - {when: score > 700, reads: [score], next: good}
    default: good
  good: {kind: final}
""",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit) as ended:
        main(["check", str(path)])
    assert ended.value.code == 0
    with pytest.raises(SystemExit) as ended:
        main(["check", "--choreography", "thin", str(path)])
    assert ended.value.code == 1
    assert f"{path}:10:9 C101 " in capsys.readouterr().out

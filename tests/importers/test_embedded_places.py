"""Whatever the machine and whatever holds it: the reported place reads as the planted name."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.importers.containers import CONTAINERS
from wfmodel.checks import check_result
from wfmodel.importers import load_all
from wfmodel.importers.embedded.notations import json_scalar, yaml_scalar
from wfmodel.model.limits import RefusedError
from wfmodel.model.source import Span, json_pointer
from wfmodel.model.yaml_reader import read_yaml

pytestmark = pytest.mark.long


NAMES = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="{}"),
    min_size=1,
    max_size=12,
).filter(str.strip)


def text_at(text: str, span: Span) -> str:
    """What stands at a place of one line."""
    assert span.line == span.end_line
    return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


@st.composite
def machines(draw: st.DrawFn) -> tuple[dict[str, object], str]:
    """A chain of states whose last one names a state that is not there."""
    *names, planted = draw(st.lists(NAMES, min_size=2, max_size=6, unique=True))
    targets = [*names[1:], planted]
    states = {}
    for name, target in zip(names, targets, strict=True):
        comment = draw(st.text(st.characters(categories=["L", "P", "Zs"]), max_size=8))
        comment = comment.replace("{", "(").replace("}", ")")
        states[name] = {"Type": "Pass", "Comment": comment, "Next": target}
    return {"StartAt": names[0], "States": states}, planted


@pytest.mark.parametrize("kind", CONTAINERS)
@settings(max_examples=60, deadline=None)
@given(made=machines(), indent=st.sampled_from([None, 0, 1, 4]), is_ascii=st.booleans())
@example(
    made=({"StartAt": "a", "States": {"a": {"Type": "Pass", "Next": "\U0001f600\\\"' "}}},
          "\U0001f600\\\"' "),
    indent=2,
    is_ascii=True,
)  # fmt: skip
def test_the_place_of_a_defect_reads_as_the_planted_name(kind, made, indent, is_ascii):
    machine, planted = made
    container = CONTAINERS[kind]
    # a pair of escapes for one character is JSON's way: neither YAML nor HCL has it
    is_ascii = is_ascii and "object" not in kind and "jsonencode" not in kind
    inner = json.dumps(machine, indent=indent, ensure_ascii=is_ascii)
    text = container.write(inner)
    [result] = load_all(container.file, text=text)
    assert result.workflow is not None, result.findings
    assert result.workflow.name == "Order"
    [found] = [f for f in check_result(result) if f.name == "unknown-target"]
    assert found.span is not None
    assert container.read(text_at(text, found.span)) == planted
    last = list(machine["States"])[-1]
    pointer = json_pointer(result.document.original(found.path))
    assert pointer.endswith(json_pointer(("States", last, "Next")))


@pytest.mark.parametrize("kind", CONTAINERS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_place_of_a_machine_reads_as_its_value(kind, data):
    machine, _ = data.draw(machines())
    container = CONTAINERS[kind]
    text = container.write(json.dumps(machine, indent=2, ensure_ascii=False))
    [result] = load_all(container.file, text=text)
    for name, state in machine["States"].items():
        for key, value in state.items():
            span = result.document.locate(("States", name, key))
            assert container.read(text_at(text, span)) == value


YAML_TEXTS = st.text(st.sampled_from("ab '\"\\#:-\t\n"), max_size=30)


@settings(max_examples=300, deadline=None)
@given(
    body=YAML_TEXTS,
    style=st.sampled_from(["|", "|-", "|+", "|2", ">", ">-", ">+", "'", '"', ""]),
    by=st.integers(1, 4),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_a_scalar_of_any_style_has_segments_that_make_up_its_value(body, style, by, ending):
    quote = style if style in ("'", '"') else ""
    opening = f"{style}\n" if style[:1] in ("|", ">") else quote
    text = f"k: {opening}{indented_lines(body, by)}{quote}\nl: 1\n".replace("\n", ending)
    try:
        value, root = read_yaml(text, "x.yaml")
    except RefusedError:
        return
    scalar = value["k"]
    if not isinstance(scalar, str):
        return
    line, column, end_line, end_column = root.parts["k"].extent
    lines = text.split("\n")
    begin = sum(len(each) + 1 for each in lines[: line - 1]) + column - 1
    end = sum(len(each) + 1 for each in lines[: end_line - 1]) + end_column - 1
    position = 0
    segments = yaml_scalar(text, begin, end, scalar)
    for segment in segments:
        part = scalar[position : position + segment.length]
        if segment.length == segment.end - segment.begin and len(segments) > 1 and part.strip():
            assert text[segment.begin : segment.end] == part or "\\" in text
        assert begin <= segment.begin <= segment.end <= end
        position += segment.length
    assert position == len(scalar)


def indented_lines(text: str, by: int) -> str:
    return "\n".join(" " * by + line for line in text.split("\n"))


def test_a_scalar_that_is_not_what_was_read_leads_back_as_a_whole():
    assert json_scalar('"abc"', 0, 5, "xyz") == [(3, 0, 5)]
    assert json_scalar('"a\\u00e9\\ud83d\\ude00"', 0, 21, "aé\U0001f600") == [
        (1, 1, 2), (1, 2, 8), (1, 8, 20),
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\rx: 1", "\r"])
def test_lines_are_counted_as_editors_count_them(sign):
    """libyaml ends lines at more characters than a line feed; places of texts inside are ours."""
    text = f"""# {sign}
Resources:
  Order:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      DefinitionString: |
        {{"StartAt": "Gone", "States": {{"A": {{"Type": "Succeed"}}}}}}
"""
    [result] = load_all("t.yaml", text=text)
    found = [each.span for each in check_result(result) if "Gone" in each.message]
    assert [(span.line, span.column) for span in found] == [(7, 21)]

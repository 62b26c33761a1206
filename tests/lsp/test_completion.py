"""What is offered where the cursor is (``¦``), in whole texts and in broken ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lsp.texts import CHOREOGRAPHY, MACHINE, ORDER, TEMPLATE, TERRAFORM
from wfmodel.importers import load_all
from wfmodel.lsp.completion import offers
from wfmodel.lsp.outline import outlines
from wfmodel.lsp.text_sketch import LONGEST, sketch_of


def offered(file: str, marked: str, before: str | None = None) -> list[str]:
    """What would be put in; ``before`` is the last text that could be read."""
    cursor, text = marked.index("¦"), marked.replace("¦", "")
    read = () if before is None else outlines(load_all(file, text=before), file)
    return [each.text for each in offers(sketch_of(text, file, cursor), file, read)]


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("file", "text", "first"),
    [
        ("o.yaml", changed(ORDER, "next: paid", "next: ¦"), ["reserve", "paid", "refused"]),
        ("o.yaml", changed(ORDER, "next: paid", "next: 'p¦'"), ["reserve", "paid", "refused"]),
        ("o.yaml", changed(ORDER, "initial: reserve", "initial: ¦"), ["reserve", "charge"]),
        ("o.yaml", changed(ORDER, "failure: refused", "failure: ¦"), ["charge", "paid"]),
        ("o.yaml", changed(ORDER, "{failure: refused}", "{¦}"), ["failure: ", "timeout: "]),
        ("o.yaml", changed(ORDER, "kind: task", "kind: ¦"), ["task", "choice", "parallel"]),
        ("o.yaml", changed(ORDER, "service: bank", "service: ¦"), ["shop", "bank"]),
        ("o.yaml", changed(ORDER, "outcome: failed", "outcome: ¦"), ["succeeded", "aborted"]),
        ("o.yaml", changed(ORDER, "duration: 20ms", "effect: ¦"), ["none", "compensatable"]),
        ("o.yaml", changed(ORDER, "duration: 20ms", "idempotent: ¦"), ["true", "false"]),
        ("o.yaml", changed(ORDER, "duration: 20ms", "du¦"), ["failures: ", "action: "]),
        ("o.yaml", changed(ORDER, "duration: 20ms", "¦"), ["failures: ", "action: "]),
        ("o.yaml", changed(ORDER, "20ms", "{distribution: ¦}"), ["constant", "uniform"]),
        ("o.yaml", changed(ORDER, "20ms", "{distribution: lognormal, ¦}"), ["median: "]),
        ("o.yaml", f"{ORDER}¦", ["data: ", "workflows: ", "timeout: "]),
        ("c.yaml", changed(CHOREOGRAPHY, "to: done", "to: ¦"), ["done", "idle"]),
        ("c.yaml", f"{CHOREOGRAPHY}delivery: ¦", ["at-least-once", "at-most-once"]),
        ("x.annotations.yaml", "states: {Pay: {eff¦}}", ["service: ", "action: "]),
        ("m.asl.json", changed(MACHINE, '"Default": "Done"', '"Default": "¦"'), ["Pay", "Done"]),
        ("m.asl.json", changed(MACHINE, '"Default": "Done"', '"Default": ¦'), ['"Pay"', '"Done"']),
        ("m.asl.json", changed(MACHINE, '"Choice"', '"¦"'), ["Task", "Parallel", "Map"]),
        ("m.asl.json", changed(MACHINE, '["States.ALL"]', '["¦"]'), ["States.ALL"]),
        ("m.asl.json", changed(MACHINE, '"Resource"', '"¦": 1, "Resource"'), ["Comment"]),
        ("m.asl.json", changed(MACHINE, '"Resource"', '¦, "Resource"'), ['"Comment": ']),
        ("m.asl.yaml", "StartAt: A\nStates:\n  A:\n    Type: Pass\n    End: ¦", ["true"]),
        ("t.yaml", changed(TEMPLATE, "Next: Done", "Next: ¦"), ["Done"]),
        ("t.yaml", changed(TEMPLATE, '"Next": "Two"', '"Next": "¦"'), ["Two"]),
        ("t.yaml", changed(TEMPLATE, "StartAt: Pay", "StartAt: ¦"), ["Pay", "Done"]),
        ("m.tf", changed(TERRAFORM, 'Next = "B"', 'Next = "¦"'), ["B"]),
        ("m.tf", changed(TERRAFORM, 'Next = "B"', "¦"), ["Comment = "]),
        ("m.tf", changed(TERRAFORM, '"StartAt": "X"', '"StartAt": "¦"'), ["X"]),
    ],
)  # fmt: skip
def test_what_is_offered_first(file, text, first):
    found = offered(file, text)
    kept = [each for each in found if each in first]
    assert kept[: len(first)] == first, found


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("o.yaml", changed(ORDER, "duration: 20ms", "description: a ¦")),
        ("compose.yaml", "services:\n  web:\n    ¦"),
        ("package.json", '{"name": "¦"}'),
        ("t.yaml", changed(TEMPLATE, "RoleArn: role", "Role¦")),
        ("main.tf", 'resource "aws_s3_bucket" "b" {\n  ¦\n}\n'),
        ("o.yaml", f"{ORDER}# {'x' * LONGEST}¦"),
    ],
)
def test_nothing_is_offered_where_nothing_is_known(file, text):
    assert offered(file, text) == []


def test_keys_that_are_there_are_not_offered():
    found = offered("o.yaml", changed(ORDER, "duration: 20ms", "¦"))
    assert not {"kind: ", "service: ", "next: "} & set(found)


def test_required_keys_come_first():
    found = offered("m.asl.json", '{"StartAt": "A", "States": {"A": {"Type": "Task", "¦"}}}')
    assert found[0] == "Resource"


def test_a_name_is_written_as_the_place_wants_it():
    odd = changed(ORDER, "  paid: {", '  "it\'s: \\"paid\\"": {')
    read = {"before": odd}
    assert '"it\'s: \\"paid\\""' in offered("o.yaml", changed(odd, "next: paid", "next: ¦"), **read)
    assert "it''s: \"paid\"" in offered("o.yaml", changed(odd, "next: paid", "next: '¦'"), **read)
    assert 'it\'s: \\"paid\\"' in offered("o.yaml", changed(odd, "next: paid", 'next: "¦"'), **read)


@pytest.mark.parametrize(
    ("file", "text", "old", "new"),
    [
        ("o.yaml", ORDER, "next: paid", "next: ¦\n   oops: [{"),
        ("o.yaml", ORDER, "next: paid", 'next: "¦'),
        ("m.asl.json", MACHINE, '"Default": "Done"', '"Default": "¦'),
        ("m.asl.json", MACHINE, '"Next": "Done"}', '"Next": "¦'),
    ],
)
def test_a_broken_text_gets_names_of_the_last_good_one(file, text, old, new):
    found = offered(file, changed(text, old, new), before=text)
    assert {"paid", "refused"} <= set(found) or {"Done", "Check 😀"} & set(found)


PIECES = ["a", ":", " ", "\n", "  ", "- ", "{", "}", "[", "]", '"', "'", "|", "#", "states", "next",
          "StartAt", "kind", "task", "definition", "jsonencode(", "<<E\n", "=", ",", "😀", "\r\n",
          "\t", "!Sub ", "Resources", "\ufeff"]  # fmt: skip


@given(
    st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["x.yaml", "x.json", "x.tf"])
)
def test_whatever_is_typed_has_a_sketch(pieces, file):
    text = "".join(pieces)
    for cursor in range(0, len(text) + 1, 3):
        drawn = sketch_of(text, file, cursor)
        assert isinstance(offers(drawn, file, ()), list)
        if drawn.slot is not None:
            assert 0 <= drawn.slot.begin <= cursor <= drawn.slot.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 300_000 + "b",
        "- " * 150_000,
        "[" * 300_000,
        "a: [\n" * 60_000,
        '{"a": ' * 50_000,
        "a: |\n" * 60_000,
        "\n".join(" " * depth + "a:" for depth in range(700)),
    ],
    ids=range(7),
)
def test_a_sketch_takes_no_longer_than_the_text(text):
    """Counted by what it holds: a quadratic one would not come to its end."""
    drawn = sketch_of(text, "x.yaml", len(text))
    assert sum(len(keys) for keys in drawn.keys.values()) <= len(text)

"""Fixes: certain, minimal, and gone when made."""

from __future__ import annotations

import pytest

from wfmodel.checks import check_file, report
from wfmodel.checks.fixing import fixed
from wfmodel.checks.resolved_finding import Reported
from wfmodel.importers import load_any
from wfmodel.model.loading import load_workflow

GOOD = """\
name: order
initial: reserve
states:
  reserve:  # keeps the goods
    kind: task
    service: inventory
    next: shipped
  shipped: {kind: final}
"""


def mended(text: str, name: str = "order.yaml") -> tuple[str, int]:
    document = load_workflow(name, text).document
    return fixed(text, report(check_file(name, text), document, name))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("next: shipped", "next: shiped"),
        ("next: shipped", 'next: "Shipped"'),
        ("service: inventory", "servcie: inventory"),
        ("initial: reserve", "initial: resreve"),
    ],
)
def test_a_misspelling_is_mended_and_nothing_else_changes(right: str, wrong: str):
    text, count = mended(GOOD.replace(right, wrong))
    assert count == 1
    quoted = right.replace(": ", ': "') + '"' if '"' in wrong else right
    assert text == GOOD.replace(right, quoted)
    assert check_file("order.yaml", text) == ()


def test_a_way_out_of_an_end_is_deleted_with_its_line():
    wrong = GOOD.replace(
        "  shipped: {kind: final}\n", "  shipped:\n    kind: final\n    next: reserve\n"
    )
    text, count = mended(wrong)
    assert count == 1
    assert text == wrong.replace("    next: reserve\n", "")


def test_what_is_not_alone_on_its_lines_is_left():
    wrong = GOOD.replace("{kind: final}", "{kind: final, next: reserve}")
    assert mended(wrong) == (wrong, 0)


def test_two_near_names_are_no_certainty():
    wrong = GOOD.replace("next: shipped", "next: shippe").replace(
        "  shipped: {kind: final}\n", "  shipped: {kind: final}\n  shipper: {kind: final}\n"
    )
    assert mended(wrong) == (wrong, 0)


def test_two_misspellings_of_one_key_are_left():
    """Both were given its name, which a file may have once only."""
    twice = "    servcie: inventory\n    srevice: inventory\n"
    wrong = GOOD.replace("    service: inventory\n", twice)
    assert wrong != GOOD
    assert mended(wrong) == (wrong, 0)


def test_json_is_mended_in_place():
    text = (
        '{"name": "o", "initial": "a", "states": {\n'
        ' "a": {"kind": "task", "service": "s", "next": "finishd"},\n'
        ' "finished": {"kind": "final"}}}'
    )
    assert mended(text, "o.json") == (text.replace("finishd", "finished"), 1)


def test_windows_line_ends_stay():
    wrong = GOOD.replace("next: shipped", "next: shiped").replace("\n", "\r\n")
    assert mended(wrong) == (GOOD.replace("\n", "\r\n"), 1)


def test_of_two_names_that_are_meant_to_be_the_same_none_is_written():
    """Found by the fuzzer: both keys became Parameters, and the file could not be read any more."""
    state = '"Type": "Task", "Resource": "arn:aws:swf:eu-west-1:123456789012:task:x", "End": true'
    keys = '"Parametrs": {"a": 1}, "Paramters": {"b": 2}'
    text = '{"StartAt": "X", "States": {"X": {KEYS, STATE}}}'.replace("STATE", state)
    both = report_of(text.replace("KEYS", keys))
    assert [each.code for each in both] == ["A103", "A103"]
    assert not any(each.changes for each in both)
    [alone] = report_of(text.replace("KEYS", keys.split(", ", maxsplit=1)[0]))
    assert alone.changes


def report_of(text: str) -> tuple[Reported, ...]:
    loaded = load_any("s.asl.json", text=text)
    return report([f for f in loaded.findings if f.code == "A103"], loaded.document, "s.asl.json")

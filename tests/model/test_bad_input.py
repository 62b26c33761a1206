"""Whatever a file holds: a finding at a place, soon, and never a traceback."""

from __future__ import annotations

import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfmodel.model import load_workflow
from wfmodel.model.limits import MOST_BYTES
from wfmodel.model.reading import read_document

GOOD = """\
name: hello
initial: greet
states:
  greet:
    kind: task
    service: greeter
    duration: {distribution: exponential, mean: 5ms}
    retry: {attempts: 3, backoff: 1s}
    next: done
  done: {kind: final, outcome: succeeded}
"""

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 12)
)

BAD = {
    # what is wrong: (text, code, line, column, part of the message)
    "unknown key": (GOOD.replace("backoff", "backof"), "L110", 8, 26, "did you mean 'backoff'"),
    "unknown key at the top": (GOOD + "stats: {}\n", "L110", 11, 1, "did you mean 'states'"),
    "wrong unit": (GOOD.replace("5ms", "5 parsecs"), "L113", 7, 49, "units are ns, us, ms, s"),
    "no unit": (GOOD.replace("5ms", "5"), "L113", 7, 49, "needs a unit"),
    "negative duration": (GOOD.replace("5ms", "-5ms"), "L113", 7, 49, "cannot be negative"),
    "endless duration": (GOOD.replace("5ms", "9e99s"), "L113", 7, 49, "duration"),
    "unknown kind": (GOOD.replace("kind: task", "kind: tsk"), "L112", 5, 11, "did you mean 'task'"),
    "rollback as a kind": (
        GOOD.replace("kind: task", "kind: rollback"),
        "L112",
        5,
        11,
        "'rollback' is a built-in target of transitions",
    ),
    "endless attempts": (
        GOOD.replace("attempts: 3", "attempts: unlimited"),
        "L113",
        8,
        23,
        "null: until it succeeds",
    ),
    "unknown family": (GOOD.replace("exponential", "expo"), "L112", 7, 30, "exponential"),
    "missing kind": (GOOD.replace("    kind: task\n", ""), "L111", 4, 3, "'kind'"),
    "missing key": (GOOD.replace("initial: greet\n", ""), "L111", 1, 1, "'initial'"),
    "wrong type": (GOOD.replace("attempts: 3", "attempts: many"), "L113", 8, 23, "got 'many'"),
    "duplicate key": (GOOD + "name: again\n", "L106", 11, 1, "first in line 1"),
    "alias bomb": (BOMB, "L108", 6, None, "aliases expanded"),
    "alias of itself": ("a: &a [*a]\n", "L108", 1, 8, "contains itself"),
    "unknown alias": ("a: *b\n", "L105", 1, 4, "alias"),
    "deep flow nesting": ("[" * 900, "L107", 1, 101, "100 levels"),
    "deeper flow nesting": ("[" * 100_000, "L107", 1, 0, "100 levels"),
    "deep block nesting": ("".join(f"{' ' * i}k:\n" for i in range(900)), "L107", 101, 101, "100"),
    "two documents": ("a: 1\n---\nb: 2\n", "L109", 2, 1, "second"),
    "a tag": ("a: !!python/object/apply:os.system [ls]\n", "L109", 1, 4, "tag"),
    "a key that is a list": ("? [1, 2]\n: 3\n", "L109", 1, 3, "key"),
    "control character": ("name: \x00\n", "L103", 1, 7, "U+0000"),
    "empty": ("", "L104", 1, 1, "empty"),
    "only a comment": ("# nothing\n", "L104", 1, 1, "empty"),
    "a list": ("- a\n", "L113", 1, 1, "expected a mapping"),
    "a scalar": ("hello\n", "L113", 1, 1, "got 'hello'"),
    "broken YAML": ("a: [1, 2\nb: 3\n", "L105", 2, 2, "is not closed with ]"),
    "a tab": ("a:\n\t- b\n", "L105", 2, 1, "a tab: YAML is indented with spaces"),
    "too large": ("a" * (MOST_BYTES + 1), "L102", 1, 1, "4 MiB"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_yaml_is_a_finding_at_its_place(what):
    text, code, line, column, said = BAD[what]
    begin = time.process_time()
    result = load_workflow("x.yaml", text)
    assert time.process_time() - begin < 20  # a bound against hanging, not a measurement
    assert result.workflow is None
    first = next(finding for finding in result.findings if finding.code == code)
    assert first.span is not None
    assert (first.span.line, first.span.column) == (line, column or first.span.column)
    assert said in first.message
    assert "\n" not in first.message


BAD_JSON = {
    "duplicate key": ('{"a": 1,\n "a": 2}', "L106", 2, 2),
    "half of a character": ('{"a":\n "b\\ud83d"}', "L103", 2, 4),
    "its other half": ('{"a\\uDE00": 1}', "L103", 1, 4),
    "two first halves": (r'{"a": "\ud83d\ud83d\ude00"}', "L103", 1, 8),
    "halves apart": (r'{"a": "\ud83d \ude00"}', "L103", 1, 8),
    "an escape between": (r'{"a": "\ud83d\\ude00"}', "L103", 1, 8),
    "duplicate key, then no JSON": ('{"a": 1, "a": 2}\n x', "L105", 2, 2),
    "duplicate key, then no number": ('{"b": {"a": 1, "a": 2},\n "c": NaN}', "L105", 1, 1),
    "duplicate key, then too deep": ('{"b": {"a": 1, "a": 2}, "c":' + "[" * 100_000, "L107", 1, 1),
    "deep": ('{"a":' * 100_000, "L107", 1, None),
    "deep but complete": ("[" * 150 + "]" * 150, "L107", 1, 101),
    "cut off": ('{"name": ', "L105", 1, None),
    "not a number": ('{"a": NaN}', "L105", 1, 1),
    "huge number": ('{"a": ' + "9" * 100_000 + "}", "L105", 1, 1),
    "beyond floats": ('{"1e999": "1e999",\n "a": [1e308, -1e999]}', "L105", 2, 15),
    "beyond floats, whole": ('{"a": ' + "9" * 400 + "}", "L105", 1, 7),
    "beyond floats, by both": ('{"a": ' + "9" * 215 + "e98}", "L105", 1, 7),
    "unknown key": ('{"name": "a", "initial": "b", "states": {},\n "x": 1}', "L110", 2, 2),
}


@pytest.mark.parametrize("what", BAD_JSON)
def test_bad_json_is_a_finding_at_its_place(what):
    text, code, line, column = BAD_JSON[what]
    result = load_workflow("x.json", text)
    assert result.workflow is None
    span = next(finding.span for finding in result.findings if finding.code == code)
    assert span is not None
    assert span.line == line
    assert column is None or span.column == column


def test_files_that_cannot_be_read(tmp_path):
    assert load_workflow(tmp_path / "none.yaml").findings[0].code == "L101"
    assert load_workflow(tmp_path).findings[0].code == "L101"
    junk = tmp_path / "junk.yaml"
    junk.write_bytes(b"name: a\nx: \xff\xfe\x00" * 10)
    finding = load_workflow(junk).findings[0]
    assert finding.code == "L103"
    assert finding.span is not None
    assert (finding.span.line, finding.span.column) == (2, 4)


def test_a_file_of_fifty_megabytes_is_not_read(tmp_path):
    big = tmp_path / "big.yaml"
    with big.open("wb") as stream:
        stream.truncate(50 << 20)
    assert load_workflow(big).findings[0].code == "L102"


def test_all_errors_are_told_at_once():
    text = GOOD.replace("5ms", "5").replace("attempts: 3", "attempts: 0").replace("next", "nxt")
    assert [f.code for f in load_workflow("x.yaml", text).findings] == ["L113", "L113", "L110"]


def test_on_is_a_word_and_not_a_boolean():
    text = GOOD.replace("    next: done\n", "    next: done\n    on: {timeout: done, no: done}\n")
    workflow = load_workflow("x.yaml", text).workflow
    assert workflow is not None
    assert set(workflow.states["greet"].on) == {"timeout", "no"}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_never_raise(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(data)
    result = load_workflow(path)
    assert (result.workflow is None) == bool(result.findings)


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["x.yaml", "x.json"]))
def test_mutated_files_never_raise(seed, name):
    rng = random.Random(seed)
    text = list(GOOD)
    for _ in range(rng.randint(1, 8)):
        place = rng.randrange(len(text))
        action = rng.randrange(3)
        if action == 0:
            del text[place]
        elif action == 1:
            text.insert(place, rng.choice("{}[]:,-&*!|>'\"%@`#\n\t 0.e~"))
        else:
            other = rng.randrange(len(text))
            text[place], text[other] = text[other], text[place]
    result = load_workflow(name, "".join(text))
    assert (result.workflow is None) == bool(result.findings)
    for finding in result.findings:
        assert finding.span is not None
        assert finding.message


@pytest.mark.parametrize(
    "text", [r'["\ud83d\ude00"]', r'["\\ud83d"]', r'["\\\\udE00 \uD83D\uDE00"]']
)
def test_whole_characters_and_escaped_backslashes_are_read(text: str):
    document, findings = read_document("w.json", text)
    assert findings == ()
    assert document is not None
    assert document.value == json.loads(text)


@pytest.mark.parametrize("number", ["1.7e308", "9" * 308, "1e-999", "5e-324", "0." + "9" * 400])
def test_numbers_that_a_float_can_hold_are_read(number: str):
    document, findings = read_document("w.json", f'["{"9" * 400}", {number}]')
    assert findings == ()
    assert document is not None
    assert document.value == ["9" * 400, json.loads(number)]


def test_a_plain_scalar_beyond_floats_is_text():
    """As the beginning of a commit's name may be one."""
    document, _ = read_document("w.yaml", "[12e4567, -1.5e999, 1e308]")
    assert document is not None
    assert document.value == ["12e4567", "-1.5e999", 1e308]

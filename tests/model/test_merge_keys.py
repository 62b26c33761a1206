"""YAML's merge key: fields of another mapping behind a mapping's own, at the places they stand."""

from __future__ import annotations

import pytest

from wfmodel.model.limits import RefusedError
from wfmodel.model.yaml_reader import read_yaml


def value(text: str) -> object:
    return read_yaml(text, "m.yaml")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}", {"x": 1, "y": 3}),
        ("a: &a {x: 1}\nb: {y: 3, <<: {x: 2}}", {"y": 3, "x": 2}),
        # of several the first wins
        ("a: &a {x: 1}\nb: {<<: [*a, {x: 2, y: 2}]}", {"x": 1, "y": 2}),
        # a merged mapping is merged on
        ("a: &a {x: 1}\nc: &c {<<: *a, y: 2}\nb: {<<: *c}", {"x": 1, "y": 2}),
        # in quotes it is a key, and what is no mapping stays
        ("a: &a {x: 1}\nb: {'<<': *a}", {"<<": {"x": 1}}),
        ("b: {<<: 3}", {"<<": 3}),
        ("b: {<<: [1]}", {"<<": [1]}),
        ("b: {<<: {}}", {}),
    ],
)
def test_a_merge_key_brings_fields(text, expected):
    assert value(text)["b"] == expected


def test_what_is_merged_from_does_not_change():
    whole = value("a: &a {x: 1}\nb: {<<: *a, y: 3}\nc: {<<: *a, z: 4}")
    assert whole == {"a": {"x": 1}, "b": {"y": 3, "x": 1}, "c": {"z": 4, "x": 1}}


def test_a_merged_field_stands_where_it_is_written():
    _, place = read_yaml("a: &a\n  x: 1\nb:\n  <<: *a\n  y: 2\n", "m.yaml")
    assert place.parts["b"].parts["x"].extent[:2] == (2, 6)
    assert place.parts["b"].parts["y"].extent[:2] == (5, 6)


def test_merging_is_bounded():
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(2000)) + "}"]
    lines += [f"b{n}: {{<<: *a0}}" for n in range(300)]
    with pytest.raises(RefusedError) as refused:
        value("\n".join(lines))
    assert refused.value.finding.code == "L108"


def test_keys_that_stand_twice_are_told_with_their_paths():
    repeated = []
    text = "a:\n- {b: 1}\n- c: 1\n  c: 2\nd: 1\nd: 2\n"
    read, _ = read_yaml(text, "m.yaml", repeated=repeated)
    assert read == {"a": [{"b": 1}, {"c": 2}], "d": 2}
    assert [path for path, _ in repeated] == [("a", 1, "c"), ("d",)]
    assert [found.span.line for _, found in repeated] == [4, 6]

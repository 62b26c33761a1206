"""Guards: the language, and verdicts against brute force and between the two ways to decide."""

from __future__ import annotations

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checks.effort import cases
from wfmodel.checks import check_result
from wfmodel.checks.guards import decide, domain_of, smt
from wfmodel.checks.guards.enumeration import TruthTable, valuations
from wfmodel.importers import load_any
from wfmodel.importers.asl.conditions import from_jsonata, from_rule
from wfmodel.importers.asl.expressions import jsonata_error
from wfmodel.model.guards import ABSENT, LONGEST, Special, holds, parse_guard, roots_of
from wfmodel.model.workflow import Branch, Choice, DataItem

pytest.importorskip("z3", reason="the extra 'guards' is not installed")


def choice(*guards: str) -> Choice:
    return Choice(branches=tuple(Branch(next="x", guard=guard) for guard in guards))


def verdicts(*guards: str, **data: DataItem):
    found = decide(choice(*guards), data)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("total > 100", {"total": 101}, True),
        ("total > 100", {"total": "101"}, False),  # another kind is never in order
        ("total > 100", {}, False),
        ("total != 100", {}, False),  # absent: no comparison holds
        ("not total == 100", {}, True),
        ("total != 100", {"total": None}, True),
        ("a.b[0] == null", {"a.b[0]": None}, True),
        ("1 < x < 3", {"x": 2}, True),
        ("x in ['a', 'b'] and not y", {"x": "b", "y": False}, True),
        ("true == 1", {}, False),
        ("x == 1", {"x": True}, False),
        ('matches(x, "a*\\\\*")', {"x": "abc*"}, True),
        ('matches(x, "a*\\\\*")', {"x": "abc"}, False),
        ('at("$.a-b") >= -2.5', {"$.a-b": -2.5}, True),
        ('opaque("?") or x', {"x": True}, True),
        ('opaque("?") or x', {"x": False}, None),
    ],
)
def test_meaning(text: str, values: dict[str, object], expected: bool | None):
    assert holds(parse_guard(text), values) is expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("total >", "invalid syntax"),
        ("total + 1 > 2", "a path such as order.total"),
        ("__import__('os').system('x')", "no test here"),
        ("x if y else z", "a condition is expected"),
        ("[x for x in y]", "a condition is expected"),
        ("present(3)", "a path such as"),
        ("x in y", "needs a list in brackets"),
        ("x == 1e999", "beyond the range"),
        ("x == -" + "9" * 400, "beyond the range"),
        ("x == " * 2000 + "1", f"at most {LONGEST}"),
        ("not " * 100 + "x", "nested"),
        ("(" * 300 + "x" + ")" * 300, "nested"),
        ("3", "a condition is expected"),
        ("", "not a guard"),
    ],
)
def test_what_is_no_guard_is_said(text: str, said: str):
    with pytest.raises(ValueError, match="guard") as error:
        parse_guard(text)
    assert said in str(error.value)


def test_a_guard_implies_what_it_reads():
    assert Branch(next="x", guard="a.b > 3 and c[0] or at('$.d')").needs == ("a", "c")
    assert Branch(next="x", guard="a > 3", reads=("b",)).needs == ("b",)
    assert roots_of("") == ()


def test_textbook_verdicts():
    assert verdicts("n > 100", "n < 100").gap == "n = 100"
    assert verdicts("n > 3", "n < 4", n=DataItem(type="integer")).gap is None
    assert verdicts("n > 3", "n < 4", n=DataItem(type="integer")).complete
    assert verdicts("s == 'a'", "s == 'b'", s=DataItem(values=("a", "b"))).complete
    assert verdicts("s == 'c'", s=DataItem(values=("a", "b"))).never == (0,)
    assert verdicts("n > 50", "n > 100").shadowed == (1,)
    assert verdicts("present(x)", "not present(x)").complete
    assert verdicts("x == null", "x != null").gap is None
    assert verdicts("flag", "not flag").complete
    assert verdicts("a > b", "b > a").gap == "a = 0, b = 0"  # by the solver: two paths
    assert verdicts("a > b", "b >= a").complete
    assert verdicts('matches(s, "a*")', 'matches(s, "*b")').overlaps == ((0, 1, "s = 'ab'"),)
    assert verdicts('matches(s, "a*") and matches(s, "b*")').never == (0,)


@pytest.mark.parametrize(
    ("guard", "never"),
    [
        ("n > 1e16", False),
        ("n < -1e300", False),
        ("n > 1e308 and n < 1.5e308", False),
        ("n > 9007199254740993 and n < 9007199254740995", False),
        ("n > 1.7976931348623157e308", True),
    ],
)
def test_the_largest_numbers_have_neighbours_too(guard: str, never: bool):
    """One more than 1e16 is the same float, and the sum of two of them may be none."""
    assert verdicts(guard).never == ((0,) if never else ())


def test_a_path_inside_a_text_is_no_path():
    found = verdicts("status == 'open'", "status.done")
    assert found.overlaps == ()
    assert found.never == ()


def test_opaque_parts_leave_open_only_what_hangs_on_them():
    found = verdicts('opaque("holiday") and total > 3 and total < 2', 'opaque("rain")', "x > 3")
    assert found.never == (0,)
    assert [number for number, _ in found.undecided] == [1, 2]
    found = verdicts('opaque("rain")', 'not opaque("rain")')
    assert found.gap is None


def test_without_the_solver_it_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(smt, "is_there", lambda: False)
    found = verdicts("left > right", "right > left")
    assert found.gap is None
    assert {why for _, why in found.undecided} == {smt.MISSING}
    assert verdicts("left > 3").gap is not None  # needs no solver


VALUES = (ABSENT, None, True, False, 0, 1, 2, 3, 4, 1.5, 2.5, "", "a", "ab", "b", "other")
"""A small world that holds a value of every kind between the constants below."""

constants = st.sampled_from(["1", "2", "3", '"a"', '"b"', "true", "null"])
atoms = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from("xy"),
        st.sampled_from(["==", "!=", "<", "<=", ">", ">="]),
        constants,
    ),
    st.builds(
        "{}({})".format,
        st.sampled_from(["present", "is_null", "is_number", "is_string", "is_boolean"]),
        st.sampled_from("xy"),
    ),
)
guards = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("not {}".format, inner),
    ),
    max_leaves=4,
)


@cases(usual=1200)
@given(st.lists(guards, min_size=1, max_size=3))
def test_verdicts_agree_with_brute_force_on_a_small_world(texts: list[str]):
    conditions = [parse_guard(text) for text in texts]
    domains = domain_of(conditions, {})
    world = [
        dict(zip(domains, each, strict=True))
        for each in product(VALUES, repeat=len(domains))
        if all(_kind(v) in d.kinds for v, d in zip(each, domains.values(), strict=True))
    ]
    rows = [tuple(holds(c, values) for c in conditions) for values in world]
    numbers = range(len(texts))
    found = verdicts(*texts)
    assert set(found.never) == {i for i in numbers if not any(row[i] for row in rows)}
    assert set(found.always) == {i for i in numbers if all(row[i] for row in rows)}
    shadowed = {
        i
        for i in numbers
        if i not in found.never and not any(r[i] and not any(r[:i]) for r in rows)
    }
    assert set(found.shadowed) == shadowed
    assert found.complete == all(any(row) for row in rows)
    assert (found.gap is None) == found.complete
    dead = {*found.never, *found.shadowed}
    both = {
        (i, j)
        for j in numbers
        for i in range(j)
        if not {i, j} & dead and any(row[i] and row[j] for row in rows)
    }
    assert {(i, j) for i, j, _ in found.overlaps} == both
    assert found.undecided == ()


def _kind(value: object) -> str:
    if isinstance(value, Special):
        return value.value
    names = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
    return names[type(value)]


@pytest.mark.long
@cases(usual=300)
@given(st.lists(guards, min_size=1, max_size=3))
def test_trying_and_solving_agree(texts: list[str]):
    conditions = [parse_guard(text) for text in texts]
    domains = domain_of(conditions, {})
    tried = valuations(domains)
    assert tried is not None
    table, solver = TruthTable(conditions, tried), smt.Solver(conditions, domains)
    numbers = tuple(range(len(texts)))
    first, rest = numbers[:1], numbers[1:]
    for yes, no in [(first, ()), ((), first), (numbers, ()), ((), numbers), (first, rest)]:
        one, other = table.find(yes, no), solver.find(yes, no)
        assert isinstance(one, bool) == isinstance(other, bool)
        assert one is other or not isinstance(one, bool)


@pytest.mark.parametrize(
    ("expression", "guard"),
    [
        ("$states.input.total > 100", "at('$states.input.total') > 100"),
        ("$a = 'x' and $exists($b)", "(at('$a') == 'x' and present(at('$b')))"),
        ("$not($a in ['x', 'y'])", "not (at('$a') == 'x' or at('$a') == 'y')"),
        ("$a", "at('$a') == true"),
    ],
)
def test_jsonata_is_translated(expression: str, guard: str):
    assert from_jsonata(expression) == guard
    parse_guard(guard)


def test_two_computations_of_one_expression_stay_apart():
    guard = from_jsonata("$count($a) > 3 and $not($sum($a) > 4)")
    assert guard.count("opaque") == 2
    assert holds(parse_guard(guard), {}) is None
    assert verdicts(guard).never == ()


def test_choice_rules_of_step_functions_are_decided_with_places():
    rule = {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Big"}
    other = {"Variable": "$.total", "NumericLessThan": 100, "Next": "Small"}
    end = {"Type": "Succeed"}
    machine = {
        "StartAt": "Size",
        "States": {
            "Size": {"Type": "Choice", "Choices": [rule, other]},
            "Big": end,
            "Small": end,
        },
    }
    found = check_result(load_any("m.asl.json", text=json.dumps(machine, indent=1)))
    assert [(f.code, f.span.line if f.span else 0) for f in found] == [("S136", 4)]
    assert "$.total = 100" in found[0].message


@pytest.mark.parametrize(
    ("rule", "guard"),
    [
        ({"TimestampLessThan": "1970-01-01T00:00:01Z"}, "at('timestamp($.t)') < 1"),
        ({"TimestampEquals": "1970-01-01T01:00:00.5+01:00"}, "at('timestamp($.t)') == 0.5"),
        ({"TimestampEqualsPath": "$.u"}, "at('timestamp($.t)') == at('timestamp($.u)')"),
        ({"IsTimestamp": False}, "not is_number(at('timestamp($.t)'))"),
    ],
)
def test_time_stamps_are_compared_as_points_in_time(rule, guard):
    assert from_rule({"Variable": "$.t", **rule, "Next": "X"}) == guard


def test_one_instant_is_equal_however_it_is_written():
    noon, same = "2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00"
    before, after = (
        from_rule({"Variable": "$.t", name: stamp})
        for name, stamp in (("TimestampLessThan", noon), ("TimestampGreaterThanEquals", same))
    )
    found = verdicts(before, after)
    assert (found.gap, found.overlaps) == (None, ())


def test_a_kind_that_is_asked_for_may_be_another():
    found = verdicts("is_number(at('$.n'))", "not is_number(at('$.n'))")
    assert (found.always, found.never, found.gap) == ((), (), None)


def test_a_time_stamp_that_nothing_can_compare_is_named_as_undecided():
    rule = {"Variable": "$.t", "TimestampEquals": "2016-12-31T23:59:60Z", "Next": "X"}
    assert from_rule(rule).startswith("opaque(")
    found = verdicts(from_rule(rule), "at('$.n') > 3")
    assert "TimestampEquals" in found.undecided[0][1]


@pytest.mark.parametrize("text", ["!", "$x ! 3", "10 + * 2", "(" * 3000])
def test_what_the_parser_of_jsonata_cannot_stand_is_malformed(text: str):
    assert jsonata_error(text)  # "!" raised KeyError in the parser: found by fuzzing
    assert from_jsonata(text).startswith("opaque(")

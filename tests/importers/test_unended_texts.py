"""Texts and comments that nobody ends are looked through once, not once from each beginning."""

from __future__ import annotations

import re

import pytest

from wfmodel.importers.asl import reserved
from wfmodel.importers.asl.templates import mask

MANY = 500_000
"""Looked through once this takes a moment, else hours."""


@pytest.mark.parametrize("end", ["", "\\", '"', '\\"'])
def test_a_template_whose_texts_do_not_end(end):
    text = '{"a": ${x}, "b": ' + '"\\' * MANY + end
    assert mask(text) == text.replace("${x}", '"\ue000x"')


@pytest.mark.parametrize("unit", ['"\\', "'\\", "` ", "/* ", "/*", "$f(", "function(", "{%", "\n"])
@pytest.mark.parametrize("end", ["", "\\", "x"])
def test_an_expression_whose_parts_do_not_end(unit, end):
    for pattern in vars(reserved).values():
        if isinstance(pattern, re.Pattern) and pattern.pattern.startswith(("\\$", '\\"')):
            assert sum(1 for _ in pattern.finditer(unit * MANY + end)) <= 2 * MANY


def test_what_ends_is_what_it_was():
    assert mask('{"${a}": ${b}, "c\\"${d}": "') == '{"${a}": "\ue000b", "c\\"${d}": "'
    plain = reserved._LITERAL.sub("_", "f('a\\'') /* $x */ & `b c` & \"d\" /* e")
    assert plain == "f(_) _ & _ & _ _"

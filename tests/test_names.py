"""What a file or a public class is called, it alone is called."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.layers import PACKAGE


def twice(named: Iterator[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Names that stand at more than one place, with the places."""
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in named:
        places[name].append(place)
    return {name: found for name, found in places.items() if len(found) > 1}


def files() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if not path.stem.startswith("__"):
            yield path.stem, str(path.relative_to(PACKAGE))


def classes() -> Iterator[tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, str(path.relative_to(PACKAGE))


def test_no_file_has_the_name_of_another():
    assert twice(files()) == {}


def test_no_class_has_the_name_of_another():
    assert twice(classes()) == {}


def test_a_name_that_stands_twice_is_found():
    assert twice(iter([("a", "x"), ("b", "y"), ("a", "z")])) == {"a": ["x", "z"]}

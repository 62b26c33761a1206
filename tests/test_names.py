"""What a file or a public class is called, it alone is called: what stands twice only gets less."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.layers import PACKAGE

FILES = [
    "basis",
    "explorer",
    "faults",
]
"""Names of several files. Take a name out here when one file alone has it."""

CLASSES = [
    "Act",
    "Block",
    "Cell",
    "Contents",
    "Coverage",
    "Effect",
    "Found",
    "Graph",
    "Holds",
    "Inbox",
    "Job",
    "Kind",
    "Layout",
    "Length",
    "Looked",
    "Machine",
    "Not",
    "Observation",
    "Place",
    "Problem",
    "Reaction",
    "Resource",
    "Row",
    "Rule",
    "Scope",
    "Setting",
    "Setup",
    "Some",
    "Source",
    "Step",
    "Strike",
    "Table",
    "Test",
    "Token",
    "World",
]
"""Names of several public classes. Take a name out here when one class alone has it."""


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


def test_no_further_file_has_the_name_of_another():
    found = twice(files())
    assert {name: found[name] for name in found.keys() - set(FILES)} == {}
    assert set(FILES) - found.keys() == set(), "no longer twice: out of the list"


def test_no_further_class_has_the_name_of_another():
    found = twice(classes())
    assert {name: found[name] for name in found.keys() - set(CLASSES)} == {}
    assert set(CLASSES) - found.keys() == set(), "no longer twice: out of the list"


def test_a_name_that_stands_twice_is_found():
    assert twice(iter([("a", "x"), ("b", "y"), ("a", "z")])) == {"a": ["x", "z"]}

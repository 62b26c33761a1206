"""How many files name a fault, or a knob: whoever adds one, touches as many."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cache

from tests.layers import PACKAGE
from wfmodel.designs import Knobs
from wfmodel.designs.faults import FaultKind

ENUMERATIONS = {"FaultKind", "StepKind", "Deed", "Kind"}
"""Faults, steps of the semantics, lines of a schedule, rows of a history."""
CALLED_OTHERWISE = {
    FaultKind.LOSS: {"LOSE"},
    FaultKind.DUPLICATION: {"DUPLICATE"},
    FaultKind.WORKER_CRASH: {"DIE", "DIE_UNSEEN"},
}
"""Names of a fault's steps, deeds and rows that are not its own."""
PAID = {
    FaultKind.CRASH: {"crashes"},
    FaultKind.PAUSE: {"pauses"},
    FaultKind.RESTORE: {"restores"},
    FaultKind.WORKER_CRASH: {"worker_crashes"},
    FaultKind.LOSS: {"losses"},
    FaultKind.DUPLICATION: {"duplicates"},
}
"""What a budget calls it."""

MOST_FAULTS = 6
MORE_FAULTS = {
    "crash": 17,
    "pause": 8,
    "loss": 22,
    "duplication": 25,
    "restore": 18,
    "worker-crash": 14,
}
"""Files of each kind that more than ``MOST_FAULTS`` name. Put the lower number here."""

DECLARED = {"designs/knobs.py", "designs/knob_registry.py", "simulation/declared.py"}
"""Where a knob is a field or an entry."""
MOST_KNOBS = 4
MORE_KNOBS = {
    "commit": 6,
    "replay": 5,
    "lease": 8,
    "replicas": 9,
    "fenced": 5,
    "delivery": 5,
    "redelivery_timeout": 10,
    "publishing": 5,
    "publish": 5,
    "acknowledge": 10,
    "deduplicate": 10,
    "tombstones": 7,
    "timeouts": 6,
    "watchdog": 11,
    "correlation": 6,
}
"""Files of each knob that more than ``MOST_KNOBS`` name. Put the lower number here."""


@cache
def trees() -> Mapping[str, ast.Module]:
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def of_enumerations(tree: ast.Module) -> Iterator[str]:
    """Members that are used, and those that are declared."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in ENUMERATIONS:
                yield node.attr
        elif isinstance(node, ast.ClassDef) and node.name in ENUMERATIONS:
            for line in node.body:
                if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
                    yield line.targets[0].id


def of_budgets(tree: ast.Module) -> Iterator[str]:
    """Numbers of a budget: fields, keywords, and keys, which are strings."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=str(name)) | ast.keyword(arg=str(name)):
                yield name
            case ast.Constant(value=str(name)) | ast.AnnAssign(target=ast.Name(id=str(name))):
                yield name


def of_knobs(tree: ast.Module, *, declares: bool) -> Iterator[str]:
    """What is asked of something called ``knobs``, what is set of it, and what is declared."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Attribute(value=ast.Name(id="knobs" | "k"), attr=str(name))
                | ast.Attribute(value=ast.Attribute(attr="knobs"), attr=str(name))
            ):
                yield name.removesuffix("_of")
            case ast.Call(func=ast.Name(id="Knobs" | "replace"), keywords=keywords):
                yield from (each.arg for each in keywords if each.arg)
            case ast.AnnAssign(target=ast.Name(id=str(name))) if declares:
                yield name
            case ast.Constant(value=str(name)) if declares or "_" in name:
                yield name


def files_of_faults() -> Mapping[str, list[str]]:
    found = defaultdict[str, list[str]](list)
    for path, tree in trees().items():
        if path.startswith("importers/"):  # which have pauses of their own
            continue
        members = set(of_enumerations(tree))
        paid = set() if path.startswith("simulation/") else set(of_budgets(tree))
        for kind in FaultKind:
            own = {kind.name} | CALLED_OTHERWISE.get(kind, set())
            if members & own or paid & PAID.get(kind, set()):
                found[kind.value].append(path)
    return found


def files_of_knobs() -> Mapping[str, list[str]]:
    found, known = defaultdict[str, list[str]](list), {each.name for each in fields(Knobs)}
    for path, tree in trees().items():
        for name in known.intersection(of_knobs(tree, declares=path in DECLARED)):
            found[name].append(path)
    return found


def beyond(found: Mapping[str, list[str]], most: int) -> dict[str, int]:
    return {name: len(files) for name, files in found.items() if len(files) > most}


def test_no_further_file_names_a_fault():
    found = files_of_faults()
    assert set(found) == set(FaultKind)
    assert beyond(found, MOST_FAULTS) == MORE_FAULTS, found


def test_no_further_file_names_a_knob():
    found = files_of_knobs()
    assert set(found) == {each.name for each in fields(Knobs)}
    assert beyond(found, MOST_KNOBS) == MORE_KNOBS, found


def test_names_are_seen_where_they_stand():
    text = "fault = FaultKind.PAUSE\nleft = budget.pauses\nworn = {'crashes': knobs.early}\n"
    tree = ast.parse(text)
    assert set(of_enumerations(tree)) == {"PAUSE"}
    assert {"pauses", "crashes"} <= set(of_budgets(tree))
    assert set(of_knobs(tree, declares=False)) == {"early"}

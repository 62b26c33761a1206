"""What heads of packages and pages about the code name is there: prose outlives a renaming."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.layers import LAYERS, PACKAGE, ROOT

FILES = sorted(PACKAGE.rglob("*.py"))
HEADS = [path for path in FILES if path.name == "__init__.py"]
NAME = re.compile(r"``([a-z_]+(?:\.[a-z_]+)*)``")
DOTTED = re.compile(r"``([a-z_]+(?:[./][A-Za-z_]+)+)``")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w-]+/)`")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Names at the top of a file, imported ones too, and strings in ``__all__``."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add((node.asname or node.name).split(".")[-1])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return frozenset(found)


def module_at(base: Path, parts: list[str]) -> Path | None:
    """The file or folder that so many names lead to from a folder."""
    place = base.joinpath(*parts)
    module = place.parent / f"{place.name}.py"
    if module.is_file():
        return module
    return place / "__init__.py" if place.is_dir() else None


def leads_somewhere(parts: list[str], folders: Iterable[Path]) -> bool:
    """A module, or what a module defines, seen from one of the folders."""
    for folder in folders:
        if module_at(folder, parts):
            return True
        owner = module_at(folder, parts[:-1]) if len(parts) > 1 else None
        if owner is not None and owner.is_file() and parts[-1] in defined_in(owner):
            return True
    return False


def around(path: Path) -> Iterator[Path]:
    """Folders from which a file may name others: its own, and those above."""
    yield from (folder for folder in path.parents if folder.is_relative_to(ROOT))


@pytest.mark.parametrize("head", HEADS, ids=relative)
def test_names_in_the_head_of_a_package_are_its_files_or_what_it_exports(head: Path) -> None:
    named = NAME.findall(ast.get_docstring(tree_of(head)) or "")
    stale = [
        name
        for name in named
        if not leads_somewhere(name.split("."), around(head)) and name not in defined_in(head)
    ]
    assert stale == []


def test_dotted_names_of_modules_in_docstrings_lead_to_one() -> None:
    stale = []
    nodes = ast.Module | ast.ClassDef | ast.FunctionDef
    for path in FILES:
        docs = (ast.get_docstring(n) or "" for n in ast.walk(tree_of(path)) if isinstance(n, nodes))
        for name in DOTTED.findall("\n".join(docs)):
            parts = re.split(r"[./]", name.removesuffix(".py"))
            ours = parts[0] in LAYERS and not name.endswith(".toml")
            if ours and not leads_somewhere(parts, around(path)):
                stale.append(f"{relative(path)}: {name}")
    assert stale == []


@pytest.mark.parametrize("page", ["docs/design.md", "docs/code.md"])
def test_paths_on_pages_about_the_code_exist(page: str) -> None:
    named = set(PATH.findall((ROOT / page).read_text(encoding="utf-8")))
    assert len(named) > 5
    places = (PACKAGE, ROOT, ROOT / "docs", ROOT / "tests")
    stale = [
        path
        for path in sorted(named)
        if not any((place / path).exists() for place in places)
        and not leads_somewhere(re.split(r"[./]", path), places)
    ]
    assert stale == []

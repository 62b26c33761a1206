"""Which files to check, from what a user names: files, directories, patterns, standard input.

A file that is named is checked whatever it is. In a directory, those are looked into that may hold
a definition, by a word in them; whoever reads them decides by what they hold. Left out are hidden
files, what ``.gitignore`` leaves out, and folders that hold what others made.
"""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wfmodel.checks.ignoring import IgnoreRule, is_ignored, rules_above, rules_of
from wfmodel.model.files import open_regular
from wfmodel.model.limits import MOST_BYTES
from wfmodel.model.reading import STDIN
from wfmodel.model.wildcards import path_pattern

_DATA: Final = (".yaml", ".yml", ".json", ".asl", ".tftpl")
SUFFIXES: Final = (*_DATA, ".template", ".tf")
OF_OTHERS: Final = frozenset(
    {
        "__pycache__", "__pypackages__", "_build", "bower_components", "build", "buck-out", "dist",
        "node_modules", "site-packages", "target", "venv",
    }
)  # fmt: skip
"""Folders of dependencies and of what is built; beside all whose names begin with a dot."""

_HINT: Final = re.compile(
    rb"""(?:^|[\s{,"'])(?:setting|states|StartAt|States|stepFunctions|__version)["']?\s*[:=]"""
)
_EMBEDDED: Final = re.compile(
    rb"""AWS::(?:Serverless|StepFunctions)::StateMachine\b|\baws_sfn_state_machine\b"""
)
_MODULE: Final = b"step-functions"
"""In the source of a Terraform module that takes a definition."""
_SAYS_SO: Final = re.compile(r"\.asl(\.|$)")
_SIDE_FILES: Final = re.compile(r"\.(annotations|suppressions)\.(yaml|yml|json)$")

IGNORED: Final = "left out by .gitignore"
EXCLUDED: Final = "excluded"
DEPENDENCY: Final = "in folders of dependencies or builds"
TOO_LARGE: Final = f"larger than {MOST_BYTES >> 20} MiB"


@dataclass(frozen=True, slots=True)
class Selection:
    """How directories are looked through."""

    excluded: Callable[[str], bool] = lambda _: False
    include: Sequence[str] = ()
    """Patterns of more files that may hold a definition."""
    by_content: bool = False
    """Whether named files too may turn out to hold no definition."""
    ignore_files: bool = True
    """Whether ``.gitignore`` and the usual folders are kept out."""


@dataclass(slots=True)
class Files:
    """Files in the order named, each once; which were only found; and what was passed by."""

    files: dict[str, None] = field(default_factory=dict)
    found: set[str] = field(default_factory=set)
    """In a directory: they may hold no definition."""
    passed_by: Counter[str] = field(default_factory=Counter)
    empty: list[str] = field(default_factory=list)
    """Directories in which there is nothing to look into."""


def select_files(names: Iterable[str], selection: Selection) -> Files:
    """Each file once, in the order named; within a directory or pattern, by name.

    Raises:
        ValueError: a pattern fits nothing.
    """
    chosen = Files()
    for name in names:
        if name != STDIN and Path(name).is_dir():
            before = len(chosen.files)
            for file in _in_directory(Path(name), selection, chosen):
                if file not in chosen.files:
                    chosen.files[file] = None
                    chosen.found.add(file)
            if len(chosen.files) == before:
                chosen.empty.append(name)
        else:
            for file in _named(name):
                chosen.files[file] = None
                if selection.by_content and file != STDIN:
                    chosen.found.add(file)
                else:
                    chosen.found.discard(file)
    return chosen


def _named(name: str) -> list[str]:
    if name != STDIN and not Path(name).is_file() and glob.has_magic(name):
        # Path.glob takes no absolute pattern.
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
        found = [match for match in matches if Path(match).is_file()]
        if not found:
            raise ValueError(f"no file matches {name!r}")
        return found
    return [name]  # reading it says why it cannot be read


def _in_directory(folder: Path, selection: Selection, chosen: Files) -> Iterator[str]:
    """Files that may hold a definition, by name; folders are walked without recursion."""
    root = folder.resolve()
    above = rules_above(root) if selection.ignore_files else ()
    waiting = [(folder, root, above)]
    found: list[str] = []
    while waiting:
        here, real, rules = waiting.pop()
        if selection.ignore_files:
            rules = (*rules, *rules_of(real))
        for entry in _entries(here):
            path = real / entry.name
            if entry.name.startswith(".") or _is_passed_by(entry, path, rules, selection, chosen):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append((here / entry.name, path, rules))
            elif _may_hold(here / entry.name, selection, chosen):
                found.append(str(here / entry.name))
    yield from sorted(found, key=lambda file: Path(file).parts)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_passed_by(
    entry: os.DirEntry[str],
    path: Path,
    rules: tuple[IgnoreRule, ...],
    selection: Selection,
    chosen: Files,
) -> bool:
    is_folder = entry.is_dir(follow_symlinks=False)
    why = ""
    if selection.ignore_files and is_folder and entry.name in OF_OTHERS:
        why = DEPENDENCY
    elif selection.ignore_files and is_ignored(rules, path.as_posix(), is_folder=is_folder):
        why = IGNORED
    if why and (is_folder or _has_suffix(path, selection)):
        chosen.passed_by[why] += 1
    return bool(why)


def _has_suffix(file: Path, selection: Selection) -> bool:
    return file.suffix in SUFFIXES or any(
        path_pattern(each).search(file.as_posix()) for each in selection.include
    )


def _may_hold(file: Path, selection: Selection, chosen: Files) -> bool:
    """Whether a file is worth reading: its name, its kind, its size, and a word in it."""
    if not _has_suffix(file, selection) or _SIDE_FILES.search(file.name):
        return False
    content: bytes | None = None
    try:
        if file.is_dir() or not file.exists():
            return False
        with open_regular(file) as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError:
        pass  # a FIFO, a link to elsewhere, …: reading it says so, by name
    if content is not None and not _has_word(file, content):
        return False
    why = EXCLUDED if selection.excluded(str(file)) else ""
    why = why or (TOO_LARGE if len(content or b"") > MOST_BYTES else "")
    if why:
        chosen.passed_by[why] += 1
    return not why


def _has_word(file: Path, content: bytes) -> bool:
    if _SAYS_SO.search(file.name):
        return True
    if file.suffix == ".tf":
        return _EMBEDDED.search(content) is not None or _MODULE in content
    return _EMBEDDED.search(content) is not None or _HINT.search(content) is not None

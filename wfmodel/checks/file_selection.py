"""Which files to check, from what a user names: files, directories, patterns, standard input.

A file that is named is checked whatever it is. In a directory, those are taken that look like a
definition: a YAML or JSON file with a line for ``states`` or ``StartAt``, broken or not; and those
that look like a larger file with a state machine in it: a template, a Terraform file or plan.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from wfmodel.model.files import open_regular
from wfmodel.model.limits import MOST_BYTES
from wfmodel.model.reading import STDIN

_DATA: Final = (".yaml", ".yml", ".json")
SUFFIXES: Final = (*_DATA, ".template", ".tf")
_HINT: Final = re.compile(rb"""(?:^|[\s{,"'])(?:states|StartAt)["']?\s*:""")
_EMBEDDED: Final = (
    (rb"""Type["']?\s*:\s*["']?AWS::(?:Serverless|StepFunctions)::StateMachine\b""",),
    (rb'"type"\s*:\s*"aws_sfn_state_machine"',),
    (rb'(?m)^[ \t]*resource[ \t]+"aws_sfn_state_machine"',),
    (rb'"resource"\s*:', rb'"aws_sfn_state_machine"\s*:\s*[\[{]'),
)
"""A machine among the resources: of a template, a plan, a configuration, the same as JSON."""

_DEFINITION: Final = re.compile(
    rb"""\b(?:Definition(?:String)?|definition)["']?\s*(?::|=(?!\s*(?:file|templatefile)\())"""
)
"""Its definition in the same file: ``DefinitionUri`` names another, which a directory may hold."""

_SIDE_FILES: Final = re.compile(r"\.(annotations|suppressions)\.(yaml|yml|json)$")


def files_to_check(names: Iterable[str]) -> Iterator[str]:
    """Each file once, in the order named; within a directory or pattern, by name.

    Raises:
        ValueError: a pattern or directory holds nothing to check.
    """
    seen: set[str] = set()
    for name in names:
        for file in _expand(name):
            if file not in seen:
                seen.add(file)
                yield file


def _expand(name: str) -> list[str]:
    path = Path(name)
    if name == STDIN or path.is_file():
        return [name]
    if path.is_dir():
        found = [str(file) for file in sorted(path.rglob("*")) if _looks_right(file, path)]
        if not found:
            raise ValueError(f"no workflow definition in directory {name!r}")
        return found
    if glob.has_magic(name):
        # Path.glob takes no absolute pattern.
        matches = sorted(glob.glob(name, recursive=True))  # noqa: PTH207
        found = [match for match in matches if Path(match).is_file()]
        if not found:
            raise ValueError(f"no file matches {name!r}")
        return found
    return [name]  # reading it says why it cannot be read


def _looks_right(file: Path, folder: Path) -> bool:
    if file.suffix not in SUFFIXES or _SIDE_FILES.search(file.name):
        return False
    if any(part.startswith(".") for part in file.relative_to(folder).parts):
        return False
    if file.is_dir() or not file.exists():
        return False
    try:
        with open_regular(file) as stream:
            content = stream.read(MOST_BYTES)
    except OSError:
        return True  # a FIFO, a link to elsewhere, …: reading it says so, by name
    if _DEFINITION.search(content) and any(
        all(re.search(pattern, content) for pattern in patterns) for patterns in _EMBEDDED
    ):
        return True
    return file.suffix in _DATA and _HINT.search(content) is not None

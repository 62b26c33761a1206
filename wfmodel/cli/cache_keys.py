"""Keys of the cache: a hash over the program, the question, and the very bytes that were read."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from wfmodel.model.files import read_file

Listing: TypeAlias = Callable[[Path], tuple[str, ...]]

PACKAGES: Final = (
    "wfmodel",
    "pydantic",
    "pyyaml",
    "z3-solver",
    "python-hcl2",
    "jsonata-python",
)
"""What answers depend on, apart from our own files."""

_METADATA: Final = (".dist-info", ".egg-info")

_SIDES: Final = tuple(
    f".{kind}.{ending}" for kind in ("annotations", "suppressions") for ending in ("yaml", "yml")
)


def program() -> bytes:
    """A hash of this program: another version, or an edited rule, is another program; the same one
    installed again is the same.
    """
    root = Path(__file__).parents[1]
    digest = hashlib.sha256(sys.version.encode())
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != "__pycache__")
        for name in sorted(files):
            with open(os.path.join(folder, name), "rb") as file:  # noqa: PTH118, PTH123 - hundreds
                content = file.read()
            digest.update(f"{folder[len(str(root)) :]}/{name}\0{len(content)}\0".encode())
            digest.update(content)
    digest.update("\n".join(_versions()).encode())
    return digest.digest()


def _versions() -> list[str]:
    """Of each package the folders of metadata that could be its: name and version.

    Their names are enough, and read in a twentieth of the time that importlib.metadata takes.
    """
    found = []
    for folder in dict.fromkeys(sys.path):
        try:
            entries = os.listdir(folder or os.curdir)  # noqa: PTH208 - names are all that is asked
        except OSError:
            continue
        for entry in entries:
            name, _, rest = entry.partition("-")
            if rest.endswith(_METADATA) and name.lower().replace("_", "-") in PACKAGES:
                found.append(entry)
    return sorted(found)


def key_of(
    file: str,
    beside: Sequence[str],
    question: object,
    of_program: bytes,
    held: Mapping[str, bytes] | None = None,
) -> str | None:
    """The key of a file's answer; None for standard input, what cannot be read, and an answer that
    drew on more than the file and those ``beside`` it.

    ``held``: what was read for the answer; so the key is of that, whatever stands there now.
    """
    if file == "-":
        return None
    read = {} if held is None else held
    if not set(read) <= {file, str(Path(file)), *beside}:
        return None
    digest = hashlib.sha256(of_program)
    try:
        for name in (file, *beside):
            content = _content(name, read)
            head = f"{name}\0{question}\0{len(content)}\0"
            digest.update(head.encode("utf-8", "surrogatepass"))
            digest.update(content)
    except OSError:
        return None
    return digest.hexdigest()


def _content(name: str, read: Mapping[str, bytes]) -> bytes:
    for known in (name, str(Path(name))):
        if known in read:
            return read[known]
    return read_file(name)


def beside(file: str, listed: Listing) -> tuple[str, ...]:
    """Files that belong to one: ``x.annotations.yaml``, ``x.Machine.annotations.yaml``, …"""
    path = Path(file)
    stem = path.name
    for ending in (".json", ".yaml", ".yml", ".tf", ".asl", ".template"):
        stem = stem.removesuffix(ending)
    return tuple(
        str(path.with_name(name)) for name in listed(path.parent) if name.startswith(f"{stem}.")
    )


def side_files(folder: Path) -> tuple[str, ...]:
    """Names of all annotation and suppression files of a folder."""
    names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(name for name in names if name.endswith(_SIDES)))

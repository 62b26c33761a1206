"""The files of a git commit, read by git, with nothing of the checkout executed.

A checkout's own configuration can make git start programs: a file system monitor, hooks, filters,
an outer diff, a helper that fetches what a partial clone lacks. So only plumbing is called that
reads objects and never the working tree or its index, what could still start something is switched
off by name, and nothing is fetched. The configuration of the user and of the machine hold as
always (``safe.directory`` stands there).

``tree_at`` gives the files of a commit, ``unpack`` writes some of them into a folder.

Names and contents of a commit are data: names that lead elsewhere are left out, no links are made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

_OFF: Final = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.sshCommand=false",
    "core.gitProxy=",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
)
_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
_OF_A_HOOK: Final = ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE")
"""What git tells its hooks, relative to another folder than ours."""
_LONGEST_S: Final = 120
"""How long git may take for one answer."""
MOST_ENTRIES: Final = 500_000
"""Most files of a commit."""
MOST_UNPACKED: Final = 1 << 30
"""Most bytes that are written out of a commit."""
_FILES: Final = ("100644", "100755")


@dataclass(frozen=True, slots=True)
class Blob:
    """A file of a commit: its path from the top, its object, and its size in bytes (0: git does
    not have it, as in a partial clone).
    """

    path: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A commit, by its whole name, of the repository whose working tree begins at ``top``."""

    top: Path
    commit: str

    def blobs(self) -> tuple[Blob, ...]:
        """Its regular files; links and submodules are left out.

        Raises:
            ValueError: git cannot say.
        """
        said = _git(self.top, "ls-tree", "-r", "-z", "-l", "--full-tree", self.commit)
        rows = [row for row in said.split(b"\0") if row]
        if len(rows) > MOST_ENTRIES:
            raise ValueError(f"{self.commit} has {len(rows):,} files; {MOST_ENTRIES:,} are read")
        return tuple(blob for row in rows if (blob := _blob(row)) is not None)

    def renamed(self) -> Mapping[str, str]:
        """Files that were renamed between the commit and what is checked out: old to new path.

        Raises:
            ValueError: git cannot say.
        """
        asked = ("--no-ext-diff", "--no-textconv", "-r", "-z", "-M", "--diff-filter=R")
        said = _git(self.top, "diff-tree", *asked, "--name-status", self.commit, "HEAD")
        words = [os.fsdecode(word) for word in said.split(b"\0") if word]
        return dict(zip(words[1::3], words[2::3], strict=True))


def tree_at(folder: Path, ref: str) -> Tree:
    """The commit that a name means in the repository around a folder.

    Raises:
        ValueError: there is no git, no repository, or no such commit here.
    """
    top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").removesuffix(b"\n")))
    try:
        asked = ("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        commit = _git(top, "rev-parse", *asked).decode().strip()
    except ValueError:
        raise ValueError(_no_commit(top, ref)) from None
    return Tree(top, commit)


def unpack(tree: Tree, blobs: Iterable[tuple[Blob, str]], into: Path) -> None:
    """Write files, each at a path under ``into``.

    Raises:
        ValueError: git does not hand them out, or they are too many bytes.
    """
    wanted = [(blob, path) for blob, path in blobs if _is_inside(path)]
    size = sum(blob.size for blob, _ in wanted)
    if size > MOST_UNPACKED:
        raise ValueError(f"{tree.commit} has {size:,} bytes to read; {MOST_UNPACKED:,} are")
    with tempfile.TemporaryFile() as names:
        names.write(b"".join(blob.name.encode() + b"\n" for blob, _ in wanted))
        names.seek(0)
        with _started(tree.top, names, "cat-file", "--batch", "--buffer") as git:
            assert git.stdout is not None
            for blob, path in wanted:
                _write(into / path, _content(git.stdout, blob))


def _content(stream: IO[bytes], blob: Blob) -> bytes:
    head = stream.readline().split()
    if len(head) != 3 or not head[2].isdigit():
        raise ValueError(
            f"git has no content of {blob.path!r}: a partial clone lacks it, and nothing is fetched"
        )
    content = stream.read(int(head[2]))
    stream.read(1)
    return content


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise ValueError(f"{file.name!r} cannot be unpacked: {error.strerror}") from None


def _blob(row: bytes) -> Blob | None:
    head, _, path = row.partition(b"\t")
    mode, kind, name, size = head.decode().split()
    if mode not in _FILES or kind != "blob":
        return None
    return Blob(os.fsdecode(path), name, int(size) if size.isdigit() else 0)


def _is_inside(path: str) -> bool:
    """Whether a path of a commit leads to nowhere but below the folder that it is written to."""
    parts = path.replace("\\", "/").split("/")
    return all(part not in ("", ".", "..") and part.lower() != ".git" for part in parts)


def _no_commit(top: Path, ref: str) -> str:
    said = f"there is no commit {ref!r} in {top}"
    try:
        shallow = _git(top, "rev-parse", "--is-shallow-repository").strip() == b"true"
    except ValueError:
        shallow = False
    if not shallow:
        return f"{said}: git fetch may bring it"
    return (
        f"{said}, which is a shallow clone: fetch it (git fetch --depth=1 origin BRANCH, then"
        " FETCH_HEAD; with actions/checkout, fetch-depth: 2 and HEAD^1, or fetch-depth: 0)"
    )


def _git(folder: Path, *words: str) -> bytes:
    """What a git command answers.

    Raises:
        ValueError: it fails, or takes too long.
    """
    with _started(folder, subprocess.DEVNULL, *words) as git:
        try:
            out, err = git.communicate(timeout=_LONGEST_S)
        except subprocess.TimeoutExpired:
            raise ValueError(f"git {words[0]} takes longer than {_LONGEST_S} s") from None
    if git.returncode:
        said = err.decode(errors="replace").strip().split("\n")[0]
        raise ValueError(said.removeprefix("fatal: ") or f"git {words[0]} failed")
    return out


class _started:  # noqa: N801 - reads as what it is used for
    """A git process, which does not outlive the block."""

    def __init__(self, folder: Path, stdin: int | IO[bytes], *words: str) -> None:
        told = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
        settings = [word for each in _OFF for word in ("-c", each)]
        self._git = subprocess.Popen(
            [_program(), "--no-pager", *settings, *words],
            cwd=folder,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**told, **_ENVIRONMENT},
        )

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self._git

    def __exit__(self, *_: object) -> None:
        self._git.kill()
        self._git.communicate()


def _program() -> str:
    """Git, never one that lies in the working directory.

    Raises:
        ValueError: there is none.
    """
    given = os.environ.get("PATH", os.defpath).split(os.pathsep)
    places = os.pathsep.join(each for each in given if Path(each).is_absolute())
    found = shutil.which("git", path=places)
    if found is None:
        raise ValueError("git is not installed: there is no program 'git' on the PATH")
    return found

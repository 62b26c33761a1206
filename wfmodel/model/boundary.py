"""Which files a file may lead to: those inside its boundary, and no link out of it.

A definition comes from anybody: a stranger's pull request can name any path, and can hold links to
any place. What it leads to is read only inside the boundary:

1. the root that the user declared (``--root``, ``root=``), if there is one;
2. else the top of the repository around the file: the nearest folder above it with a ``.git``;
3. else the file's own folder.

Why this is safe. Who writes a pull request chooses what stands inside the checkout, never what
stands above it. A ``.git`` of his own, a file or a folder, stands inside and can only narrow the
boundary; only its presence counts, it is not read. A pyproject.toml does not count: it often stands
in folders that are no repository. A folder that holds the user's home (a repository of dotfiles)
does not count, nor one in which everybody may make a ``.git`` (``/tmp``): files beneath would lead
to everything in it. Paths are compared after all links are followed, so a link to ``/etc/passwd``
is outside wherever it stands. What is hidden is not led to either: ``.git/config`` of a checkout
may hold the token of the build, ``.npmrc`` and ``.env`` others.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import takewhile
from pathlib import Path as FilePath
from typing import Final

MARK: Final = ".git"
"""What stands at the top of a repository."""

_DECLARED: Final[ContextVar[FilePath | None]] = ContextVar("declared root", default=None)


def declare_root(root: str | FilePath | None) -> None:
    """From now on files may lead to whatever is inside this folder, and to nothing else."""
    _DECLARED.set(None if root is None else _absolute(root))


def declared_root() -> FilePath | None:
    """The folder that was declared."""
    return _DECLARED.get()


@contextmanager
def rooted(root: str | FilePath | None) -> Iterator[None]:
    """Declare a root for a while; None leaves what is declared."""
    before = _DECLARED.get()
    if root is not None:
        declare_root(root)
    try:
        yield
    finally:
        _DECLARED.set(before)


def why_not_led_to(path: str | FilePath, folder: str | FilePath, *, hidden: bool = False) -> str:
    """Why a file in ``folder`` does not lead to ``path``; empty where it may.

    ``hidden``: it may lead to what is hidden, the repository's own files excepted.
    """
    if str(path) == "-":
        return "standard input is no file to refer to"
    root = declared_root() or _own(_absolute(folder))
    return _why_outside(path, root, folder, hidden=hidden)


def why_not_named(path: str | FilePath) -> str:
    """Why a path that the user named is not used: it is a link out of where it stands.

    The link may lead to whatever is inside the path's own boundary, and inside a declared root.
    """
    given = _absolute(path)
    link, root = _link_of(given), declared_root()
    own = _own((link or given).parent)
    origin = given if link is None else link.parent  # a hidden file may be named, too
    why = _why_outside(path, own, origin)
    if why and root is not None:
        why = _why_outside(path, root, origin)
    return why


def _link_of(given: FilePath) -> FilePath | None:
    """The link that a path goes through: a folder of a repository that is one, or itself.

    A ``.git`` beyond such a link is another repository's, or none: it says nothing of this one.
    """
    for each in reversed(given.parents):
        if each.is_symlink() and _repository(each.parent) is not None:
            return each
    return given if given.is_symlink() else None


def _own(folder: FilePath) -> FilePath:
    """The boundary of files in a folder, where none is declared."""
    return _repository(folder) or folder


def _repository(folder: FilePath) -> FilePath | None:
    """The top of the repository around a folder."""
    for each in (folder, *folder.parents):
        if os.path.lexists(each / MARK):
            return each if _counts(each) else None
    return None


def _counts(top: FilePath) -> bool:
    """Whether a folder with a ``.git`` is a boundary: not around a home, nor everybody's."""
    home, real = os.path.realpath(os.path.expanduser("~")), os.path.realpath(top)  # noqa: PTH111
    return not FilePath(home).is_relative_to(real) and not top.stat().st_mode & stat.S_ISVTX


def _why_outside(
    path: str | FilePath, root: FilePath, folder: str | FilePath, *, hidden: bool = False
) -> str:
    """The answer is the same whether or not there is such a file: existence is not told either."""
    try:
        real, top, own = (FilePath(os.path.realpath(each)) for each in (path, root, folder))
    except (OSError, ValueError):  # a loop of links; a character that no name can have
        return "it is no path to a file"
    if not real.is_relative_to(top):
        return f"it is outside of {root} (--root DIR lets files lead to what is inside DIR)"
    inner = real.relative_to(top).parts
    known = own.relative_to(top).parts if own.is_relative_to(top) else ()
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(inner, known)))  # noqa: B905
    if any(_is_kept_back(part, hidden=hidden) for part in inner[shared:]):
        return "it is hidden, or in a hidden folder"
    return ""


def _is_kept_back(part: str, *, hidden: bool) -> bool:
    return part.lower() == MARK if hidden else part.startswith(".")


def _absolute(path: str | FilePath) -> FilePath:
    """Without following links: a link is judged from where it stands."""
    return FilePath(os.path.abspath(path))  # noqa: PTH100

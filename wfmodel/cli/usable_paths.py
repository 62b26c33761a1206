"""Whether a file or folder can be read or written, asked before the work begins."""

from __future__ import annotations

import os
from pathlib import Path

from wfmodel.cli.refusing import line_error
from wfmodel.model.boundary import why_not_named


def check_file(path: Path, what: str) -> None:
    """Refuse a file that cannot be written.

    Raises:
        TyperException: it names what the file is, and why.
    """
    target = Path(os.path.realpath(path)) if path.is_symlink() else path
    folder = target.parent
    if path.is_dir():
        why = "it is a directory"
    elif target.is_symlink():
        why = "it is a link in a circle"
    elif path.exists() and not os.access(path, os.W_OK):
        why = "permission denied"
    elif path.exists() and not path.is_file():
        return  # a device or a pipe is written as it is
    elif not folder.is_dir():
        why = f"there is no directory {folder}"
    elif not os.access(folder, os.W_OK):  # what is written is written beside, and renamed
        why = f"permission denied in {folder}" if path.exists() else "permission denied"
    else:
        why = why_not_named(path)
    if why:
        raise line_error(f"{what}: cannot write {path}: {why}")


def check_readable(path: Path, what: str) -> None:
    """Refuse a file that cannot be read.

    Raises:
        TyperException: it names what the file is, and why.
    """
    if path.is_dir():
        why = "it is a directory"
    elif not path.exists():
        why = "there is no such file"
    elif not path.is_file():
        why = "it is no regular file"
    else:
        why = why_not_named(path) if os.access(path, os.R_OK) else "permission denied"
    if why:
        raise line_error(f"{what}: cannot read {path}: {why}")


def why_no_folder(path: Path) -> str | None:
    """Why nothing can be written to a folder that is made if need be; None: it can."""
    parents = (path, *path.absolute().parents)
    there = next(each for each in parents if each.exists() or each.is_symlink())
    if not there.exists():
        return "it is a link to nothing" if there == path else f"{there} is a link to nothing"
    if not there.is_dir():
        return "it is a file" if there == path else f"{there} is a file"
    if not os.access(there, os.W_OK):
        return "permission denied"
    return why_not_named(path / "any file") or None

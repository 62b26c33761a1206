"""Files and folders that options name: looked at before the work begins, not after it.

A command's option takes one of the callbacks here, and a path at which nothing can be written is
refused with the option's name. What happens to a disk later is still an error of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import typer
from typer.exceptions import TyperException

from wfmodel.model.boundary import why_not_named

Form = TypeVar("Form")


def file_to_write(option: typer.CallbackParam, value: Path | None) -> Path | None:
    """The callback of an option that names a file to write.

    Raises:
        TyperException: there can be no such file.
    """
    if value is not None:
        check_file(value, option.opts[0])
    return value


def file_to_read(option: typer.CallbackParam, value: str | None) -> str | None:
    """The callback of an option that names a file to read.

    Raises:
        TyperException: there is no such file.
    """
    if value is not None:
        check_readable(Path(value), option.opts[0])
    return value


def folder_to_write(option: typer.CallbackParam, value: Path | None) -> Path | None:
    """The callback of an option that names a folder to write to, which is made if need be.

    Raises:
        TyperException: there can be no such folder.
    """
    why = None if value is None else why_no_folder(value)
    if why is not None:
        raise TyperException(f"{option.opts[0]}: cannot write to {value}: {why}")
    return value


def check_file(path: Path, what: str) -> None:
    """Refuse a file that cannot be written.

    Raises:
        TyperException: it names what the file is, and why.
    """
    folder = (path.resolve() if path.is_symlink() else path).parent
    if path.is_dir():
        why = "it is a directory"
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
        raise TyperException(f"{what}: cannot write {path}: {why}")


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
        raise TyperException(f"{what}: cannot read {path}: {why}")


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


def form_of(output: Path, forms: Mapping[str, Form]) -> Form:
    """What a file's ending says of its format.

    Raises:
        TyperException: it says nothing.
    """
    try:
        return forms[output.suffix.lower()]
    except KeyError:
        known = ", ".join(dict.fromkeys(map(str, forms.values())))
        message = f"cannot tell a format from {output.name!r}; give --format ({known})"
        raise TyperException(message) from None

"""Files and folders that options name: looked at before the work begins, not after it.

A command's option takes one of the callbacks here, and a path at which nothing can be written is
refused with the option's name. What happens to a disk later is still an error of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import typer
from typer.exceptions import TyperException

from wfmodel.cli.usable_paths import check_file, check_readable, why_no_folder

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

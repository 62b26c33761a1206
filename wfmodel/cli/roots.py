"""``--root``: the folder that files may lead into, the same option on every command that reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

import typer
from typer.exceptions import TyperException

from wfmodel.model.boundary import declare_root

READ_NOTHING: Final = frozenset({"rules", "runtimes", "schema", "serialise"})
"""Commands that read no file of the user's (``serialise`` runs one)."""


def _declared(value: Path | None) -> Path | None:
    """Declare it before anything is read.

    Raises:
        TyperException: it is no folder.
    """
    if value is not None and not value.is_dir():
        raise TyperException(f"--root: there is no directory {value}")
    declare_root(value)
    return value


Root: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--root",
        metavar="DIR",
        callback=_declared,
        is_eager=True,
        help="Files may lead to others inside DIR only.  [their repository, or own folder]",
    ),
]


def with_root(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the option ``--root``; the command itself is told nothing."""
    told = inspect.signature(command, eval_str=True)
    root = inspect.Parameter("root", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Root)

    @wraps(command)
    def run(root: Path | None = None, **given: Any) -> None:  # noqa: ANN401 - the command's own
        command(**given)

    # What typer reads; mypy knows no such attribute of functions.
    setattr(run, "__signature__", told.replace(parameters=[*told.parameters.values(), root]))  # noqa: B010
    return run

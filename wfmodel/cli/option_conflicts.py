"""Options that need each other, and options that shut each other out: none is silently ignored.

>>> only_with(context, "walks", "limit", "laps")  # --limit needs --walks
>>> never_with(context, "walks", "fault")  # --fault does not go with --walks

Options are named as the parameters of the command's function.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import typer
from typer.exceptions import TyperException

_WRITTEN: Final = "COMMANDLINE"


def only_with(context: typer.Context, partner: str, *names: str) -> None:
    """Refuse options that would do nothing, since the one that they belong to is not there.

    Raises:
        TyperException: one was written; it names both.
    """
    if not _is_given(context, partner):
        _refuse(context, names, f"needs {_option(context, partner)}")


def never_with(context: typer.Context, chosen: str, *names: str, why: str = "") -> None:
    """Refuse options that would do nothing, or mean two things, beside the one that was chosen.

    Raises:
        TyperException: one was written; it names both, and says why.
    """
    if _is_given(context, chosen):
        said = f"does not go with {_option(context, chosen)}"
        _refuse(context, names, f"{said}: {why}" if why else said)


def refuse_systems(paths: Iterable[object]) -> None:
    """Refuse a System of one's own (``FILE.py:NAME``) where files are read and never run.

    Raises:
        TyperException: one is named; it says which command runs it.
    """
    for path in (str(path) for path in paths if ".py:" in str(path)):
        from wfmodel.designs.system_file import names_a_system  # rarely asked

        if names_a_system(path):
            raise TyperException(
                f"{path}: a System of one's own is a program; wfmodel explore runs it"
            )


def _refuse(context: typer.Context, names: tuple[str, ...], why: str) -> None:
    for name in names:
        if _is_given(context, name):
            raise TyperException(f"{_option(context, name)} {why}")


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == _WRITTEN


def _option(context: typer.Context, name: str) -> str:
    """An option as users write it."""
    [parameter] = [each for each in context.command.params if each.name == name]
    return str(parameter.opts[0])

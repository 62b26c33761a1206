"""What a command line cannot mean, refused as typer refuses it.

typer is imported where that happens: most command lines mean something, and a check of a file need
not wait for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


def line_error(message: str) -> Exception:
    """The exception that ends a command with one line and exit code 2."""
    from typer.exceptions import TyperException

    return TyperException(message)


@contextmanager
def in_one_line(*errors: type[Exception], about: str = "") -> Iterator[None]:
    """Let errors that say all there is to say end the command; ``about`` stands before it.

    Raises:
        TyperException: one of them came.
    """
    try:
        yield
    except errors as error:
        raise line_error(f"{about}: {error}" if about else str(error)) from None


def line_refusal(error: BaseException) -> str | None:
    """What such an exception says; None of any other. Empty: the help has been shown."""
    typer = sys.modules.get("typer.exceptions")
    if typer is None or not isinstance(error, typer.TyperException):
        return None
    # typer reads options by pydantic, which says so
    if isinstance(error, sys.modules["typer"].BadParameter):
        error.message = error.message.removeprefix("Value error, ")
    return str(error.format_message())


def is_abort(error: BaseException) -> bool:
    """Whether a user has interrupted the command, as Python or as typer says it."""
    typer = sys.modules.get("typer")
    return isinstance(error, KeyboardInterrupt) or (
        typer is not None and isinstance(error, typer.Abort)
    )

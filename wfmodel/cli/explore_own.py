"""``wfmodel explore FILE.py:NAME``: a System of one's own instead of a workflow."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from typer.exceptions import TyperException

from wfmodel.cli.explore_answers import Subject, subject, with_knobs
from wfmodel.cli.refusing import in_one_line
from wfmodel.designs import SystemFileError, load_system
from wfmodel.designs.reaction_checks import BadReaction
from wfmodel.designs.system_file import names_a_system
from wfmodel.exploration.symmetry import NotInterchangeable


def any_subject(text: str, design: str, knobs: tuple[str, ...]) -> Subject:
    """What is explored: a System of one's own, where the text names one, else what a file says.

    Raises:
        typer.Exit: the file cannot be used; findings on standard error say why.
        TyperException: the system, a design, a variant or a knob is not there, or no system is
            named.
    """
    if text.endswith(".py"):
        raise TyperException(f"{text} is a program, and is not run; name a system: {text}:NAME")
    return (own_subject if names_a_system(text) else subject)(text, design, knobs)


def own_subject(text: str, design: str, knobs: tuple[str, ...]) -> Subject:
    """The system that a Python file defines. Runs the file.

    Raises:
        TyperException: there is none, or a knob or design is given that it has not.
    """
    if design != "both":
        raise TyperException(f"--design: {text} is a system already, and has no designs")
    with in_one_line(SystemFileError):
        system = load_system(text)
    changed = with_knobs(system.design, system.knobs, knobs)
    return Subject({system.design: replace(system, knobs=changed)}, text)


@contextmanager
def own_faults(text: str) -> Iterator[None]:
    """Faults of the user's own code in one line, where a text names a System of one's own.

    Raises:
        TyperException: a machine, a property or a rename of the file fails.
    """
    if not names_a_system(text):
        yield
        return
    file = str(Path(text.partition(".py")[0] + ".py").resolve())
    try:
        yield
    except (BadReaction, NotInterchangeable) as error:
        raise TyperException(str(error)) from None
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        theirs = [each for each in frames if str(Path(each.filename).resolve()) == file]
        if not theirs:
            raise
        at = f"{theirs[-1].filename}, line {theirs[-1].lineno}"
        raise TyperException(f"{at}: {type(error).__name__}: {error}") from None

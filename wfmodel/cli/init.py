"""``wfmodel init``: a workflow and a scenario to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException

from wfmodel.cli.terminal import say
from wfmodel.model.files import read_file, write_file

STARTER: Final = Path(__file__).with_name("starter")
FILES: Final = ("workflow.yaml", "scenario.yaml")


def init(
    directory: Annotated[
        Path, typer.Argument(metavar="[DIRECTORY]", help="Where; made where it is missing.")
    ] = Path(),
) -> None:
    """Write a workflow and a scenario to begin with; what is there already is left alone."""
    there = [name for name in FILES if (directory / name).exists()]
    if there:
        raise TyperException(f"{directory / there[0]} exists: name another directory")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            write_file(directory / name, read_file(STARTER / name))
    except OSError as error:
        raise TyperException(f"{directory}: {error.strerror}") from None
    for name in FILES:
        say(str(directory / name))
    say(f"next: wfmodel check {directory / FILES[0]}; wfmodel compare {directory / FILES[1]}")

"""``wfmodel init``: a workflow and a scenario to begin with, or a scenario for a workflow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException

from wfmodel.cli.terminal import say
from wfmodel.escaping import shell_line
from wfmodel.model.files import read_file, write_file

STARTER: Final = Path(__file__).with_name("starter")
FILES: Final = ("workflow.yaml", "scenario.yaml")
NAMED: Final = "workflow: workflow.yaml"
"""The line of the starter's scenario that says which workflow it is about."""


def init(
    directory: Annotated[
        Path | None,
        typer.Argument(metavar="[DIRECTORY]", help="Where; made where it is missing.  [here]"),
    ] = None,
    workflow: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="WORKFLOW", help="Write a scenario for this workflow, beside it."
        ),
    ] = None,
) -> None:
    """Write a workflow and a scenario to begin with; what is there already is left alone."""
    if workflow is None:
        place, texts = directory or Path(), {name: read_file(STARTER / name) for name in FILES}
    elif directory is not None:
        raise TyperException("--for: the scenario stands beside its workflow; give no directory")
    else:
        place, texts = Path(workflow).parent, {FILES[1]: _scenario_for(workflow)}
    if place.is_file():
        raise TyperException(f"{place} is a file; init makes a directory, --for a scenario")
    there = [name for name in texts if (place / name).exists()]
    if there:
        way_out = "move it away" if workflow else "name another directory"
        raise TyperException(f"{place / there[0]} exists: {way_out}")
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_file(place / name, text)
    except OSError as error:
        raise TyperException(f"{place}: {error.strerror}") from None
    for name in texts:
        say(str(place / name))
    check = shell_line("wfmodel", "check", file=str(workflow or place / FILES[0]))
    say(f"next: {check}; {shell_line('wfmodel', 'compare', file=str(place / FILES[1]))}")


def _scenario_for(workflow: str) -> bytes:
    """The starter's scenario about another workflow.

    Raises:
        TyperException: the file holds no workflow.
    """
    from wfmodel.cli.draw import load_or_refuse  # reads every format

    load_or_refuse(workflow)
    text = read_file(STARTER / FILES[1]).decode("utf-8")
    named = f"workflow: {json.dumps(Path(workflow).name)}"  # JSON's strings are YAML's
    return text.replace(NAMED, named).replace("of an order", "of this process").encode()

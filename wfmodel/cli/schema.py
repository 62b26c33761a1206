"""``wfmodel schema``: the JSON Schema of a file format, for editors."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer

from wfmodel.checks.configuration_schema import SCHEMA_FILE as CONFIGURATION
from wfmodel.cli.terminal import hand_out, say
from wfmodel.importers.annotations import SCHEMA_FILE as ANNOTATIONS
from wfmodel.model.json_schema import (
    CHOREOGRAPHY_SCHEMA_FILE,
    SCENARIO_SCHEMA_FILE,
    SCHEMA_FILE,
)


class Of(StrEnum):
    """The files that have a schema."""

    WORKFLOW = "workflow"
    CHOREOGRAPHY = "choreography"
    SCENARIO = "scenario"
    ANNOTATIONS = "annotations"
    CONFIGURATION = "configuration"


FILES: Final[dict[Of, Path]] = {
    Of.WORKFLOW: SCHEMA_FILE,
    Of.CHOREOGRAPHY: CHOREOGRAPHY_SCHEMA_FILE,
    Of.SCENARIO: SCENARIO_SCHEMA_FILE,
    Of.ANNOTATIONS: ANNOTATIONS,
    Of.CONFIGURATION: CONFIGURATION,
}


def schema(
    of: Annotated[Of, typer.Argument(help="Which files.")] = Of.WORKFLOW,
    path: Annotated[
        bool, typer.Option("--path", help="Print where the package keeps it, not the schema.")
    ] = False,
) -> None:
    """Print the JSON Schema of workflow files, or of another kind of file."""
    if path:
        say(str(FILES[of]))
    else:
        hand_out(FILES[of].read_text(encoding="utf-8"), end="")

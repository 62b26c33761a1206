"""``wfmodel schema``: the JSON Schema of the file format, for editors."""

from __future__ import annotations

from typing import Annotated

import typer

from wfmodel.model.schema import SCHEMA_FILE, schema_text


def schema(
    path: Annotated[
        bool, typer.Option("--path", help="Print where the package keeps it, not the schema.")
    ] = False,
) -> None:
    """Print the JSON Schema of workflow files."""
    print(SCHEMA_FILE if path else schema_text(), end="\n" if path else "")

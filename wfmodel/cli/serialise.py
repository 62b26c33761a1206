"""``wfmodel serialise``: the serialised form of an Airflow DAG file, by running it on demand."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from wfmodel.cli.paths import file_to_write
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.terminal import hand_out
from wfmodel.model.files import write_file


def serialise(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="An Airflow DAG file: a Python program.")
    ],
    run_airflow: Annotated[
        bool, typer.Option("--run-airflow", help="Yes, run this file.  [required]")
    ] = False,
    dag_id: Annotated[
        str | None, typer.Option("--dag-id", help="Which DAG, if the file defines several.")
    ] = None,
    python: Annotated[
        str, typer.Option("--python", metavar="PROGRAM", help="A Python that has Airflow 3.")
    ] = sys.executable,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", callback=file_to_write, help="File to write (JSON)."),
    ] = None,
) -> None:
    """Write the serialised form of an Airflow DAG, which the other commands read."""
    if not run_airflow:
        message = (
            f"{path} is a program: it is run only with --run-airflow, if you trust it. "
            "Or give the other commands the serialised DAG, which is data"
        )
        raise TyperException(message)
    if not path.is_file():
        raise TyperException(f"there is no file {path}")
    text = _one(path, dag_id, python)
    if output is None:
        hand_out(text, end="")
    else:
        write_file(output, text)


def _one(path: Path, dag_id: str | None, python: str) -> str:
    from wfmodel.importers.airflow.serialising import DagFileError, serialised_dags

    with in_one_line(DagFileError):
        found = serialised_dags(path, python=python)
    if dag_id is None and len(found) == 1:
        return next(iter(found.values()))
    if dag_id not in found:
        asked = "which of its DAGs? --dag-id" if dag_id is None else f"no DAG {dag_id!r};"
        raise TyperException(f"{path}: {asked} there are {', '.join(sorted(found))}")
    return found[dag_id]

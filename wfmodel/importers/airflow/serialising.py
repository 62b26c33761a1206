"""Serialise the DAGs of a DAG file: the one place where wfmodel runs what it was given.

A DAG file is a program, so nothing calls this but a command that was told to
(``wfmodel serialise --run-airflow``). It runs in a process of its own, in the Python that has
Airflow, for a bounded time; what comes back is text, read like any other file.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from wfmodel.model.files import open_regular

MOST_SECONDS: Final = 120
"""How long the child may take: importing Airflow takes some seconds."""

MOST_BYTES: Final = 4 << 20
"""Of one serialised DAG; no larger file is read either."""

MOST_DAGS: Final = 1_000

PROGRAM: Final = Path(__file__).with_name("serialising_child.py")


class DagFileError(Exception):
    """The DAG file could not be serialised; the text says why, in one line."""


def serialised_dags(
    file: Path, *, python: str = sys.executable, seconds: float = MOST_SECONDS
) -> dict[str, str]:
    """Run a DAG file, and give the serialised form (JSON) of each of its DAGs by its dag_id.

    ``python`` is an interpreter that has Airflow 3.

    Raises:
        DagFileError: no Airflow there, the file fails or takes too long, or it holds no DAG.
    """
    with tempfile.TemporaryDirectory(prefix="wfmodel-") as folder:
        out = Path(folder) / "out"
        out.mkdir()
        _run([python, "-I", str(PROGRAM), str(file.absolute()), str(out)], folder, seconds)
        files = sorted(out.iterdir())
        if len(files) > MOST_DAGS:
            raise DagFileError(f"{file} holds {len(files)} DAGs; at most {MOST_DAGS} are taken")
        return {path.stem: _text(path) for path in files}


def _run(command: list[str], folder: str, seconds: float) -> None:
    """Wait for the child; what it prints is the DAG file's own, of which the last line is told."""
    surroundings = {"AIRFLOW_HOME": folder, **os.environ, "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    with tempfile.TemporaryFile() as said:
        try:
            child = subprocess.run(
                command,
                cwd=folder,
                env=surroundings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                timeout=seconds,
                check=False,
            )
        except OSError as error:
            raise DagFileError(f"{command[0]} cannot be started: {error.strerror}") from error
        except subprocess.TimeoutExpired as error:
            message = f"{command[3]} was not read within {seconds:g} s"
            raise DagFileError(message) from error
        if child.returncode:
            said.seek(max(0, said.seek(0, os.SEEK_END) - 2000))
            lines = said.read().decode("utf-8", "replace").strip().splitlines() or ["no message"]
            raise DagFileError(f"{command[3]} could not be serialised: {lines[-1][:300]}")


def _text(path: Path) -> str:
    with open_regular(path) as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise DagFileError(f"the DAG {path.stem!r} is larger than {MOST_BYTES >> 20} MiB")
    return content.decode("utf-8", "replace")

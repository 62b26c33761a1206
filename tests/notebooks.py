"""Executes every notebook from a clean kernel: ``python -m tests.notebooks [--write]``.

Without ``--write`` a cell that raises, or a text output that differs from the checked-in one, is an
error; with it, the notebooks are written back with their new outputs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

FOLDER = Path(__file__).parents[1] / "notebooks"


def text_outputs(notebook: nbformat.NotebookNode) -> list[tuple[int, str]]:
    """What cells print or return as text, by cell; pictures may differ in a pixel."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            if output.output_type != "display_data" and not str(text).startswith("<"):
                found.append((number, str(text)))
    return found


def joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Outputs with what was printed in one piece: where a kernel cuts it depends on timing."""
    whole: list[nbformat.NotebookNode] = []
    for output in outputs:
        last = whole[-1] if whole else None
        if (
            last is not None
            and output.output_type == last.output_type == "stream"
            and output.name == last.name
        ):
            last.text += output.text
        else:
            whole.append(output)
    return whole


def run_one(path: Path, write: bool) -> str | None:
    """None if the notebook runs and says what it said; else what is wrong."""
    before = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return f"{path.name}: {error}"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    if write:
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)  # clock times are no result
        nbformat.write(notebook, path)
        return None
    if text_outputs(before) != text_outputs(notebook):
        return f"{path.name}: the outputs differ from the checked-in ones (--write renews them)"
    return None


def main() -> int:
    """Run them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    write = parser.parse_args().write
    paths = sorted(FOLDER.glob("*.ipynb"))
    problems = [problem for path in paths if (problem := run_one(path, write))]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(paths) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems or not paths else 0


if __name__ == "__main__":
    sys.exit(main())

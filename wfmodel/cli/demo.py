"""``wfmodel demo``: a model of the package, copied and compared, with its report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer
from typer.exceptions import TyperException

from wfmodel.cli.scenario_options import Jobs, Replications
from wfmodel.cli.terminal import say
from wfmodel.escaping import shell_line
from wfmodel.extras import need
from wfmodel.native.safety import library

INSTALLED: Final = Path(__file__).parents[1] / "models"
CHECKOUT: Final = Path(__file__).parents[2] / "models"
"""A wheel has the models inside the package, a checkout beside it."""
SCENARIO: Final = "scenario.yaml"


def models() -> dict[str, Path]:
    """Models that a report can be written of, by name."""
    folder = INSTALLED if INSTALLED.is_dir() else CHECKOUT
    found = [path.parent for path in sorted(folder.glob(f"*/{SCENARIO}"))]
    return {each.name: each for each in found if list(each.glob("workflow.*"))}


def demo(
    directory: Annotated[
        Path,
        typer.Argument(
            metavar="[DIRECTORY]",
            help="Where the model and its report go.",
        ),
    ] = Path("wfmodel-demo"),
    model: Annotated[str, typer.Option(metavar="NAME", help="Another of the models.")] = (
        "order-fulfilment"
    ),
    replications: Replications = None,
    jobs: Jobs = None,
) -> None:
    """Copy a model, run it orchestrated and choreographed under the same faults, write the report.

    Takes about a minute. The files are yours to change; those that are there already are left alone
    and used as they are.
    """
    library("matplotlib")  # before anything is written
    need("jinja2")
    need("pygraphviz")
    from wfmodel.cli.report import report
    from wfmodel.model.files import read_file, write_file
    from wfmodel.model.spelling import hint

    known = models()
    if model not in known:
        instead = hint(model, known) or f"; there are {', '.join(known)}"
        raise TyperException(f"--model: no model {model!r}{instead}")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path in sorted(known[model].iterdir()):
            target = directory / path.name
            if path.is_file() and not target.exists():
                write_file(target, read_file(path))
    except OSError as error:
        raise TyperException(f"{directory}: {error.strerror}") from None
    say(f"{directory}: the model {model}, to be read and changed")
    scenario = directory / SCENARIO
    report(str(scenario), directory / "report.html", replications=replications, jobs=jobs)
    page = shell_line("open", file=str(directory / "report.html"))
    say(f"next: {page}; {shell_line('wfmodel', 'explorer', file=str(scenario))}")

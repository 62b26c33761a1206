"""``wfmodel export``: a system as text for other people's model checkers."""

# No postponed annotations: typer reads the options' aliases when the command is built.

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.exceptions import TyperException

from wfmodel.cli.explore import DesignName, KnobValues
from wfmodel.cli.fault_options import with_faults
from wfmodel.cli.paths import folder_to_write
from wfmodel.cli.refusing import in_one_line
from wfmodel.cli.terminal import hand_out, say
from wfmodel.model.file_names import file_stems
from wfmodel.model.files import write_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfmodel.designs import System
    from wfmodel.semantics import FaultBudget


class Language(StrEnum):
    """Whose text."""

    PROMELA = "promela"
    TLA = "tla"


@with_faults
def export(
    path: Annotated[str, typer.Argument(metavar="WORKFLOW|SCENARIO", help="What to export.")],
    language: Annotated[Language, typer.Option("--format", help="For SPIN, or for TLC.")],
    design: DesignName = "both",
    *,
    budget: "FaultBudget",
    knob: KnobValues = None,
    laps: Annotated[int, typer.Option(min=1, max=20, help="How often loops are gone round.")] = 1,
    limit: Annotated[int, typer.Option(min=1, help="Most states per design.")] = 1_000_000,
    judged: Annotated[bool, typer.Option("--judged", help="With the classes of ends.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", callback=folder_to_write, help="Write files there."),
    ] = None,
) -> None:
    """Write each design under a budget of faults as Promela or TLA+; docs/exporting.md says more.

    Without --out the text of the one design that --design names goes to standard output.

    Exit codes: 0 written, 2 could not.
    """
    from wfmodel.cli.explore_answers import subject

    systems = subject(path, design, tuple(knob or ())).systems
    if out is None and len(systems) > 1:
        raise TyperException(f"--out DIR is needed for several designs: {', '.join(systems)}")
    stems = _stems(systems)
    for name, system in systems.items():
        with in_one_line(ValueError):
            files = _files(language, stems[name], system, budget, laps, limit, judged=judged)
        if out is None:
            hand_out(next(iter(files.values())), end="")
        else:
            _write(files, out)


def _stems(systems: "Mapping[str, System]") -> dict[str, str]:
    """A name for each that is one of a file, of a TLA+ module and of nothing else here."""
    about = {name: (system.flow.workflow.name, name) for name, system in systems.items()}
    stems = file_stems(about.values())
    first = "" if all(stem[:1].isalpha() for stem in stems.values()) else "system_"
    return {name: first + stems[about[name]].replace("-", "_") for name in systems}


def _files(
    language: Language,
    stem: str,
    system: "System",
    budget: "FaultBudget",
    laps: int,
    limit: int,
    *,
    judged: bool,
) -> dict[str, str]:
    """Contents by file name, the system's own text first."""
    from wfmodel.exploration.export import promela, tla

    if language is Language.TLA:
        return tla(system, budget, laps=laps, limit=limit, judged=judged, name=stem).files()
    text = promela(system, budget, laps=laps, limit=limit, judged=judged)
    return {f"{stem}.pml": text}


def _write(files: dict[str, str], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for file, content in files.items():
        write_file(out / file, content)
        say(str(out / file))

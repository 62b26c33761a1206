"""What ``wfmodel explore --exposure`` writes: what the first fault of a process does, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typer.exceptions import TyperException

from wfmodel.cli.terminal import add_row, table
from wfmodel.designs.fault_costs import COSTS
from wfmodel.experiments.explored_variant import VariantAnswers
from wfmodel.exploration import FaultBudget

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def check_exposure(budget: FaultBudget) -> None:
    """Refuse to tell what a fault does that cannot happen.

    Raises:
        TyperException: the budget lets no process fail.
    """
    kinds = {kind: cost for kind, cost in COSTS.items() if cost.of_process and not cost.alone}
    if not any(getattr(budget, kind) for kind in kinds):
        options = " or ".join(f"--{cost.option}" for cost in kinds.values())
        raise TyperException(f"--exposure needs {options}: it tells what one does")


def show_exposure(console: Console, found: VariantAnswers) -> None:
    """The table of anomalies, or that there is none; and whether that is all."""
    if any(each.anomalies for each in found.exposures):
        console.print(_table(found))
    else:
        leads = "was seen to lead" if found.exposure_stopped else "leads"
        console.print(f"exposure: no first fault of a process {leads} to an anomaly")
    if found.exposure_stopped:
        words = f"exposure: the search was cut short ({found.exposure_stopped}): there may be more"
        console.print(words)


def _table(found: VariantAnswers) -> Table:
    shown = table("first", "an instance may end", "if that finds it at")
    for exposure in found.exposures:
        for anomaly in exposure.anomalies:
            points = exposure.at(anomaly)
            share = f"{len(points)} of {len(exposure.points)}"
            where = "; ".join(_point(point) for point in points)
            words = f"{exposure.participant} {exposure.fault}"
            add_row(shown, words, anomaly.value, f"{share}: {where}")
    return shown


def _point(steps: tuple[str, ...]) -> str:
    return " + ".join(steps) or "(between steps)"


def exposure_data(found: VariantAnswers) -> list[dict[str, Any]]:
    """The same for JSON, with all points."""
    return [
        {
            "participant": each.participant,
            "fault": each.fault.value,
            "points": [list(point) for point in each.points],
            "anomalies": {end.value: [list(p) for p in each.at(end)] for end in each.anomalies},
        }
        for each in found.exposures
    ]

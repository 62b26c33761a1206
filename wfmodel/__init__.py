"""Formal state-machine modelling and simulation of distributed workflows.

Declare a workflow once, check it, run it orchestrated and choreographed under the same faults,
compare:

>>> import wfmodel
>>> workflow = wfmodel.load("models/order-fulfilment/workflow.yaml").workflow
>>> wfmodel.check(workflow)
()

These names are the surface. Building blocks are in the packages that they belong to: states and
distributions in ``wfmodel.model``, knobs and faults in ``wfmodel.designs``, settings in
``wfmodel.simulation``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from wfmodel.display import drawn_by

if TYPE_CHECKING:
    from wfmodel.checks import check_workflow as check
    from wfmodel.checks import inspect_workflow as inspect
    from wfmodel.designs import choreograph, load_history, orchestrate, save_history
    from wfmodel.diagrams import draw_workflow as draw
    from wfmodel.diagrams import mermaid
    from wfmodel.experiments import Scenario, load_scenario
    from wfmodel.experiments import run as compare
    from wfmodel.importers import load_any as load
    from wfmodel.metrics import measure
    from wfmodel.model.workflow import Workflow
    from wfmodel.simulation import simulate

__all__ = [
    "Scenario",
    "Workflow",
    "check",
    "choreograph",
    "compare",
    "draw",
    "inspect",
    "load",
    "load_history",
    "load_scenario",
    "measure",
    "mermaid",
    "orchestrate",
    "save_history",
    "simulate",
]

_HOMES: Final = {
    "Scenario": ("wfmodel.experiments", "Scenario"),
    "Workflow": ("wfmodel.model.workflow", "Workflow"),
    "check": ("wfmodel.checks", "check_workflow"),
    "choreograph": ("wfmodel.designs", "choreograph"),
    "compare": ("wfmodel.experiments", "run"),
    "draw": ("wfmodel.diagrams", "draw_workflow"),
    "inspect": ("wfmodel.checks", "inspect_workflow"),
    "load": ("wfmodel.importers", "load_any"),
    "load_history": ("wfmodel.designs", "load_history"),
    "load_scenario": ("wfmodel.experiments", "load_scenario"),
    "measure": ("wfmodel.metrics", "measure"),
    "mermaid": ("wfmodel.diagrams", "mermaid"),
    "orchestrate": ("wfmodel.designs", "orchestrate"),
    "save_history": ("wfmodel.designs", "save_history"),
    "simulate": ("wfmodel.simulation", "simulate"),
}


def _svg(workflow: Any) -> str:  # noqa: ANN401 - a workflow; its class is not imported yet
    from wfmodel.diagrams.picture import as_svg

    return as_svg(workflow)


drawn_by(_svg)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a name's home when it is first used: the command line starts without SciPy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'wfmodel' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = globals()[name] = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    """The public names."""
    return sorted(__all__)

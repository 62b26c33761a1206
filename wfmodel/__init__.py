"""Formal state-machine modelling and simulation of distributed workflows.

Declare a workflow once, check it, run it orchestrated, choreographed and as a hybrid under the same
faults, compare:

>>> import wfmodel
>>> workflow = wfmodel.load("models/order-fulfilment/workflow.yaml").workflow
>>> wfmodel.check(workflow)
()
>>> wfmodel.explore(workflow).holds
True

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
    from wfmodel.designs import build, choreograph, load_history, orchestrate, save_history
    from wfmodel.diagrams import draw_workflow as draw
    from wfmodel.diagrams import mermaid
    from wfmodel.experiments import Scenario
    from wfmodel.metrics import measure
    from wfmodel.model.workflow import Workflow
    from wfmodel.simulation import simulate
    from wfmodel.surface.asking import compare, explore, load_scenario
    from wfmodel.surface.networkx_graphs import to_networkx
    from wfmodel.surface.strict_loading import LoadError, load

    __version__: str

__all__ = [
    "LoadError",
    "Scenario",
    "Workflow",
    "build",
    "check",
    "choreograph",
    "compare",
    "draw",
    "explore",
    "inspect",
    "load",
    "load_history",
    "load_scenario",
    "measure",
    "mermaid",
    "orchestrate",
    "save_history",
    "simulate",
    "to_networkx",
]

_HOMES: Final = {
    "LoadError": ("wfmodel.surface.strict_loading", "LoadError"),
    "Scenario": ("wfmodel.experiments", "Scenario"),
    "Workflow": ("wfmodel.model.workflow", "Workflow"),
    "build": ("wfmodel.designs", "build"),
    "check": ("wfmodel.checks", "check_workflow"),
    "choreograph": ("wfmodel.designs", "choreograph"),
    "compare": ("wfmodel.surface.asking", "compare"),
    "draw": ("wfmodel.diagrams", "draw_workflow"),
    "explore": ("wfmodel.surface.asking", "explore"),
    "inspect": ("wfmodel.checks", "inspect_workflow"),
    "load": ("wfmodel.surface.strict_loading", "load"),
    "load_history": ("wfmodel.designs", "load_history"),
    "load_scenario": ("wfmodel.surface.asking", "load_scenario"),
    "measure": ("wfmodel.metrics", "measure"),
    "mermaid": ("wfmodel.diagrams", "mermaid"),
    "orchestrate": ("wfmodel.designs", "orchestrate"),
    "save_history": ("wfmodel.designs", "save_history"),
    "simulate": ("wfmodel.simulation", "simulate"),
    "to_networkx": ("wfmodel.surface.networkx_graphs", "to_networkx"),
}


def _svg(workflow: Any) -> str:  # noqa: ANN401 - a workflow; its class is not imported yet
    from wfmodel.diagrams.picture import as_svg

    return as_svg(workflow)


drawn_by(_svg)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a name's home when it is first used: the command line starts without SciPy."""
    if name == "__version__":
        return globals().setdefault(name, _version())
    if name not in _HOMES:
        raise AttributeError(f"module 'wfmodel' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    value = globals()[name] = getattr(import_module(module), attribute)
    return value


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("wfmodel")
    except PackageNotFoundError:  # a checkout that nobody has installed
        return "0+unknown"


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])

"""Formal state-machine modelling and simulation of distributed workflows.

Declare a workflow once, check it, run it orchestrated, choreographed and as a hybrid under the same
faults, compare:

>>> import wfmodel
>>> workflow = wfmodel.load("models/order-fulfilment/workflow.yaml").workflow
>>> wfmodel.check(workflow)
no findings
>>> wfmodel.explore(workflow).holds
True

These names are the surface. Building blocks are in the packages that they belong to: states and
distributions in ``wfmodel.model``, knobs and faults in ``wfmodel.designs``, settings in
``wfmodel.simulation``.
"""

from typing import TYPE_CHECKING, Any

from wfmodel.display import Showing, shown_by
from wfmodel.lazy import on_use

if TYPE_CHECKING:
    from wfmodel.checks import inspect_workflow as inspect
    from wfmodel.designs import build, choreograph, load_history, orchestrate, save_history
    from wfmodel.diagrams import draw_workflow as draw
    from wfmodel.diagrams import mermaid
    from wfmodel.experiments import Scenario
    from wfmodel.metrics import measure
    from wfmodel.model.workflow import Workflow
    from wfmodel.reports.notebook_explorer import explorer
    from wfmodel.simulation import simulate
    from wfmodel.surface.asking import compare, explore, load_scenario
    from wfmodel.surface.checking import check
    from wfmodel.surface.networkx_graphs import to_networkx
    from wfmodel.surface.solving import exact, rare, sweep, threshold
    from wfmodel.surface.strict_loading import LoadError, load

    __version__: str
else:
    _on_use = on_use(__name__)

    def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
        """What a name stands for; the version is looked up when somebody asks for it."""
        return _version() if name == "__version__" else _on_use(name)


__all__ = [
    "LoadError",
    "Scenario",
    "Workflow",
    "build",
    "check",
    "choreograph",
    "compare",
    "draw",
    "exact",
    "explore",
    "explorer",
    "inspect",
    "load",
    "load_history",
    "load_scenario",
    "measure",
    "mermaid",
    "orchestrate",
    "rare",
    "save_history",
    "simulate",
    "sweep",
    "threshold",
    "to_networkx",
]


def _showing() -> Showing:
    from wfmodel import showing

    return showing


shown_by(_showing)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("wfmodel")
    except PackageNotFoundError:  # a checkout that nobody has installed
        return "0+unknown"


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])

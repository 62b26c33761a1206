"""Explore and compare with what is at hand: a file, a workflow, a system.

>>> from wfmodel.importers import load_any
>>> order = load_any("models/order-fulfilment/workflow.yaml").workflow
>>> found = explore(order, FaultBudget(crashes=1), design="choreography", properties="no: deadlock")
>>> print(str(found).splitlines()[-1])
no deadlock: holds, witness of 13 steps
>>> result = compare("models/stories/lost-transactions/scenario.yaml")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from wfmodel.designs import Design, Knobs, System, build, name_of
from wfmodel.experiments import Comparison, LoadedScenario, Scenario, run
from wfmodel.experiments import load_scenario as read_scenario
from wfmodel.experiments.explored_variant import VariantAnswers, explore_variant
from wfmodel.experiments.run_spec import Progress
from wfmodel.exploration import FaultBudget
from wfmodel.exploration.properties import STANDARD, STANDARD_TOGETHER, Property
from wfmodel.importers import load_any
from wfmodel.model.at_hand import AnyWorkflow, kind, no_scenario
from wfmodel.model.findings import Finding
from wfmodel.model.limits import refusal
from wfmodel.model.loading import LoadResult
from wfmodel.model.source import Span
from wfmodel.model.workflow import Workflow
from wfmodel.surface.strict_loading import LoadError

MOST_STATES: Final = 1_000_000
"""As in ``wfmodel explore``."""


def explore(
    subject: System | AnyWorkflow,
    budget: FaultBudget | None = None,
    *,
    design: str | Design | None = None,
    knobs: Knobs | None = None,
    properties: Iterable[str | Property] | None = None,
    instances: int = 1,
    laps: int = 1,
    limit: int | None = MOST_STATES,
) -> VariantAnswers:
    """Search every order of events, and every way to spend a budget of faults (none: no fault).

    A workflow is built in ``design`` (orchestration, if none is named) with ``knobs``.
    ``properties`` are claims, as text or of ``wfmodel.exploration.properties``, by default those of
    ``wfmodel explore``; each answer has its bounds, and each broken claim its story. ``laps``
    bounds loops, ``limit`` states.

    Raises:
        ValueError: a claim or the design cannot be, or a system is given a design or knobs.
    """
    system = _system(subject, design, knobs)
    claims: tuple[str | Property, ...] = STANDARD if instances == 1 else STANDARD_TOGETHER
    if properties is not None:
        claims = (properties,) if isinstance(properties, str) else tuple(properties)
    return explore_variant(
        system.design,
        system,
        budget or FaultBudget(),
        claims,
        limit=limit,
        laps=laps,
        instances=instances,
    )


def _system(
    subject: System | AnyWorkflow, design: str | Design | None, knobs: Knobs | None
) -> System:
    match subject:
        case Workflow() | LoadResult():
            return build(subject, "orchestration" if design is None else design, knobs)
        case System() if design is None and knobs is None:
            return subject
        case System():
            named = "knobs" if design is None else f"design {name_of(design)!r}"
            raise ValueError(f"{named} given, and the system is built already: {subject.design}")
    raise TypeError(f"explore takes a System or a Workflow; got {kind(subject)}")


def load_scenario(
    path: str | Path,
    text: str | None = None,
    *,
    root: str | Path | None = None,
    strict: bool = True,
) -> LoadedScenario:
    """Read a scenario and the workflow that it names (``text``: what the file would hold).

    What it names must stand inside ``root``, else inside the repository around the file, else in
    the file's folder. With ``strict=False`` one that cannot be run is no error: findings say why.

    Raises:
        LoadError: it cannot be run.
    """
    loaded = read_scenario(path, text, root=root)
    if strict and not loaded.is_runnable:
        raise LoadError(_a_workflow(path, text) or loaded.findings)
    return loaded


def _a_workflow(path: str | Path, text: str | None) -> tuple[Finding, ...]:
    """What to say to whoever gave a workflow."""
    if load_any(path, text=text).workflow is None:
        return ()
    what = "this is a workflow; a scenario is needed, which says under what load and faults it runs"
    return (refusal("L111", f"{what}: wfmodel init --for writes one", Span(str(path))),)


def compare(
    scenario: Scenario | LoadedScenario | str | Path,
    workflow: Workflow | None = None,
    *,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run a scenario, given as its file, as what was loaded, or beside its workflow.

    ``jobs``: worker processes (None: one per core; 1: this process).

    Raises:
        LoadError: the scenario's file cannot be run.
        ValueError: the workflow is missing, is given twice, or cannot run, or ``primary`` names a
            metric that does not exist.
    """
    asked, process = question(scenario, workflow)
    return run(asked, process, jobs=jobs, progress=progress)


def question(
    scenario: Scenario | LoadedScenario | str | Path, workflow: Workflow | None
) -> tuple[Scenario, Workflow]:
    """A scenario with its workflow, however it was given.

    Raises:
        LoadError: the scenario's file cannot be run.
        TypeError: it is no scenario.
        ValueError: the workflow is missing, or is given twice.
    """
    if isinstance(scenario, Scenario):
        if workflow is None:
            raise ValueError("this needs the workflow beside a Scenario, or the scenario's file")
        return scenario, workflow
    if workflow is not None:
        raise ValueError("no workflow is taken beside a scenario's file, which names its own")
    if not isinstance(scenario, LoadedScenario | str | Path):
        raise no_scenario(scenario)
    loaded = scenario if isinstance(scenario, LoadedScenario) else load_scenario(scenario)
    if loaded.scenario is None or loaded.workflow is None or not loaded.is_runnable:
        raise LoadError(loaded.findings)
    return loaded.scenario, loaded.workflow

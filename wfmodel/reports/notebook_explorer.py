"""Exploring by hand in a notebook: a widget that answers at once, or the page in a frame.

What is computed is plain Python (``experiments.live_scenario``); ``live_data`` makes numbers and
words of it, and the widget's script shows and asks.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from wfmodel.experiments import LoadedScenario, Scenario, load_scenario
from wfmodel.experiments.live_scenario import LiveScenario
from wfmodel.extras import missing
from wfmodel.model.at_hand import no_scenario
from wfmodel.model.workflow import Workflow
from wfmodel.reports.live_data import page_of

INSTANCES: Final = 12


def explorer(
    scenario: Scenario | LoadedScenario | str | Path,
    workflow: Workflow | None = None,
    *,
    live: bool | None = None,
    instances: int = INSTANCES,
) -> Any:  # noqa: ANN401 - a widget, whose class needs an extra
    """Explore a scenario by hand in a notebook: dials, faults to inject, instances to step through.

    ``scenario`` is a file, what was loaded of it, or a ``Scenario`` beside its ``workflow``.
    ``live``: a widget that answers at once (None: where anywidget is installed); False: the page
    of ``wfmodel explorer``, which shows what was run and runs nothing.

    Raises:
        TypeError: it is no scenario.
        ValueError: the scenario cannot be run.
        MissingExtraError: ``live``, and anywidget is not installed.
    """
    asked, process = _given(scenario, workflow)
    there = find_spec("anywidget") is not None
    if live and not there:
        raise missing("anywidget")
    if live or (live is None and there):
        from wfmodel.reports.live_widget import LiveExplorer  # needs the extra

        return LiveExplorer(LiveScenario(asked, process), instances)
    return page_of(asked, process, instances)


def _given(
    scenario: Scenario | LoadedScenario | str | Path, workflow: Workflow | None
) -> tuple[Scenario, Workflow]:
    if isinstance(scenario, Scenario):
        if workflow is None:
            raise ValueError("a Scenario needs its workflow beside it, or give the scenario's file")
        return scenario, workflow
    if not isinstance(scenario, LoadedScenario | str | Path):
        raise no_scenario(scenario)
    loaded = scenario if isinstance(scenario, LoadedScenario) else load_scenario(scenario)
    if loaded.scenario is None or loaded.workflow is None or not loaded.is_runnable:
        raise ValueError("\n".join(f"{f.span}: {f.code} {f.message}" for f in loaded.findings))
    return loaded.scenario, loaded.workflow

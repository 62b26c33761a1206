"""What the commands on scenarios share: reading one, and refusing what cannot be run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NoReturn

import typer
from typer.exceptions import TyperException

from wfmodel.checks.formats.text import concise
from wfmodel.cli.terminal import say
from wfmodel.designs import projection_findings
from wfmodel.escaping import shell_line
from wfmodel.experiments import BothSides, LoadedScenario, Scenario, load_scenario
from wfmodel.importers import load_any
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.loading import locate_findings
from wfmodel.model.workflow import Workflow

MOST_SHOWN: Final = 10
"""Contradictions that are told one by one."""


def runnable(path: str, text: str | None = None) -> tuple[LoadedScenario, Scenario, Workflow]:
    """The scenario of a file (``text``: what it holds, where it has been read), with its workflow.

    Raises:
        typer.Exit: it cannot be run; the findings on standard error say why.
    """
    loaded = load_scenario(path, text)
    if loaded.scenario is None:
        _offer(path, loaded)
    if loaded.scenario is None or loaded.workflow is None or not loaded.is_runnable:
        refuse(loaded.findings)
    return loaded, loaded.scenario, loaded.workflow


def _offer(path: str, loaded: LoadedScenario) -> None:
    """What somebody may have meant who gave a workflow."""
    if loaded.document is None:
        return
    value = loaded.document.value
    if isinstance(value, dict) and not {"question", "setting"} & set(value):
        if load_any(path).workflow is None:
            return
        raise TyperException(
            f"{path}: this is a workflow; here a scenario is needed, which says under what load and"
            f" faults it runs. `{shell_line('wfmodel', 'init', '--for', path)}` writes one beside"
            " it; `wfmodel simulate` and `wfmodel explorer` take the workflow as it is"
        )


def warn(loaded: LoadedScenario) -> None:
    """Say on standard error what the scenario is warned of, one line each."""
    for line in concise(each for each in loaded.findings if each.severity is Severity.WARNING):
        say(line, err=True)


def unprojectable(
    loaded: LoadedScenario, scenario: Scenario, workflow: Workflow
) -> tuple[Finding, ...]:
    """What participants of the scenario's designs would have to know and are never told."""
    variants = scenario.variants_by_name().values()
    found = [
        finding
        for design, content in dict.fromkeys((v.design, v.knobs.event_content) for v in variants)
        for finding in projection_findings(workflow, content, design)
    ]
    return locate_findings(found, loaded.workflow_document)


def refuse(findings: Iterable[Finding]) -> NoReturn:
    """Say what stands in the way, one line each, and exit with 2."""
    for line in concise(each for each in findings if each.severity is Severity.ERROR):
        say(line, err=True)
    raise typer.Exit(2)


def changed(scenario: Scenario, *, replications: int | None, seed: int | None) -> Scenario:
    """The scenario with what the command line overrides."""
    if replications is not None:
        scenario = replace(scenario, replications=replications)
    return scenario if seed is None else replace(scenario, seed=seed)


def contradictions(sides: BothSides | None, path: str, seed: int) -> tuple[str, ...]:
    """Where exploration and simulation contradict each other, one line each."""
    from wfmodel.experiments.cross_check import contradiction_words

    found = () if sides is None else sides.contradictions
    return tuple(contradiction_words(each, path, seed) for each in found)


def fail_on(wrong: tuple[str, ...]) -> None:
    """Say what contradicts what, and exit with 1 if anything does."""
    for line in wrong[:MOST_SHOWN]:
        say(line, err=True)
    if len(wrong) > MOST_SHOWN:
        say(f"and {len(wrong) - MOST_SHOWN:,} more contradictions", err=True)
    if wrong:
        raise typer.Exit(1)

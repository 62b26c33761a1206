"""From a scenario's file to a Scenario and its Workflow; what is wrong is a finding at its place.

pydantic sees shapes; this file sees names: participants, steps, metrics and sources that a scenario
mentions must exist in the workflow and in the systems that its variants build. What can be run is
shown to the rules of ``runtime_rules``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path as FilePath
from typing import Final

from wfmodel.designs import design_of
from wfmodel.designs.fault_facts import why_impossible
from wfmodel.designs.faults import ALL_PARTICIPANTS, ALL_SERVICES, FACTS, Fault, FaultScope
from wfmodel.designs.knobs import Knobs
from wfmodel.display import Shown
from wfmodel.experiments.assumptions import places
from wfmodel.experiments.endless import why_loops, why_rates
from wfmodel.experiments.experiment import Experiment
from wfmodel.experiments.factorial.factors import FactorError, Setup, applied
from wfmodel.experiments.factorial.plans import values_of
from wfmodel.experiments.runtime_context import ScenarioContext
from wfmodel.experiments.runtime_registry import check_scenario
from wfmodel.experiments.scenario import Scenario, system_of
from wfmodel.importers import load_any
from wfmodel.model.boundary import rooted, why_not_led_to
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.flow import Flow, build_flow
from wfmodel.model.limits import refusal
from wfmodel.model.loading import locate_findings
from wfmodel.model.reading import read_document
from wfmodel.model.source import Document, Path
from wfmodel.model.spelling import hint
from wfmodel.model.validate import parse_as
from wfmodel.model.workflow import Workflow


@dataclass(frozen=True, repr=False)
class LoadedScenario(Shown):
    """What became of a scenario's file. It can be run if both scenario and workflow are there.

    ``documents``: the scenario's and the workflow's, for positions of later findings.
    """

    path: str
    scenario: Scenario | None
    workflow: Workflow | None = None
    findings: tuple[Finding, ...] = ()
    document: Document | None = None
    workflow_document: Document | None = None

    @property
    def is_runnable(self) -> bool:
        """Whether nothing stands in the way of running it."""
        errors = any(finding.severity is Severity.ERROR for finding in self.findings)
        return self.scenario is not None and self.workflow is not None and not errors


def load_scenario(
    path: str | FilePath, text: str | None = None, *, root: str | FilePath | None = None
) -> LoadedScenario:
    """Read a scenario and the workflow that it names (``text``: what the file would hold).

    What it names must stand inside ``root``, else inside the repository around the file, else in
    the file's folder; docs/security.md says more.
    """
    with rooted(root):
        return _loaded(path, text)


def _loaded(path: str | FilePath, text: str | None) -> LoadedScenario:
    document, findings = read_document(path, text)
    if document is None:
        return LoadedScenario(str(path), None, findings=findings)
    scenario, findings = parse_as(document, Scenario)
    if scenario is None:
        return LoadedScenario(str(path), None, findings=findings, document=document)
    if scenario.workflow is None:
        missing = _finding(document, "E101", "no-workflow", (), "key 'workflow' is missing")
        return LoadedScenario(str(path), scenario, None, (missing,), document)
    folder = FilePath(path).parent
    outside = _outside(document, folder, scenario.workflow, scenario.annotations)
    if outside:
        return LoadedScenario(str(path), scenario, None, outside, document)
    notes = None if scenario.annotations is None else str(folder / scenario.annotations)
    loaded = load_any(str(folder / scenario.workflow), notes)
    if loaded.workflow is None:
        return LoadedScenario(str(path), scenario, None, loaded.findings, document, loaded.document)
    found = (*loaded.findings, *_problems(document, scenario, loaded.workflow))
    if not any(finding.severity is Severity.ERROR for finding in found):
        context = ScenarioContext(scenario, loaded.workflow, document.value)
        found += locate_findings(check_scenario(context), document)
    return LoadedScenario(str(path), scenario, loaded.workflow, found, document, loaded.document)


def _outside(
    document: Document, folder: FilePath, workflow: str, annotations: str | None
) -> tuple[Finding, ...]:
    """What the scenario names and may not lead to; nothing of its content is told."""
    named = {"workflow": workflow} | ({} if annotations is None else {"annotations": annotations})
    return tuple(
        refusal("L101", f"{key} {name!r} is not read: {why}", document.locate((key,)))
        for key, name in named.items()
        if (why := why_not_led_to(folder / name, folder))
    )


def _finding(
    document: Document, code: str, name: str, path: Path, message: str, *, key: bool = False
) -> Finding:
    return Finding(
        code=code,
        name=name,
        severity=Severity.ERROR,
        message=message,
        path=path,
        span=document.locate(path, key=key),
    )


def _problems(document: Document, scenario: Scenario, workflow: Workflow) -> Iterator[Finding]:
    flow = build_flow(workflow)
    if flow.problems:
        first = flow.problems[0]
        message = f"the workflow cannot run: {first.kind} {first.name!r}; check it first"
        yield _finding(document, "E102", "unsound-workflow", ("workflow",), message)
        return
    misfits = tuple(_misfits(document, scenario, flow))
    yield from misfits
    endless = () if misfits else tuple(_endless(document, scenario, flow))
    yield from endless
    if misfits or endless:
        return
    participants = _participants(scenario, workflow)
    steps = [node.name for node in flow.nodes if node.service is not None]
    for i, fault in enumerate(scenario.setting.faults):
        yield from _of_fault(document, fault, ("setting", "faults", i), participants, steps)
    yield from _impossible(document, scenario)
    yield from _of_nobody(document, scenario, participants)
    yield from _unknown_metrics(document, scenario)
    for name, shared in scenario.shared.items():
        for key, named in (("reads", shared.reads), ("writes", shared.writes)):
            for i, step in enumerate(named):
                if step not in steps:
                    yield _unknown(document, ("shared", name, key, i), "step", step, steps)
    if scenario.experiment is not None:
        yield from _of_experiment(document, scenario.experiment, Setup(scenario, workflow))
    known = places(scenario, workflow)
    for name in scenario.sources:
        if name not in known:
            yield _unknown(document, ("sources", name), "place", name, known)


def _unknown_metrics(document: Document, scenario: Scenario) -> Iterator[Finding]:
    known = scenario.terms.every_metric()
    named: list[tuple[Path, str]] = [(("primary", i), n) for i, n in enumerate(scenario.primary)]
    named += [(("relevant", name), name) for name in scenario.relevant]
    experiment = scenario.experiment
    if experiment is not None:
        for i, name in enumerate(experiment.responses):
            named.append((("experiment", "responses", i), name))
        if experiment.threshold is not None:
            place = ("experiment", "threshold", "response")
            named.append((place, experiment.threshold.response))
    for path, name in named:
        if name not in known:
            yield _unknown(document, path, "metric", name, known)


def _endless(document: Document, scenario: Scenario, flow: Flow) -> Iterator[Finding]:
    setting = scenario.setting
    loops = why_loops(flow, setting.horizon + setting.convergence)
    for key, words in (("setting", why_rates(setting)), ("workflow", loops)):
        for said in words:
            message = f"a run would not end: {said}"
            yield _finding(document, "E109", "endless-run", (key,), message)


def _of_experiment(document: Document, experiment: Experiment, setup: Setup) -> Iterator[Finding]:
    """Every value of a factor must be possible where it is put."""
    for name, factor in experiment.factors.items():
        path: Path = ("experiment", "factors", name)
        for value in values_of(factor, 2):
            try:
                applied(setup, factor, value)
            except FactorError as error:
                yield _finding(document, "E107", "impossible-factor", path, str(error))
                break


def _misfits(document: Document, scenario: Scenario, flow: Flow) -> Iterator[Finding]:
    """Designs whose declaration does not fit the workflow: a step in no group, and so on."""
    for name, variant in scenario.variants_by_name().items():
        for misfit in design_of(variant.design).misfits(flow):
            path = (*scenario.design_path(name), *misfit.path)
            message = misfit.message
            yield _finding(document, "E108", "unfit-design", path, message, key=misfit.key)


def _impossible(document: Document, scenario: Scenario) -> Iterator[Finding]:
    """Faults that cannot be with the knobs of one of the variants."""
    for i, fault in enumerate(scenario.setting.faults):
        for name, variant in scenario.variants_by_name().items():
            why = why_impossible(fault, variant.knobs)
            if why:
                message = f"in {name!r} there can be no {fault.kind.value} like that: {why}"
                path = ("setting", "faults", i, "unseen")
                yield _finding(document, "E111", "impossible-fault", path, message)
                break


def _of_nobody(
    document: Document, scenario: Scenario, participants: Collection[str]
) -> Iterator[Finding]:
    """Knobs that are said to hold for a participant that no variant has."""
    known = (*participants, ALL_PARTICIPANTS, ALL_SERVICES)
    places: list[Path] = [("knobs",)]
    places += [("variants", name, "knobs") for name in scenario.variants]
    for place in places:
        for knob in fields(Knobs):
            path = (*place, knob.name, "of")
            who = _said(document.value, path)
            if isinstance(who, str) and who not in known:
                yield _unknown(document, path, "participant", who, known)


def _said(value: object, path: Path) -> object:
    """What a document says at a place; None: nothing."""
    for part in path:
        if not isinstance(value, Mapping) or part not in value:
            return None
        value = value[part]
    return value


def _participants(scenario: Scenario, workflow: Workflow) -> tuple[str, ...]:
    systems = (system_of(workflow, each) for each in scenario.variants_by_name().values())
    return tuple(dict.fromkeys(name for system in systems for name in system.participants))


def _of_fault(
    document: Document,
    fault: Fault,
    path: Path,
    participants: Collection[str],
    steps: Collection[str],
) -> Iterator[Finding]:
    groups = (ALL_PARTICIPANTS, ALL_SERVICES)
    broker = FACTS[fault.kind].scope is FaultScope.BROKER
    for i, target in enumerate(() if broker else fault.whom):
        if target not in (*participants, *groups):
            at = (*path, "target") if isinstance(fault.target, str) else (*path, "target", i)
            yield _unknown(document, at, "participant", target, (*participants, *groups))
    for i, peer in enumerate(fault.peers):
        if peer not in participants:
            yield _unknown(document, (*path, "peers", i), "participant", peer, participants)
    if fault.step is not None and fault.step not in steps:
        yield _unknown(document, (*path, "step"), "step", fault.step, steps)


_CODES: Final = {"participant": "E103", "step": "E104", "metric": "E105", "place": "E106"}
"""Of names that lead nowhere, by what they should lead to."""


def _unknown(
    document: Document, path: Path, what: str, given: str, known: Collection[str]
) -> Finding:
    instead = hint(given, known) or f"; there are {', '.join(list(known)[:20])}"
    message = f"unknown {what} {given!r}{instead}"
    return _finding(document, _CODES[what], f"unknown-{what}", path, message)

"""From a parsed definition to a Workflow: pure, and the same for text from anywhere.

>>> done = translate({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
>>> done.workflow.initial, done.findings
('A', ())

No workflow comes out where a finding is an error; what the names mean (an unknown target, a state
that nothing reaches) is left to the rules, which say it for every format alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from pydantic import ValidationError

from wfmodel.importers.annotations import NOTHING, NOTHING_AT_ALL, Annotations
from wfmodel.importers.asl import states
from wfmodel.importers.asl.catalogue import DUPLICATE_STATE, DYNAMIC_VALUE, UNFIT_ANNOTATION
from wfmodel.importers.asl.job import (
    Fields,
    MachineScope,
    SourceState,
    States,
    TranslationJob,
    Translator,
    seconds,
    target,
)
from wfmodel.importers.asl.matching import match
from wfmodel.importers.asl.scopes import map_items, parallel
from wfmodel.importers.asl.shape import shape_findings
from wfmodel.importers.asl.tasks import task
from wfmodel.importers.asl.values import JSONPATH, is_number
from wfmodel.importers.asl.variables import clear_variables
from wfmodel.importers.asl.walk import language_of
from wfmodel.model.findings import Finding, Severity
from wfmodel.model.source import Path
from wfmodel.model.strict import first_refusal
from wfmodel.model.trusted import trusted
from wfmodel.model.workflow import Region, Workflow


@dataclass(frozen=True, slots=True)
class Translation:
    """A workflow unless findings say why not.

    Paths of ``findings`` are the definition's, those of ``annotation_findings`` the annotation
    file's. ``origins`` maps paths of the workflow to paths of the definition.
    """

    workflow: Workflow | None
    findings: tuple[Finding, ...] = ()
    annotation_findings: tuple[Finding, ...] = ()
    origins: Mapping[Path, Path] = field(default_factory=dict)


def translate(
    value: object,
    annotations: Annotations | None = None,
    *,
    name: str = "workflow",
    express: bool = False,
) -> Translation:
    """Translate a definition of Amazon States Language, as parsed from JSON or YAML.

    ``name`` is the workflow's where the annotations give none: ASL has no names of machines, nor
    does it say whether they are ``express`` workflows.
    """
    notes = annotations or NOTHING_AT_ALL
    shape = shape_findings(value, express=express)
    if not isinstance(value, Mapping) or _has_error(shape) or _is_computed(shape):
        return Translation(None, shape)
    annotated, misfits = match(notes, value)
    language = language_of(value, JSONPATH)
    job = TranslationJob(language, clear_variables(value), annotated, list(shape), list(misfits))
    workflow = _workflow(value, notes, name, job)
    if _has_error((*job.findings, *job.annotation_findings)):
        workflow = None
    return Translation(
        workflow, tuple(job.findings), tuple(job.annotation_findings), dict(job.origins)
    )


def _has_error(findings: tuple[Finding, ...]) -> bool:
    """Whether there is nothing to translate. A name used twice is wrong, and yet unmistakable."""
    return any(f.severity is Severity.ERROR and f.code != DUPLICATE_STATE.code for f in findings)


def _is_computed(shape: tuple[Finding, ...]) -> bool:
    """Whether a part of the structure is only known on deployment."""
    return any(found.code == DYNAMIC_VALUE.code for found in shape)


def _workflow(value: Fields, notes: Annotations, name: str, job: TranslationJob) -> Workflow | None:
    job.origins.update({("initial",): ("StartAt",), ("timeout",): ("TimeoutSeconds",)})
    job.origins[("states",)] = ("States",)
    comment = value.get("Comment")
    try:
        make = partial(trusted, Workflow) if notes is NOTHING_AT_ALL else Workflow
        return make(
            name=notes.name or name,
            initial=target(value["StartAt"]),
            states=_states(value, MachineScope(frozenset(value["States"]), (), ()), job),
            services=notes.services,
            data=notes.data,
            timeout=_timeout(value, notes, job),
            description=notes.description or (comment if isinstance(comment, str) else ""),
        )
    except ValidationError as error:
        job.annotation_findings.append(UNFIT_ANNOTATION.at((), str(first_refusal(error))))
        return None


def _timeout(value: Fields, notes: Annotations, job: TranslationJob) -> int | None:
    given = value.get("TimeoutSeconds")
    if notes.timeout is not None or given is None:
        return notes.timeout
    if is_number(given):
        return seconds(given)
    message = "TimeoutSeconds of the machine is only known later: no time-out"
    job.report(DYNAMIC_VALUE, ("TimeoutSeconds",), message, help="annotate timeout")
    return None


def _states(machine: Fields, scope: MachineScope, job: TranslationJob) -> States:
    """All states of a machine, then the ends that it only implies."""
    found: States = {}
    for source in _sources(machine, scope, job):
        job.origins[source.at] = source.path
        found |= _translated(source)
    return found | scope.extra


def _sources(machine: Fields, scope: MachineScope, job: TranslationJob) -> Iterator[SourceState]:
    for name, value in machine["States"].items():
        path = (*scope.path, "States", name)
        key, note = job.annotated.get(path, ("", NOTHING))
        yield SourceState(
            name=name,
            value=value,
            path=path,
            at=(*scope.at, "states", name),
            language=language_of(value, job.language),
            scope=scope,
            job=job,
            note=note,
            note_path=("states", key),
        )


def _translated(source: SourceState) -> States:
    try:
        return TRANSLATORS[source.value["Type"]](source)
    except ValidationError as error:
        if source.note is NOTHING:
            raise  # The shape has been checked: only an annotation can still not fit.
        source.notes(UNFIT_ANNOTATION, f"{source.name!r}: {first_refusal(error)}")
        return {}


def _region(source: SourceState, machine: Fields, path: Path, at: Path) -> Region:
    scope = MachineScope(frozenset(machine["States"]), (*source.path, *path), (*source.at, *at))
    source.comes_from(at, *path)
    source.comes_from((*at, "initial"), *path, "StartAt")
    source.comes_from((*at, "states"), *path, "States")
    initial, states = target(machine["StartAt"]), _states(machine, scope, source.job)
    return source.made(Region, initial=initial, states=states)


TRANSLATORS: Final[Mapping[str, Translator]] = {
    "Task": task,
    "Choice": states.choice,
    "Parallel": partial(parallel, translate=_region),
    "Map": partial(map_items, translate=_region),
    "Wait": states.wait,
    "Pass": states.pass_on,
    "Succeed": states.succeed,
    "Fail": states.fail,
}
"""The translator of each type of state."""

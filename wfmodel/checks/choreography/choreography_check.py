"""Rules applied to a choreography: to one built in Python, to what was loaded, to a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path as FilePath

from wfmodel.checks.choreography.choreography_context import ChoreographyContext
from wfmodel.checks.choreography.choreography_registry import CHOREOGRAPHY_RULES, ChoreographyRule
from wfmodel.model.boundary import rooted, why_not_led_to
from wfmodel.model.declared_choreography import Choreography, LoadedChoreography, load_choreography
from wfmodel.model.findings import Finding
from wfmodel.model.loading import LoadResult, load_workflow, locate_findings
from wfmodel.model.workflow import Workflow


def check_choreography(
    choreography: Choreography,
    workflow: Workflow | None = None,
    *,
    trouble: str = "",
    rules: Iterable[ChoreographyRule] = CHOREOGRAPHY_RULES,
) -> tuple[Finding, ...]:
    """Findings by rule and place, without spans; ``trouble``: why its workflow is not at hand."""
    context = ChoreographyContext(choreography, workflow, trouble)
    found = {
        (each.code, each.path, each.message): each for rule in rules for each in rule.check(context)
    }
    return tuple(found.values())


def check_loaded(
    loaded: LoadedChoreography,
    folder: FilePath,
    *,
    load: Callable[[FilePath], LoadResult] = load_workflow,
) -> tuple[Finding, ...]:
    """Findings of loading and of rules, in order of their places.

    The workflow that it names is looked for from ``folder`` and read by ``load``.
    """
    found = [*loaded.findings]
    if loaded.choreography is not None:
        workflow, trouble = None, ""
        if loaded.choreography.workflow is not None:
            workflow, trouble = _led_to(folder, loaded.choreography.workflow, load)
        found += check_choreography(loaded.choreography, workflow, trouble=trouble)
    return tuple(sorted(locate_findings(found, loaded.document), key=_place))


def _led_to(
    folder: FilePath, name: str, load: Callable[[FilePath], LoadResult]
) -> tuple[Workflow | None, str]:
    """The workflow that a choreography names, or why there is none."""
    why = why_not_led_to(folder / name, folder)
    if why:
        return None, f"not read: {why}"
    result = load(folder / name)
    if result.workflow is not None:
        return result.workflow, ""
    return None, str(next((each.message for each in result.findings), "nothing in it"))


def check_choreography_file(
    path: str | FilePath,
    text: str | None = None,
    *,
    load: Callable[[FilePath], LoadResult] = load_workflow,
    root: str | FilePath | None = None,
) -> tuple[Finding, ...]:
    """Findings of a file (``-``: standard input; ``text``: what it would hold).

    The workflow that it names must stand inside ``root``; without one, docs/security.md says where.
    """
    with rooted(root):
        return check_loaded(load_choreography(path, text), FilePath(path).parent, load=load)


def _place(finding: Finding) -> tuple[int, int, str, str]:
    span = finding.span
    return (*((0, 0) if span is None else (span.line, span.column)), finding.code, finding.message)

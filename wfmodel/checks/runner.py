"""Rules applied: to a workflow, to what was loaded, to a file. Here alone paths become places.

One rule reports one place once: where several runs or copies lead to the same finding, the one with
the shortest run stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path as FilePath

from wfmodel.checks.context import Context
from wfmodel.checks.rule import Rule
from wfmodel.checks.rule_registry import DEFAULT_RULES, find_rule
from wfmodel.model.findings import Edit, Finding, Fix, Severity
from wfmodel.model.loading import LoadResult, load_workflow, locate_findings
from wfmodel.model.source import Document, Path
from wfmodel.model.workflow import Workflow

_WAYS_ON = frozenset({"next", "on", "default", "branches", "events"})


def check_workflow(
    workflow: Workflow, *, rules: Iterable[Rule] = DEFAULT_RULES
) -> tuple[Finding, ...]:
    """Findings of a workflow built in Python, by rule and place; they have no spans."""
    context = Context.of(workflow)
    return tuple(finding for rule in rules for finding in _one_per_place(rule.check(context)))


def check_result(
    result: LoadResult, *, rules: Iterable[Rule] = DEFAULT_RULES
) -> tuple[Finding, ...]:
    """Findings of loading (always) and of rules, in order of their places in the file."""
    found = [*_renamed(result)]
    if result.workflow is not None:
        imported = result.document is not None and bool(result.document.origins)
        checked = check_workflow(result.workflow, rules=rules)
        found += _softened(checked) if imported else checked
    return tuple(sorted(locate_findings(found, result.document), key=_place))


def check_file(
    path: str | FilePath, text: str | None = None, *, rules: Iterable[Rule] = DEFAULT_RULES
) -> tuple[Finding, ...]:
    """Findings of a file in our own format (``-``: standard input; ``text``: what it would hold).

    Other formats come through ``wfmodel.importers``: hand what it returns to ``check_result``.
    """
    return check_result(load_workflow(path, text), rules=rules)


def _one_per_place(findings: Iterable[Finding]) -> Iterable[Finding]:
    best: dict[Path, Finding] = {}
    for finding in findings:
        other = best.get(finding.path)
        if other is None or len(finding.trace) < len(other.trace):
            best[finding.path] = finding
    return best.values()


def _place(finding: Finding) -> tuple[str, int, int, str, str]:
    span = finding.span
    where = ("", 0, 0) if span is None else (span.file, span.line, span.column)
    return (*where, finding.code, finding.message)


def _softened(findings: Iterable[Finding]) -> Iterator[Finding]:
    """What other formats mean differently.

    A state that passes at once may compute, and so end its loop. Variables of a branch are its own:
    two branches that write one name write two items. And any task may fail, named or not.
    """
    for finding in findings:
        if finding.name in ("zero-wait-loop", "dead-state"):
            yield replace(finding, severity=Severity.INFO)
        elif finding.name != "parallel-write-conflict":
            yield finding


def _renamed(result: LoadResult) -> Iterator[Finding]:
    """A way on that is written on an end is no unknown key: it has a rule that explains it."""
    for finding in result.findings:
        if result.document is not None and _leaves_final(finding, result.document):
            rule = find_rule("transition-out-of-final")
            key = str(finding.path[-1])
            yield replace(
                finding,
                code=rule.code,
                name=rule.name,
                message=f"{finding.path[-2]!r} is final, and {key!r} leads out of it",
                help=f"delete {key!r}, or make the state another kind",
                fix=Fix(f"delete {key!r}", (Edit(finding.path, None),)),
            )
        else:
            yield finding


def _leaves_final(finding: Finding, document: Document) -> bool:
    if finding.name != "unknown-key" or not finding.path or finding.path[-1] not in _WAYS_ON:
        return False
    holder: object = document.value
    for part in finding.path[:-1]:
        if isinstance(holder, dict | list):
            holder = holder[part]  # type: ignore[index]
    return isinstance(holder, dict) and holder.get("kind") == "final"

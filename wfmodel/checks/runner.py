"""Rules applied: to a workflow, to what was loaded, to a file. Here alone paths become places.

One rule reports one place once: where several runs or copies lead to the same finding, the one with
the shortest run stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path as FilePath
from typing import Final

from wfmodel.checks.context import Context
from wfmodel.checks.effort import Effort, OverBudgetError
from wfmodel.checks.rule import Rule
from wfmodel.checks.rule_registry import DEFAULT_RULES, find_rule
from wfmodel.checks.undecided import bounded, not_finished, stopped
from wfmodel.model.findings import Edit, Finding, Findings, Fix, Severity
from wfmodel.model.loading import LoadResult, load_workflow, locate_findings
from wfmodel.model.source import Document, Path, Span
from wfmodel.model.workflow import Workflow

_FINDING: Final = 50
"""Steps that a finding counts for: words are put together."""

_WAYS_ON = frozenset({"next", "on", "default", "branches", "events"})


_SHARES: Final = (0.003, 0.5)
"""Of the budget that is left, in two rounds: what is quick is decided before what is not."""


def check_workflow(
    workflow: Workflow,
    *,
    rules: Iterable[Rule] | None = None,
    effort: Effort | None = None,
    imported: bool = False,
) -> Findings:
    """Findings of a workflow built in Python, by rule and place; they have no spans.

    ``rules``: all that need not be asked for (``DEFAULT_RULES``), if none are given. ``imported``:
    what our own format has built in, the one that it was written in has not.
    """
    budget, waiting = effort or Effort(), tuple(DEFAULT_RULES if rules is None else rules)
    try:
        with budget.share(0.5):
            context = Context.of(workflow, budget, imported=imported)
    except OverBudgetError:
        return Findings(stopped(waiting, budget))
    found: dict[str, dict[Path, Finding]] = {rule.code: {} for rule in waiting}
    for share in _SHARES:
        waiting = tuple(
            rule for rule in waiting if not _finished(rule, context, found[rule.code], share)
        )
    everything = (finding for by_place in found.values() for finding in by_place.values())
    return Findings((*everything, *stopped(waiting, budget)))


def _finished(rule: Rule, context: Context, best: dict[Path, Finding], share: float) -> bool:
    """Whether a rule comes to its end; what it finds until then is put by place, and is true."""
    with suppress(OverBudgetError), context.effort.share(share, final=share == _SHARES[-1]):
        for finding in rule.check(context):
            context.effort.spend(_FINDING)
            other = best.get(finding.path)
            if other is None or len(finding.trace) < len(other.trace):
                best[finding.path] = finding
        return True
    return False


def check_result(
    result: LoadResult,
    *,
    rules: Iterable[Rule] | None = None,
    effort: Effort | None = None,
) -> Findings:
    """Findings of loading (always) and of rules, in order of their places in the file."""
    budget = effort or Effort()
    found = [*_renamed(result)]
    if result.workflow is not None:
        imported = result.document is not None and bool(result.document.origins)
        checked = check_workflow(result.workflow, rules=rules, effort=budget, imported=imported)
        found += _softened(checked) if imported else checked
    return Findings(sorted(_located(bounded(found), result.document, budget), key=_place))


def _located(
    findings: list[Finding], document: Document | None, budget: Effort
) -> tuple[Finding, ...]:
    """Findings with their places; all at the file's start where these would take too long, without
    what else has a place (second places, fixes).
    """
    try:
        with budget.share(1.0):
            return locate_findings(findings, document)
    except OverBudgetError:
        said = not_finished("where the findings stand", budget)
        span = None if document is None else Span(document.file)
        return tuple(
            replace(each, span=each.span or span, related=(), fix=None)
            for each in (*findings, said)
        )


def check_file(
    path: str | FilePath, text: str | None = None, *, rules: Iterable[Rule] | None = None
) -> Findings:
    """Findings of a file in our own format (``-``: standard input; ``text``: what it would hold).

    Other formats come through ``wfmodel.importers``: hand what it returns to ``check_result``.
    """
    return check_result(load_workflow(path, text), rules=rules)


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

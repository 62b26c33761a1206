"""From a file's name to what is found in it: read, check, locate, suppress."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from wfmodel.checks.effort import MOST_SECONDS, Effort, OverBudgetError
from wfmodel.checks.graph_search import MOST_SUGGESTIONS
from wfmodel.checks.policy import NOTHING_READ
from wfmodel.checks.resolved_finding import Reported, report
from wfmodel.checks.rule_registry import RULES
from wfmodel.checks.runner import check_result
from wfmodel.checks.suppressions import (
    Suppression,
    read_side_file,
    side_file_of,
    suppress,
    suppressions_in,
)
from wfmodel.checks.undecided import not_finished
from wfmodel.cli.file_answer import FileAnswer, FileCoverage, FileQuestion, UnfitQuestionError
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.cli.own_defects import fault_in
from wfmodel.extras import MissingExtraError
from wfmodel.importers.any_format import load_all, load_any
from wfmodel.importers.embedded.outer_findings import ELSEWHERE, MISSING_FILE, NO_MACHINE, UNREAD
from wfmodel.importers.recognition import claims_to_be, is_choreography, is_definition
from wfmodel.model.boundary import rooted
from wfmodel.model.findings import Finding
from wfmodel.model.limits import refusal
from wfmodel.model.loading import LoadResult, locate_findings
from wfmodel.model.reading import STDIN, is_json, read_text
from wfmodel.model.source import Document, Span
from wfmodel.model.workflow import Workflow

if TYPE_CHECKING:
    from wfmodel.experiments import LoadedScenario

_FOR_SUPPRESSIONS: Final = MOST_SECONDS / 2
"""Processor time for suppressions, when that for the file itself may be used up."""


def ignored(_: Sequence[LoadResult]) -> None:
    """Who checks is seldom asked what was read."""


def check_safely(
    file: str,
    question: FileQuestion,
    effort: Effort | None = None,
    told: Callable[[Sequence[LoadResult]], None] = ignored,
) -> FileAnswer:
    """As ``check_one``; a defect of this program is a finding, and the next file is checked.

    Raises:
        UnfitQuestionError: the question does not fit the file.
    """
    try:
        return check_one(file, question, effort, told)
    except UnfitQuestionError:
        raise
    except MemoryError:
        return _refused(file, "L102", "it does not fit into the memory")
    except Exception as error:
        return FileAnswer(file, (fault_in(_shown(file, question), error),), final=False)


def check_one(
    file: str,
    question: FileQuestion,
    effort: Effort | None = None,
    told: Callable[[Sequence[LoadResult]], None] = ignored,
) -> FileAnswer:
    """Everything that is found in one file, in all the machines that it holds, within a budget.

    ``told`` is handed what was read before the rules look at it.
    """
    effort = effort or Effort(question.most_steps, question.most_seconds)
    try:
        with rooted(question.root):  # a worker process was told nothing else
            return _checked_file(file, question, effort, told)
    except OverBudgetError:
        message = (
            f"too large: nothing is decided within {question.most_seconds:g} s of processor time"
            " (--max-seconds raises it)"
        )
        return _refused(_shown(file, question), "L102", message, file)


def _refused(shown: str, code: str, message: str, file: str | None = None) -> FileAnswer:
    found = report((refusal(code, message, Span(shown)),), None, shown)
    return FileAnswer(file or shown, found, final=False)


def _shown(file: str, question: FileQuestion) -> str:
    """What a file is called in findings."""
    if file != STDIN:
        return file
    return question.stdin_name or "<stdin>"


def _checked_file(
    file: str,
    question: FileQuestion,
    effort: Effort,
    told: Callable[[Sequence[LoadResult]], None],
) -> FileAnswer:
    named, text = file, None
    if file == STDIN and question.stdin_name is not None:
        named = question.stdin_name
        text, refused = read_text(STDIN)
        if text is None:
            found = tuple(replace(each, file=named) for each in report(refused, None, named))
            return FileAnswer(file, found)
    shown = "<stdin>" if named == STDIN else named
    with effort.share(1.0):
        results = load_all(named, question.annotations, text)
    told(results)
    passed_by = _passed_by(results, named) if question.found else None
    if passed_by is not None:
        return FileAnswer(file, (), coverage=passed_by)
    own = (each.document for each in results if _is_of(each, named))
    document = next((each for each in own if each is not None), None)
    if document is not None and _is_scenario(document):
        try:
            with effort.unclocked():
                load_scenario = _load_scenario()
        except MissingExtraError as error:
            why = f"a scenario is checked by what runs it: {error}"
            if question.found:
                return FileAnswer(file, (), coverage=FileCoverage(unread=((shown, f" {why}"),)))
            raise UnfitQuestionError(f"{shown}: {why}") from None
        with effort.share(1.0):
            loaded = load_scenario(named, document.text)
        found = report(loaded.findings, document, shown)
        covered = FileCoverage(machines=1)
        return FileAnswer(file, *_suppressed(found, document, named), covered, final=False)
    if document is not None and is_choreography(document.value):
        with effort.unclocked():
            from wfmodel.checks.choreography.choreography_check import check_choreography_file

        with effort.share(1.0):
            findings = check_choreography_file(named, document.text, load=load_any)
        found, covered = report(findings, document, shown), FileCoverage(machines=1)
        return FileAnswer(file, *_suppressed(found, document, named), covered, final=False)
    found = tuple(
        finding for each in results for finding in _checked(each, question, shown, effort)
    )
    if len(results) > 1:
        found = tuple(sorted(found, key=lambda f: (f.file, f.line, f.column, f.code, f.message)))
    kept, count = _suppressed(found, document, named)
    covered = _covered(results, shown)
    # What another file holds, and whether it is there, decides what is said of one that names it.
    leads_on = any(each.code in (ELSEWHERE.code, MISSING_FILE.code) for each in found)
    own_only = all(_is_of(each, named) for each in results)
    final = own_only and not (leads_on or effort.timed_out)
    return FileAnswer(file, kept, count, covered, final)


def _load_scenario() -> Callable[..., LoadedScenario]:
    from wfmodel.experiments import load_scenario

    return load_scenario


def _is_of(result: LoadResult, file: str) -> bool:
    """Whether a machine stands in the file that was asked about, and not in another."""
    return result.document is None or result.document.file == file or file == STDIN


def _passed_by(results: Sequence[LoadResult], file: str) -> FileCoverage | None:
    """What is said of a file that nobody named and that holds no definition; None: it holds one."""
    if not all(_is_of(each, file) for each in results):
        return None
    documents = [each.document for each in results if each.document is not None]
    if any(each.original(()) or is_definition(each.value, file) for each in documents):
        return None
    findings = [finding for each in results for finding in each.findings]
    if documents or all(finding.code == NO_MACHINE.code for finding in findings):
        return FileCoverage(taken=False)
    if any(finding.code not in NOTHING_READ for finding in findings):
        return None  # machines that are not read
    text, _ = read_text(file)
    if text is None or claims_to_be(text, file):
        return None
    return FileCoverage(taken=False)


def _covered(results: Sequence[LoadResult], shown: str) -> FileCoverage:
    findings = [finding for each in results for finding in each.findings]
    unread = [
        (each.span.file, str(each).removeprefix(f"{each.span.file}:"))
        for each in findings
        if each.code in (UNREAD.code, MISSING_FILE.code) and each.span is not None
    ]
    return FileCoverage(
        machines=sum(each.workflow is not None for each in results),
        unread=tuple(unread),
        elsewhere=sum(each.code == ELSEWHERE.code for each in findings),
        followed=tuple(
            each.document.file
            for each in results
            if each.workflow is not None and each.document is not None and not _is_of(each, shown)
        ),
    )


def _checked(
    result: LoadResult, question: FileQuestion, shown: str, effort: Effort
) -> tuple[Reported, ...]:
    findings: tuple[Finding, ...] = check_result(result, rules=RULES, effort=effort)
    if result.workflow is not None and (question.choreography or question.design):
        try:
            with effort.share(1.0):
                projected = _projected(result.workflow, question, shown)
        except OverBudgetError:
            projected = (not_finished("what participants could not know", effort),)
        findings += locate_findings(projected, result.document)
    return report(findings, result.document, shown)


def _projected(workflow: Workflow, question: FileQuestion, shown: str) -> tuple[Finding, ...]:
    from wfmodel.designs import CHOREOGRAPHY, EventContent, projection_findings  # rarely asked for

    content = EventContent(question.choreography or EventContent.CARRY_STATE)
    try:
        return projection_findings(workflow, content, question.design or CHOREOGRAPHY)
    except ValueError as error:
        raise UnfitQuestionError(f"{shown}: {error}") from None


def _suppressed(
    found: tuple[Reported, ...], document: Document | None, file: str
) -> tuple[tuple[Reported, ...], int]:
    """What stays, and what is wrong with suppressions, in order of places; how many went."""
    with Effort(seconds=_FOR_SUPPRESSIONS).share(1.0):
        return _suppressed_by(found, document, file)


def _suppressed_by(
    found: tuple[Reported, ...], document: Document | None, file: str
) -> tuple[tuple[Reported, ...], int]:
    about: list[Reported] = []
    suppressions: list[Suppression] = []
    if document is not None and "wfmodel:" in document.text and _has_comments(document):
        suppressions, about = suppressions_in(document.text, document.file)
    side = None if file == STDIN else side_file_of(file)
    if side is not None:
        more, wrong = read_side_file(side)
        suppressions += more
        about += report(wrong, None, str(side))
    if not suppressions and not about:
        return found, 0
    kept, said, count = suppress(found, suppressions, _judge())
    ordered = sorted([*kept, *about, *said], key=lambda f: (f.file != file, f.line, f.column))
    return tuple(ordered), count


def _judge() -> Callable[[str], str | None]:
    """What to say of a rule's name that nobody knows; after many, without the nearest."""
    left = itertools.count(MOST_SUGGESTIONS, -1)

    def unknown(name: str) -> str | None:
        if name.strip().casefold() in _rule_names():
            return None
        if next(left) <= 0:
            return f"there is no rule {name!r}"
        try:
            catalogue().find(name)
        except ValueError as error:
            return str(error)
        return None

    return unknown


@cache
def _rule_names() -> frozenset[str]:
    entries = catalogue().entries
    return frozenset(text.casefold() for each in entries for text in (each.code, each.name))


def _has_comments(document: Document) -> bool:
    return "#" in document.text and not is_json(document.text, document.file)


def _is_scenario(document: Document) -> bool:
    """A scenario's file, named where a workflow's was expected: its own rules apply to it."""
    value = document.value
    return isinstance(value, dict) and {"question", "setting"} <= set(value)

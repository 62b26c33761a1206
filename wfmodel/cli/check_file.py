"""From a file's name to what is found in it: read, check, locate, suppress."""

from __future__ import annotations

from dataclasses import replace

from wfmodel.checks import RULES, check_result, report
from wfmodel.checks.choreography.choreography_check import check_choreography_file
from wfmodel.checks.resolved_finding import Reported
from wfmodel.checks.suppressions import (
    Suppression,
    read_side_file,
    side_file_of,
    suppress,
    suppressions_in,
)
from wfmodel.cli.file_answer import FileAnswer, FileQuestion
from wfmodel.cli.finding_catalogue import catalogue
from wfmodel.importers import load_all, load_any
from wfmodel.model.boundary import rooted
from wfmodel.model.declared_choreography import is_choreography
from wfmodel.model.loading import LoadResult, locate_findings
from wfmodel.model.reading import STDIN, is_json, read_text
from wfmodel.model.source import Document


def check_one(file: str, question: FileQuestion) -> FileAnswer:
    """Everything that is found in one file, in all the machines that it holds."""
    with rooted(question.root):  # a worker process was told nothing else
        return _answer(file, question)


def _answer(file: str, question: FileQuestion) -> FileAnswer:
    named, text = file, None
    if file == STDIN and question.stdin_name is not None:
        named = question.stdin_name
        text, refused = read_text(STDIN)
        if text is None:
            found = tuple(replace(each, file=named) for each in report(refused, None, named))
            return FileAnswer(file, found)
    shown = "<stdin>" if named == STDIN else named
    results = load_all(named, question.annotations, text)
    document = next((each.document for each in results if each.document is not None), None)
    if document is not None and _is_scenario(document):
        from wfmodel.experiments import load_scenario

        found = report(load_scenario(named, document.text).findings, document, shown)
        return FileAnswer(file, *_suppressed(found, document, named), final=False)
    if document is not None and is_choreography(document.value):
        findings = check_choreography_file(named, document.text, load=load_any)
        return FileAnswer(
            file, *_suppressed(report(findings, document, shown), document, named), False
        )
    found = tuple(finding for each in results for finding in _checked(each, question, shown))
    if len(results) > 1:
        found = tuple(sorted(found, key=lambda f: (f.file, f.line, f.column, f.code, f.message)))
    return FileAnswer(file, *_suppressed(found, document, named))


def _checked(result: LoadResult, question: FileQuestion, shown: str) -> tuple[Reported, ...]:
    findings = check_result(result, rules=RULES)
    if question.choreography is not None and result.workflow is not None:
        from wfmodel.designs import EventContent, projection_findings  # rarely asked for

        content = EventContent(question.choreography)
        projected = projection_findings(result.workflow, content)
        findings += locate_findings(projected, result.document)
    return report(findings, result.document, shown)


def _suppressed(
    found: tuple[Reported, ...], document: Document | None, file: str
) -> tuple[tuple[Reported, ...], int]:
    """What stays, and what is wrong with suppressions, in order of places; how many went."""
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
    kept, said, count = suppress(found, suppressions, _unknown)
    ordered = sorted([*kept, *about, *said], key=lambda f: (f.file != file, f.line, f.column))
    return tuple(ordered), count


def _unknown(name: str) -> str | None:
    try:
        catalogue().find(name)
    except ValueError as error:
        return str(error)
    return None


def _has_comments(document: Document) -> bool:
    return "#" in document.text and not is_json(document.text, document.file)


def _is_scenario(document: Document) -> bool:
    """A scenario's file, named where a workflow's was expected: its own rules apply to it."""
    value = document.value
    return isinstance(value, dict) and {"question", "setting"} <= set(value)

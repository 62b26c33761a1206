"""What is said of the place under the pointer: findings with the pages of their rules, the state,
the key. All of it is Markdown, with the words of the definition escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import code_span, fenced, markdown
from wfmodel.lsp.completion import key_words
from wfmodel.lsp.open_document import OpenDocument
from wfmodel.lsp.outline import Mention, Outline
from wfmodel.lsp.text_sketch import sketch_of
from wfmodel.model.flow import raised_events
from wfmodel.model.workflow import (
    Choice,
    Effect,
    Parallel,
    Receive,
    State,
    SubWorkflow,
    Task,
    Wait,
)
from wfmodel.model.workflow import Final as End
from wfmodel.wording.declarations import mean_words, work_words

MOST_PAGES: Final = 3
"""Rules whose pages are shown in one place."""
LONGEST: Final = 4_000
"""Characters of one page."""


@dataclass(frozen=True, slots=True)
class Hovered:
    """Markdown, and the offsets that it is about."""

    text: str
    begin: int
    end: int


def hovered(document: OpenDocument, offset: int, page: Callable[[str], str]) -> Hovered | None:
    """What there is to say of an offset; ``page`` gives the page of a code."""
    parts, extent = list[str](), (offset, offset)
    for finding, begin, end in found_at(document, offset):
        extent = (begin, end)
        if len(parts) < MOST_PAGES:
            parts.append(_finding(finding, page(finding.code)))
    good = document.read if document.is_read else None
    named = good.at(offset) if good else None
    if good is not None and named is not None:
        extent = extent if parts else good.extent(*named)
        parts.append(_state(*named))
    if not parts:
        drawn = sketch_of(document.text, str(document.file), offset)
        words = key_words(drawn, document.text, str(document.file), good.outlines if good else ())
        if drawn.slot is not None and words:
            parts, extent = [words], (drawn.slot.begin, drawn.slot.end)
    return Hovered("\n\n---\n\n".join(parts), *extent) if parts else None


def found_at(document: OpenDocument, offset: int) -> Iterator[tuple[Reported, int, int]]:
    """Findings of the text as it is now that stand at an offset, with their offsets."""
    if document.checked is None or document.checked.text != document.text:
        return
    for finding in document.findings:
        if finding.file == str(document.file):
            begin, end = document.places.extent(*finding.extent)
            if begin <= offset <= end:
                yield finding, begin, end


def _finding(finding: Reported, page: str) -> str:
    lines = [f"**{finding.code} {markdown(finding.name)}**: {markdown(finding.message)}"]
    if finding.run:
        lines.append(fenced(" ".join(finding.run)))
    if finding.help:
        lines.append(f"Help: {markdown(finding.help)}")
    if page:
        lines.append(page if len(page) <= LONGEST else f"{page[:LONGEST]}…")
    return "\n\n".join(lines)


def _state(outline: Outline, mention: Mention) -> str:
    path = (*mention.scope, mention.name)
    declared = outline.states.get(path)
    if declared is None:
        return f"{code_span(mention.name)} is no state of this machine"
    state = outline.modelled(path)
    kind = declared.get("Type") or declared.get("kind") or "state"
    lines = [f"**{markdown(mention.name)}**: {markdown(str(kind))}"]
    lines += [f"- {line}" for line in (_meaning(state, mention.name) if state is not None else ())]
    lines += [f"- {line}" for line in _ways_on(outline, mention)]
    words = declared.get("description") or declared.get("Comment")
    if isinstance(words, str):
        lines = [lines[0], "", markdown(words), "", *lines[1:]]
    return "\n".join(lines)


def _meaning(state: State, name: str) -> Iterator[str]:
    """What the model takes a state for, in its words."""
    match state:
        case Task():
            yield f"{code_span(state.action or name)} at {code_span(state.service)}"
            yield markdown(work_words(state))
            if state.effect is not Effect.NONE:
                yield f"effect: {state.effect}"
            if state.compensates is not None:
                yield f"undoes {code_span(state.compensates)}"
            if state.compensation is not None:
                yield f"undone by {code_span(state.compensation.action)}"
        case Choice():
            for branch in state.branches:
                yield f"{markdown(branch.label) or 'branch'} → {code_span(branch.next)}"
        case Parallel():
            yield f"{state.width} side by side; join: {state.join}"
        case Wait():
            yield f"waits {markdown(mean_words(state.duration))}"
        case Receive():
            yield f"waits for {', '.join(map(code_span, state.events))}"
        case SubWorkflow():
            yield f"runs {code_span(state.workflow)}"
        case End():
            yield f"ends as {state.outcome}"
    unhandled = [event for event in raised_events(state) if not _handles(state, event)]
    if unhandled:
        yield f"not handled: {', '.join(map(code_span, unhandled))}"


def _handles(state: State, event: str) -> bool:
    handlers: Mapping[str, str] = getattr(state, "on", {})
    return event in handlers or "failure" in handlers


def _ways_on(outline: Outline, mention: Mention) -> Iterator[str]:
    """Where the state leads, as the text says it."""
    path = (*mention.scope, mention.name)
    ways = [
        each
        for each in outline.mentions
        if not each.declares and each.scope == mention.scope and each.path[: len(path)] == path
    ]
    for way in ways:
        key = ".".join(str(part) for part in way.path[len(path) :])
        yield f"{code_span(key)}: {code_span(way.name)}"

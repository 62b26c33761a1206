"""What was found out, in the words of the protocol: offsets become the editor's positions, and
every string of a definition is made visible before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from lsprotocol import types

from wfmodel.checks.addresses import page_address
from wfmodel.checks.fixing import replacements
from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import printable, visible
from wfmodel.lsp.completion import Offer, Sort
from wfmodel.lsp.hovering import Hovered
from wfmodel.lsp.open_document import OpenDocument, ReadText
from wfmodel.lsp.outline import Mention, Outline
from wfmodel.lsp.renaming import Replacement
from wfmodel.lsp.text_places import TextPlaces
from wfmodel.lsp.text_sketch import Slot
from wfmodel.model.findings import Severity
from wfmodel.model.source import Path

_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_SORTS: Final = {
    Sort.KEY: types.CompletionItemKind.Property,
    Sort.WORD: types.CompletionItemKind.EnumMember,
    Sort.STATE: types.CompletionItemKind.Reference,
    Sort.NAME: types.CompletionItemKind.Variable,
}
_SYMBOLS: Final = {
    "choice": types.SymbolKind.Operator,
    "parallel": types.SymbolKind.Namespace,
    "map": types.SymbolKind.Array,
    "wait": types.SymbolKind.Event,
    "receive": types.SymbolKind.Event,
    "workflow": types.SymbolKind.Module,
    "final": types.SymbolKind.Constant,
    "succeed": types.SymbolKind.Constant,
    "fail": types.SymbolKind.Constant,
}


def range_of(places: TextPlaces, begin: int, end: int) -> types.Range:
    """Offsets as a range."""
    return types.Range(position_of(places, begin), position_of(places, end))


def position_of(places: TextPlaces, offset: int) -> types.Position:
    """An offset as a position."""
    return types.Position(*places.position(offset))


def offset_of(places: TextPlaces, position: types.Position) -> int:
    """A position as an offset."""
    return places.offset_at(position.line, position.character)


def diagnostic(finding: Reported, places: TextPlaces, uri: str) -> types.Diagnostic:
    """A finding at its place; the run that shows it is told where the pointer rests."""
    begin, end = places.extent(*finding.extent)
    words = f"{finding.message}\n{finding.help}" if finding.help else finding.message
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(uri, range_of(places, *places.extent(r.line, r.column, r.line, 0))),
            printable(r.note),
        )
        for r in finding.related
    ]
    address = page_address(finding.code, finding.name)
    return types.Diagnostic(
        range_of(places, begin, end),
        visible(words),
        _SEVERITIES[finding.severity],
        finding.code,
        types.CodeDescription(address) if address else None,
        source="wfmodel",
        related_information=related or None,
    )


def completions(
    offers: Iterable[Offer], slot: Slot | None, places: TextPlaces
) -> list[types.CompletionItem]:
    """Offers that replace what stands in the slot."""
    if slot is None:
        return []
    where = range_of(places, slot.begin, slot.end)
    return [
        types.CompletionItem(
            printable(each.label),
            kind=_SORTS[each.sort],
            documentation=visible(each.about) or None,
            sort_text=f"{each.rank}{number:05}",
            filter_text=each.label,
            text_edit=types.TextEdit(where, each.text),
        )
        for number, each in enumerate(offers)
    ]


def hover(said: Hovered, places: TextPlaces) -> types.Hover:
    """Markdown at a place."""
    content = types.MarkupContent(types.MarkupKind.Markdown, said.text)
    return types.Hover(content, range_of(places, said.begin, said.end))


def locations(
    document: OpenDocument, read: ReadText, outline: Outline, mentions: Iterable[Mention]
) -> list[types.Location]:
    """Places of mentions."""
    return [
        types.Location(document.uri, range_of(read.places, *read.extent(outline, each)))
        for each in mentions
    ]


def edit(document: OpenDocument, changes: Iterable[Replacement]) -> types.WorkspaceEdit:
    """Changes of one text, of this version and no other."""
    edits: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit] = [
        types.TextEdit(range_of(document.places, begin, end), words)
        for begin, end, words in changes
    ]
    where = types.OptionalVersionedTextDocumentIdentifier(document.uri, document.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(where, edits)])


def code_actions(
    document: OpenDocument, begin: int, end: int, kinds: Sequence[str] | None
) -> Iterator[types.CodeAction]:
    """The certain fixes of findings that touch a range, and all of the text at once."""
    if document.checked is None or document.checked.text != document.text:
        return
    own = [f for f in document.findings if f.changes and f.file == str(document.file)]
    if _wanted(types.CodeActionKind.QuickFix, kinds):
        for finding in own:
            first, last = document.places.extent(*finding.extent)
            if first <= end and begin <= last:
                yield types.CodeAction(
                    printable(finding.fix_title),
                    types.CodeActionKind.QuickFix,
                    [diagnostic(finding, document.places, document.uri)],
                    is_preferred=True,
                    edit=_fix(document, [finding]),
                )
    if own and _wanted(types.CodeActionKind.SourceFixAll, kinds):
        title = "wfmodel: make all fixes that are certain"
        kind = types.CodeActionKind.SourceFixAll
        yield types.CodeAction(title, kind, edit=_fix(document, own))


def _fix(document: OpenDocument, findings: list[Reported]) -> types.WorkspaceEdit:
    mark = len(document.text) - len(document.text.removeprefix("\ufeff"))
    wanted, _ = replacements(document.text[mark:], findings)
    return edit(document, [(begin + mark, end + mark, new) for begin, end, new in wanted])


def _wanted(kind: str, kinds: Sequence[str] | None) -> bool:
    return kinds is None or any(kind == each or kind.startswith(f"{each}.") for each in kinds)


def symbols(read: ReadText) -> list[types.DocumentSymbol]:
    """States under their machines, states of regions under the state that runs them."""
    found: list[types.DocumentSymbol] = []
    for outline in read.outlines:
        states = _states(read, outline)
        if len(read.outlines) == 1:
            found += states
        elif states:
            found.append(_machine(outline, states))
    return found


def _machine(outline: Outline, states: list[types.DocumentSymbol]) -> types.DocumentSymbol:
    whole = types.Range(states[0].range.start, states[-1].range.end)
    name = printable(outline.name) or "machine"
    return types.DocumentSymbol(
        name, types.SymbolKind.Class, whole, states[0].selection_range, children=states
    )


def _states(read: ReadText, outline: Outline) -> list[types.DocumentSymbol]:
    """Document order puts a state before those inside of it."""
    outermost: list[types.DocumentSymbol] = []
    inside: dict[Path, list[types.DocumentSymbol]] = {}
    for path, state in sorted(outline.states.items(), key=lambda each: len(each[0])):
        symbol = _state(read, outline, path, str(state.get("Type") or state.get("kind") or ""))
        inside[path] = children = list[types.DocumentSymbol]()
        symbol.children = children
        around = next((path[:n] for n in range(len(path) - 1, 0, -1) if path[:n] in inside), None)
        (outermost if around is None else inside[around]).append(symbol)
    return outermost


def _state(read: ReadText, outline: Outline, path: Path, kind: str) -> types.DocumentSymbol:
    name = Mention(path[:-1], str(path[-1]), path, declares=True)
    begin, after = read.extent(outline, name)
    span = outline.document.locate(path)
    end = read.places.offset(span.end_line, span.end_column)
    return types.DocumentSymbol(
        printable(str(path[-1])) or "?",
        _SYMBOLS.get(kind.lower(), types.SymbolKind.Function),
        range_of(read.places, begin, max(after, end)),
        range_of(read.places, begin, after),
        detail=printable(kind),
    )

"""The requests of the Language Server Protocol, and who answers each.

The protocol runs in a thread of its own, checks in the main thread (``check_queue`` says why).
Texts come whole with each change: so they are the editor's to the letter, and what is read of them
is bounded as that of any file.

Source: Language Server Protocol 3.17 (microsoft.github.io/language-server-protocol).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextvars import copy_context
from dataclasses import asdict
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO, Final

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from wfmodel.checks.resolved_finding import Reported
from wfmodel.escaping import log_line, visible
from wfmodel.lsp import answers
from wfmodel.lsp.check_queue import CheckQueue
from wfmodel.lsp.checker import Checker
from wfmodel.lsp.completion import offers
from wfmodel.lsp.hovering import hovered
from wfmodel.lsp.open_document import OpenDocument, ReadText
from wfmodel.lsp.preview import Preview, preview
from wfmodel.lsp.renaming import RenamingRefusedError, place_to_rename, renamed
from wfmodel.lsp.session import Session
from wfmodel.lsp.text_places import TextPlaces
from wfmodel.lsp.text_sketch import sketch_of

DIAGRAM: Final = "wfmodel/diagram"
"""The request of our own: parameters ``textDocument``, and of these what is known: ``position``,
``machine``, ``svg`` (false: Mermaid only). The answer has the fields of ``Preview``."""

DIAGRAM_COMMAND: Final = "wfmodel.diagram"
"""The same as a command; its argument is the text's address."""


class WorkflowServer(LanguageServer):
    """A server for one editor."""

    def __init__(self, version: str, checker: Checker) -> None:
        super().__init__("wfmodel", version, types.TextDocumentSyncKind.Full)
        self.checker = checker
        self.queue = CheckQueue(checker)
        self.session = Session(self.queue, self._publish, self._complain)
        self._telling = False
        """A line for the editor's log is being written."""

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ANN401 - pygls'
        """A defect of ours, or a message that is none: a line in the editor's log."""
        closed = isinstance(error, ValueError) and "closed file" in str(error)
        if self._telling or closed or isinstance(error, ConnectionError):
            return  # the editor has gone
        if not isinstance(error, JsonRpcException):  # that is an answer
            self._log(self.checker.fault(error))

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Log what goes wrong outside of requests."""
        loop.set_exception_handler(lambda _, context: self._log(self._said(context)))

    def _said(self, context: dict[str, Any]) -> str:
        error = context.get("exception")
        return str(context["message"]) if error is None else self.checker.fault(error)

    def _log(self, words: str) -> None:
        """Where the editor has gone, this is an error, too, of which it cannot be told either."""
        message = types.LogMessageParams(types.MessageType.Error, log_line(words))
        self._telling = True
        try:
            self.window_log_message(message)
        finally:
            self._telling = False

    def _publish(
        self, uri: str, version: int | None, places: TextPlaces, found: Sequence[Reported]
    ) -> None:
        listed = [answers.diagnostic(each, places, uri) for each in found]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, listed, version))

    def _complain(self, words: str) -> None:
        self.window_show_message(
            types.ShowMessageParams(types.MessageType.Error, f"wfmodel: {visible(words)}")
        )


def serve(version: str, checker: Checker, source: BinaryIO, target: BinaryIO) -> None:
    """Answer an editor on two streams, until it says goodbye or is gone. In the main thread."""
    # It writes tracebacks of all that is raised, refusals too: errors are told the editor instead.
    logging.getLogger("pygls").addHandler(logging.NullHandler())
    logging.getLogger("pygls").propagate = False
    server = WorkflowServer(version, checker)
    _about_texts(server)
    _about_places(server)
    _about_changes(server)
    _about_diagrams(server)

    def talk() -> None:
        try:
            server.start_io(source, target)
        finally:
            server.queue.close()

    Thread(target=copy_context().run, args=(talk,), daemon=True, name="protocol").start()
    server.queue.work()


def _about_texts(server: WorkflowServer) -> None:
    session = server.session

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        encoding = server.workspace.position_encoding
        session.encoding = str(getattr(encoding, "value", encoding) or "utf-16")
        _take_folders(server)
        server.watch(asyncio.get_running_loop())

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(_: types.DidChangeWorkspaceFoldersParams) -> None:
        _take_folders(server)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        given = params.text_document
        session.open(given.uri, str(given.language_id), given.version, given.text)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        given = params.text_document
        if params.content_changes:
            session.change(given.uri, given.version, params.content_changes[-1].text)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        session.close(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(_: types.DidSaveTextDocumentParams) -> None:
        session.recheck()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def on_disk(_: types.DidChangeWatchedFilesParams) -> None:
        session.recheck()


def _take_folders(server: WorkflowServer) -> None:
    workspace = server.workspace
    given = [folder.uri for folder in workspace.folders.values()] or [workspace.root_uri or ""]
    paths = (to_fs_path(uri) for uri in given if uri)
    server.session.folders = tuple(Path(path) for path in paths if path is not None)


def _about_places(server: WorkflowServer) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        document = await session.current(params.text_document.uri)
        if document is None:
            return None
        offset = answers.offset_of(document.places, params.position)
        said = hovered(document, offset, server.checker.page)
        return None if said is None else answers.hover(said, document.places)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> list[types.Location]:
        return await _mentioned(server, params, declared=True, others=False)

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    async def references(params: types.ReferenceParams) -> list[types.Location]:
        declared = params.context.include_declaration
        return await _mentioned(server, params, declared=declared, others=True)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        found = await _mentioned(server, params, declared=True, others=True)
        return [types.DocumentHighlight(each.range) for each in found]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        document = await session.current(params.text_document.uri)
        read = None if document is None else _readable(document)
        return [] if read is None else answers.symbols(read)

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", '"', "'"])
    )
    def completion(params: types.CompletionParams) -> types.CompletionList:
        document = session.documents.get(params.text_document.uri)
        if document is None:
            return types.CompletionList(False, [])
        offset = answers.offset_of(document.places, params.position)
        drawn = sketch_of(document.text, str(document.file), offset)
        read = document.good.outlines if document.good else ()
        found = offers(drawn, str(document.file), read)
        return types.CompletionList(False, answers.completions(found, drawn.slot, document.places))


async def _mentioned(
    server: WorkflowServer,
    params: types.TextDocumentPositionParams
    | types.DefinitionParams
    | types.ReferenceParams
    | types.DocumentHighlightParams,
    *,
    declared: bool,
    others: bool,
) -> list[types.Location]:
    """Where the state at a position is declared, and where else it is named."""
    document = await server.session.current(params.text_document.uri)
    read = None if document is None else _readable(document)
    if document is None or read is None:
        return []
    found = read.at(answers.offset_of(read.places, params.position))
    if found is None:
        return []
    outline, mention = found
    wanted = [e for e in outline.mentions_of(mention) if declared if e.declares]
    wanted += [e for e in outline.mentions_of(mention) if others if not e.declares]
    return answers.locations(document, read, outline, wanted)


def _readable(document: OpenDocument) -> ReadText | None:
    """The text as it is now; where nothing could be read of it, the last of which something was."""
    return document.read if document.read and document.read.outlines else document.good


def _about_changes(server: WorkflowServer) -> None:
    session = server.session

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(params: types.PrepareRenameParams) -> types.Range | None:
        document = await session.current(params.text_document.uri)
        if document is None or document.read is None or not document.is_read:
            return None
        offset = answers.offset_of(document.places, params.position)
        place = place_to_rename(document.read, offset)
        return None if place is None else answers.range_of(document.places, *place)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    async def rename(params: types.RenameParams) -> types.WorkspaceEdit:
        document = await session.current(params.text_document.uri)
        read = None if document is None else document.read
        if document is None or read is None or not document.is_read or _is_broken(document):
            raise _refused("nothing is renamed while the text cannot be read")
        offset = answers.offset_of(document.places, params.position)
        try:
            changes = renamed(
                read,
                offset,
                params.new_name,
                lambda text: session.reread(document, text),
            )
        except RenamingRefusedError as error:
            raise _refused(str(error)) from None
        return answers.edit(document, changes)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]),
    )
    def code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        document = session.documents.get(params.text_document.uri)
        if document is None:
            return []
        begin = answers.offset_of(document.places, params.range.start)
        end = answers.offset_of(document.places, params.range.end)
        return list(answers.code_actions(document, begin, end, params.context.only))


def _is_broken(document: OpenDocument) -> bool:
    """Whether the text as it was read last has no states any more."""
    return document.read is not document.good and document.good is not None


def _refused(words: str) -> JsonRpcException:
    return JsonRpcException(visible(words), types.LSPErrorCodes.RequestFailed.value)


def _about_diagrams(server: WorkflowServer) -> None:
    @server.feature(DIAGRAM)
    async def diagram(params: Any) -> dict[str, object]:  # noqa: ANN401 - a request of our own
        position = getattr(params, "position", None)
        return await _drawn(
            server,
            str(params.textDocument.uri),
            name=str(getattr(params, "machine", None) or ""),
            position=None if position is None else (position.line, position.character),
            svg=getattr(params, "svg", True) is not False,
        )

    @server.command(DIAGRAM_COMMAND)
    async def command(uri: str) -> dict[str, object]:
        return await _drawn(server, uri)


async def _drawn(
    server: WorkflowServer,
    uri: str,
    *,
    name: str = "",
    position: tuple[int, int] | None = None,
    svg: bool = True,
) -> dict[str, object]:
    document = await server.session.current(uri)
    if document is None:
        return asdict(Preview(why="the text is not open"))
    offset = None if position is None else document.places.offset_at(*position)
    made = await asyncio.to_thread(preview, document, name=name, offset=offset, svg=svg)
    return asdict(made)

"""The editor goes while a file is being checked. Found by fuzzing an editor's sessions."""

from __future__ import annotations

import asyncio

import pytest

from wfmodel.lsp.language_server import WorkflowServer
from wfmodel.lsp.session import call_in


def test_an_answer_for_an_editor_that_has_gone_is_dropped():
    loop, told = asyncio.new_event_loop(), list[int]()
    loop.close()
    call_in(loop, told.append, 1)
    assert told == []


def test_another_error_is_none_of_that():
    class Loop(asyncio.SelectorEventLoop):
        def call_soon_threadsafe(self, *given, **more):
            raise RuntimeError("something else")

    loop = Loop()
    with pytest.raises(RuntimeError, match="something else"):
        call_in(loop, print)
    loop.close()


def test_a_log_that_nobody_reads_is_not_written_about_again():
    """Writing fails, that is reported, writing that fails: without an end, before."""
    faults = list[str]()

    class Checker:
        def fault(self, error):
            faults.append(str(error))
            return "a fault"

    class Closed:
        def write(self, data):
            raise ValueError("I/O operation on closed file")

        def close(self):
            raise ValueError("I/O operation on closed file")

    server = WorkflowServer("0", Checker())
    server.protocol.set_writer(Closed())
    server.report_server_error(KeyError("ours"), KeyError)
    assert faults == ["'ours'"]
    server.report_server_error(ValueError("I/O operation on closed file."), ValueError)
    server.report_server_error(BrokenPipeError(), BrokenPipeError)
    assert faults == ["'ours'"]  # a defect of ours is none of these
    server.report_server_error(PermissionError("ours, too"), PermissionError)
    assert faults == ["'ours'", "ours, too"]

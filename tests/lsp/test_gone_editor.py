"""The editor goes while a file is being checked. Found by fuzzing an editor's sessions."""

from __future__ import annotations

import asyncio

import pytest

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

"""``wfmodel lsp``: the language server, which an editor starts and talks to on standard streams."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from importlib.util import find_spec
from typing import BinaryIO

from wfmodel.extras import missing


def lsp() -> None:
    """Answer an editor on standard input and output (Language Server Protocol)."""
    if find_spec("pygls") is None:
        raise missing("pygls")
    from wfmodel.cli.editor_check import EditorCheck
    from wfmodel.lsp.language_server import serve

    with _streams() as (source, target):
        serve(metadata.version("wfmodel"), EditorCheck(), source, target)


@contextmanager
def _streams() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Standard input and output for the protocol alone.

    What else is printed meanwhile (by a library) goes to standard error: here, it is no message.
    Ctrl-C ends the process: a thread that waits for input hears no exception.
    """
    sys.stdout.flush()
    own = os.dup(1)
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.dup2(2, 1)
    try:
        with os.fdopen(os.dup(0), "rb") as source, os.fdopen(os.dup(own), "wb") as target:
            yield source, target
    finally:
        os.dup2(own, 1)
        os.close(own)
        signal.signal(signal.SIGINT, before)

"""A client of the Language Server Protocol over standard streams, as plain as can be."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

PATIENCE = 120
"""Seconds after which a server is taken for dead; no test's outcome depends on it otherwise."""

UTF16 = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {"rename": {"prepareSupport": True}},
}


class RefusedError(Exception):
    """The server answered with an error."""


class Client:
    def __init__(self, folder: Path, capabilities: dict[str, Any] | None = None, cwd=None) -> None:
        self.folder = folder
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "wfmodel", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd or folder,
            env=environment,
        )
        self.incoming: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.errors: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._hear_errors, daemon=True).start()
        self.number = 0
        self.version = 0
        self.published: dict[str, dict[str, Any]] = {}
        self.messages: list[str] = []
        self.capabilities = self.request(
            "initialize",
            processId=None,
            rootUri=folder.as_uri(),
            capabilities=UTF16 if capabilities is None else capabilities,
            workspaceFolders=[{"uri": folder.as_uri(), "name": "here"}],
        )["capabilities"]
        self.notify("initialized")

    def _hear_errors(self) -> None:
        self.errors += list(self.process.stderr)

    def _listen(self) -> None:
        stream = self.process.stdout
        while True:
            size = 0
            while (line := stream.readline()).strip():
                name, _, value = line.partition(b":")
                size = int(value) if name.lower() == b"content-length" else size
            if not line:
                self.incoming.put(None)
                return
            self.incoming.put(json.loads(stream.read(size)))

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def notify(self, method: str, **params: Any) -> None:
        self._send(method=method, params=params)

    def request(self, method: str, **params: Any) -> Any:
        self.number += 1
        self._send(id=self.number, method=method, params=params)
        while True:
            message = self._next()
            if message.get("id") == self.number and "method" not in message:
                if "error" in message:
                    raise RefusedError(message["error"]["message"])
                return message["result"]

    def _next(self) -> dict[str, Any]:
        message = self.incoming.get(timeout=PATIENCE)
        assert message is not None, b"".join(self.errors).decode()
        if message.get("method") == "textDocument/publishDiagnostics":
            self.published[message["params"]["uri"]] = message["params"]
        elif message.get("method") in ("window/showMessage", "window/logMessage"):
            self.messages.append(message["params"]["message"])
        return message

    # ------------------------------------------------------------------------------ documents

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, language: str = "yaml") -> list[dict[str, Any]]:
        self.version += 1
        self.notify(
            "textDocument/didOpen",
            textDocument={
                "uri": self.uri(name),
                "languageId": language,
                "version": self.version,
                "text": text,
            },
        )
        return self.diagnostics(name)

    def type(self, name: str, text: str) -> int:
        """Change without waiting."""
        self.version += 1
        self.notify(
            "textDocument/didChange",
            textDocument={"uri": self.uri(name), "version": self.version},
            contentChanges=[{"text": text}],
        )
        return self.version

    def change(self, name: str, text: str) -> list[dict[str, Any]]:
        self.type(name, text)
        return self.diagnostics(name)

    def diagnostics(self, name: str) -> list[dict[str, Any]]:
        """Those of the version that was sent last."""
        while self.published.get(self.uri(name), {}).get("version") != self.version:
            self._next()
        return self.published[self.uri(name)]["diagnostics"]

    def at(self, method: str, name: str, line: int, character: int, **more: Any) -> Any:
        return self.request(
            f"textDocument/{method}",
            textDocument={"uri": self.uri(name)},
            position={"line": line, "character": character},
            **more,
        )

    def close(self) -> int:
        """Say goodbye; the server's exit code."""
        self.request("shutdown")
        self._send(method="exit")
        return self.process.wait(timeout=PATIENCE)

    def leave(self) -> None:
        """Whatever a test left behind."""
        if self.process.poll() is None:
            self.process.kill()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Line and character (UTF-16) of an offset, as an editor counts."""
    before = text[:offset].replace("\r\n", "\n\n")[:offset]
    lines = text[:offset].replace("\r\n", "\n").split("\n")
    assert len(before) == offset
    return len(lines) - 1, len(lines[-1].encode("utf-16-le")) // 2


def offset_of(text: str, position: dict[str, int]) -> int:
    """The way back."""
    lines = text.split("\n")
    start = sum(len(line) + 1 for line in lines[: position["line"]])
    line = lines[position["line"]].encode("utf-16-le")[: 2 * position["character"]]
    return start + len(line.decode("utf-16-le"))


def part_of(text: str, place: dict[str, Any]) -> str:
    """What stands in a range."""
    return text[offset_of(text, place["start"]) : offset_of(text, place["end"])]


def applied(text: str, edit: dict[str, Any]) -> str:
    """A text after a workspace edit, as an editor makes it."""
    [document] = edit["documentChanges"]
    spans = [
        (offset_of(text, e["range"]["start"]), offset_of(text, e["range"]["end"]), e["newText"])
        for e in document["edits"]
    ]
    for begin, end, new in sorted(spans, reverse=True):
        text = text[:begin] + new + text[end:]
    return text


def split(marked: str) -> tuple[str, int, int]:
    """A text without its mark ``¦``, and the place of it."""
    offset = marked.index("¦")
    text = marked.replace("¦", "")
    return text, *place_of(text, offset)

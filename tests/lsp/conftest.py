"""A server for the tests of a file, and one for a single test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lsp.client import Client


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    client = Client(tmp_path_factory.mktemp("checkout"))
    yield client
    client.leave()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Client]]:
    """Start a server in the test's own folder."""
    started: list[Client] = []

    def starting(**how: object) -> Client:
        started.append(Client(tmp_path, **how))
        return started[-1]

    yield starting
    for client in started:
        client.leave()

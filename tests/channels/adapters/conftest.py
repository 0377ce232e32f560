"""One live sandbox for all these tests, emptied before each; nothing here needs the database."""

from collections.abc import Iterator

import pytest

from channels.adapters import http
from channels.sandbox.testing import LiveSandbox


@pytest.fixture(scope="session")
def running(tmp_path_factory) -> Iterator[LiveSandbox]:
    with LiveSandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running) -> LiveSandbox:
    running.reset()
    return running


@pytest.fixture
def impatient(monkeypatch) -> http.Patience:
    """Nobody wants to wait half a minute for a test."""
    patience = http.Patience(connect=2, read=0.4, whole=5)
    monkeypatch.setattr(http, "patience", patience)
    return patience

"""What the adapters' tests share; nothing here needs the database."""

from collections.abc import Iterator

import pytest

from channels.adapters import http
from tests.channels.adapters import visitor


@pytest.fixture
def impatient(monkeypatch) -> http.Patience:
    """Nobody wants to wait half a minute for a test."""
    patience = http.Patience(connect=2, read=0.4, whole=5)
    monkeypatch.setattr(http, "patience", patience)
    return patience


@pytest.fixture
def script() -> Iterator[visitor.Script]:
    """A platform whose every answer is written by the test."""
    yield from visitor.run(visitor.Script())
